"""A run's table of rate and quality: every peer, real bytes, the numbers that follow from them."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data
from ae_core.baselines import codecs, pca
from ae_core.cli import main
from ae_core.codec import archive
from ae_core.codec.prior import Prior, to_frequencies
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import bd_rate, rate_peers, rate_quality
from ae_core.files.reading import read_json
from ae_core.images import grid, metrics
from ae_core.runs import tables

KEYS = {
    "codec",
    "setting",
    "accounting",
    "bits_per_image",
    "bpp",
    "ratio",
    "psnr",
    "psnr_of_mean_mse",
    "mse",
    "ssim",
    "encode_ms",
    "decode_ms",
    "images",
    "flat",
}
LEVELS = (0, 60, 120, 180, 255)


class Fake:
    """A rate network without a network: components of PCA, a finer step at a higher level."""

    fingerprint = b"8 bytes."

    def __init__(self, x):
        self.fitted = pca.fit(x, 60)
        self.image_shape, self.positions = self.fitted.image_shape, self.fitted.values
        means = np.geomspace(0.05, 40, 12)
        values = np.arange(-40, 41)
        shares = np.exp(-np.abs(values) / means[:, None])
        shares = np.hstack([shares, shares.min(axis=1, keepdims=True)])
        spread = np.sqrt(self.fitted.variances)
        bias = [1024 * spread / self._step(level) for level in (0, 255)]
        self.prior = Prior(
            weights=np.zeros((self.positions, self.positions), np.int32),
            bias=np.maximum(np.array(bias), 1).astype(np.int32),
            thresholds=(1024 * np.sqrt(means[1:] * means[:-1])).astype(np.int32),
            tables=to_frequencies(shares),
        )

    def _step(self, level):
        return 1.6 * 2 ** (-level / 51)

    def encode(self, x, rate):
        return np.rint(self.fitted.encode(x) / self._step(rate)).astype(np.int32)[:, None, None]

    def decode(self, y, rate):
        return self.fitted.decode(y[:, 0, 0] * np.float32(self._step(rate)))


@pytest.fixture(scope="module")
def run(few_letters):
    folder = few_letters / "artifacts" / "runs" / "codec"
    folder.mkdir(parents=True)
    return SimpleNamespace(
        id="codec", folder=folder, config=TrainConfig(network="rate", code=60), pretrained=False
    )


@pytest.fixture(scope="module")
def network(run):
    # Fitted to the very images of the test, so that it reaches every quality.
    return Fake(data.load("letters").test.x)


@pytest.fixture(scope="module")
def result(run, network):
    said = []
    result = rate_quality.measure(
        run,
        progress=lambda done, words: said.append((done, words)),
        network=network,
        levels=LEVELS,
        qualities=5,
    )
    shares = [done for done, _ in said]
    assert shares == sorted(shares) and shares[-1] == 1 and len(said) > 40
    return result


@pytest.fixture(scope="module")
def block(result):
    (block,) = result["tests"]
    return block


def test_the_file_is_what_was_returned(run, result, block):
    assert read_json(run.folder / "rate_quality.json") == result
    assert result["schema"] == 1
    letters = data.load("letters")
    assert block["data"] == "letters" and block["fingerprint"] == letters.fingerprint
    assert block["images"] == len(letters.test) and block["shape"] == [28, 28, 1]
    assert block["machine"]["cores"] >= 1 and block["origin"] == letters.origin
    assert block["pca_fitted_on_data"] == "letters"


def test_every_codec_is_there_in_every_accounting(block):
    curves = {}
    for row in block["rows"]:
        by = {"run", "network", "own"} if row["codec"] == "ours" else set()
        assert set(row) == KEYS | by and row["images"] == block["images"]
        curves.setdefault((row["codec"], row["accounting"]), []).append(row)
    wanted = {(name, way): 5 for name in codecs.of(1) for way in codecs.ACCOUNTINGS}
    wanted |= {("ours", "archive"): len(LEVELS), ("PCA", "archive"): 5}
    assert {name: len(rows) for name, rows in curves.items()} == wanted
    for name, rows in curves.items():
        bits = [row["bits_per_image"] for row in rows]
        psnr = [row["psnr_of_mean_mse"] for row in rows]
        assert psnr == sorted(psnr) and bits == sorted(bits), name


def test_figures_follow_from_bits_and_errors(block):
    for row in block["rows"]:
        assert row["bpp"] == pytest.approx(row["bits_per_image"] / 28 / 28)
        if row["bits_per_image"]:
            assert row["ratio"] == pytest.approx(8 * 28 * 28 / row["bits_per_image"])
        assert row["psnr_of_mean_mse"] == pytest.approx(-10 * math.log10(row["mse"]))
        assert row["psnr"] >= row["psnr_of_mean_mse"] - 1e-9  # Jensen
        assert row["encode_ms"] > 0 and row["decode_ms"] > 0


def test_ours_is_the_whole_archive(block, network):
    x = data.load("letters").test.x
    row = next(r for r in block["rows"] if r["codec"] == "ours" and r["setting"] == 120)
    file = archive.compress(list(x), network, 120)
    assert row["bits_per_image"] == pytest.approx(8 * len(file) / len(x))
    assert row["mse"] == metrics.summary(x, network.decode(network.encode(x, 120), 120))["mse"]


def test_files_are_counted_in_bytes(block):
    x = data.load("letters").test.x
    webp = codecs.CODECS["WebP"]
    rows = {r["accounting"]: r for r in block["rows"] if r["codec"] == "WebP" and r["setting"] == 92}
    files = [webp.encode(image, 92) for image in x]
    assert rows["file"]["bits_per_image"] * len(x) == pytest.approx(8 * sum(map(len, files)))
    less = rows["file"]["bits_per_image"] - rows["no container"]["bits_per_image"]
    assert less == pytest.approx(8 * webp.container_bytes((28, 28, 1)))
    one = webp.encode(grid.mosaic(x), 92)
    assert rows["mosaic"]["bits_per_image"] * len(x) == pytest.approx(8 * len(one))


def test_savings_name_both_sides(block):
    pairs = {(row["against"], row["against_accounting"]) for row in block["bd_rate"]}
    assert pairs == {(n, w) for n in codecs.of(1) for w in codecs.ACCOUNTINGS} | {("PCA", "archive")}
    for row in block["bd_rate"]:
        assert (row["codec"], row["accounting"]) == ("ours", "archive")
        if row["percent"] is not None:
            assert row["from_db"] < row["to_db"] and row["percent"] > -100
    jpeg = next(r for r in block["bd_rate"] if r["against"] == "JPEG" and "file" in r.values())
    assert jpeg["percent"] < -50  # a file an image is an easy opponent


def test_savings_are_those_of_the_two_curves(block):
    def curve(codec, accounting):
        rows = [r for r in block["rows"] if (r["codec"], r["accounting"]) == (codec, accounting)]
        return [r["bits_per_image"] for r in rows], [r["psnr_of_mean_mse"] for r in rows]

    for row in block["bd_rate"]:
        other = curve(row["against"], row["against_accounting"])
        saving = bd_rate.bd_rate(*curve("ours", "archive"), *other)
        keys = ("percent", "from_db", "to_db", "fewer_bits_everywhere")
        assert [row[key] for key in keys] == [getattr(saving, key, None) for key in keys]
    assert any(row["percent"] is not None for row in block["bd_rate"])


def test_codes_of_numbers_are_no_opponents_nor_is_an_image_that_comes_back_unchanged():
    def curve(codec, accounting, bits):
        about = {"codec": codec, "accounting": accounting}
        points = [{"bits_per_image": bits * n, "psnr_of_mean_mse": 22.0 + n} for n in range(1, 6)]
        return [about | point for point in (*points, {"bits_per_image": 9, "psnr_of_mean_mse": None})]

    ways = [("ours", "archive", 50), ("s", "nominal", 90), ("s", "stored", 80), ("JPEG", "file", 100)]
    (saving,) = rate_quality.compare([row for way in ways for row in curve(*way)])
    assert saving == {
        **{"codec": "ours", "accounting": "archive"},
        **{"against": "JPEG", "against_accounting": "file", "percent": pytest.approx(-50)},
        **{"from_db": 23, "to_db": 27, "fewer_bits_everywhere": True},
    }


def test_few_settings_are_spread_from_the_lowest_to_the_highest():
    settings = tuple(range(100, 112))
    assert rate_quality.some(settings, 5) == (100, 103, 106, 108, 111)
    assert rate_quality.some(settings, 1) == (100,)
    assert rate_quality.some(settings, 2) == (100, 111)
    for all_ in (None, 12, 40):
        assert rate_quality.some(settings, all_) == settings


def test_joined_sets_have_equal_shares_in_the_sample(monkeypatch):
    few, many = np.arange(3), np.arange(100, 9100)
    sets = {n: SimpleNamespace(train=SimpleNamespace(x=x)) for n, x in (("a", few), ("b", many))}
    monkeypatch.setattr(data, "load", sets.__getitem__)
    found = rate_quality._sample(SimpleNamespace(name="a+b", train=None))
    assert len(found) == 4096 and (found < 100).sum() == 2048
    assert np.bincount(found[found < 100]).tolist() == [683, 683, 682]
    assert len(set(found[found >= 100])) == 2048 and (np.diff(found[found >= 100]) > 0).all()
    alone = rate_quality._sample(SimpleNamespace(name="b", train=sets["b"].train))
    assert len(set(alone)) == 4096
    assert rate_quality._sample(SimpleNamespace(name="a", train=sets["a"].train)).tolist() == [
        0,
        1,
        2,
    ]


def test_other_sets_are_kept_and_a_broken_file_is_written_anew(run, network, tmp_path):
    other = SimpleNamespace(id="other", folder=tmp_path, config=run.config, pretrained=False)
    few = {"network": network, "levels": (0, 255), "qualities": 1, "images": 3}
    tables.put(other, rate_quality.FILE, {"data": "elsewhere", "rows": []})
    found = rate_quality.measure(other, **few)
    assert [test["data"] for test in found["tests"]] == ["elsewhere", "letters"]
    assert found["tests"][1]["images"] == 3
    assert all(row["percent"] is None for row in found["tests"][1]["bd_rate"])  # too few points
    (tmp_path / "rate_quality.json").write_text("{")
    again = rate_quality.measure(other, **few)
    assert [test["data"] for test in again["tests"]] == ["letters"]
    before = (tmp_path / "rate_quality.json").read_bytes()
    dry = rate_quality.measure(other, write=False, **few)
    assert [test["data"] for test in dry["tests"]] == ["letters"]
    assert (tmp_path / "rate_quality.json").read_bytes() == before


def test_networks_of_numbers_have_two_accountings():
    x = data.load("letters").train.x

    class Numbers(Fake):
        code_shape = (1, 1, 60)

        def encode(self, x):
            return self.fitted.encode(x).reshape(len(x), 1, 1, -1)

        def decode(self, y):
            return self.fitted.decode(y.reshape(len(y), -1))

    nominal, stored = rate_peers.of_numbers(Numbers(x), "situation 9", x[:20], x)
    assert nominal["bits_per_image"] == 32 * 60 and nominal["accounting"] == "nominal"
    assert stored["accounting"] == "stored" and 60 < stored["bits_per_image"] < 8 * 60 + 8 * 40
    assert 0 <= nominal["psnr_of_mean_mse"] - stored["psnr_of_mean_mse"] < 1


@pytest.fixture
def clock(monkeypatch):
    """The clock of the measurements: it stands still until a test lets seconds pass."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(rate_peers.time, "perf_counter", lambda: now.seconds)
    return now


def test_a_row_is_about_one_image(clock):
    x = np.full((4, 16, 12, 3), 100, np.uint8)
    x_hat = x + np.arange(1, 5, dtype=np.uint8)[:, None, None, None]
    row = rate_peers.row("JPEG", 35, "file", 4800, x, x_hat, 2.0, 6.0)
    assert row["bits_per_image"] == 1200 and row["bpp"] == 1200 / 192
    assert row["ratio"] == 8 * 16 * 12 * 3 / 1200
    assert (row["encode_ms"], row["decode_ms"], row["images"]) == (500, 1500, 4)
    assert (row["codec"], row["setting"], row["accounting"]) == ("JPEG", 35, "file")
    errors = np.arange(1, 5) ** 2 / 255**2
    assert row["mse"] == pytest.approx(errors.mean())
    assert row["psnr"] == pytest.approx(-10 * np.log10(errors).mean())
    assert row["psnr_of_mean_mse"] == pytest.approx(-10 * np.log10(errors.mean()))
    assert row["ssim"] == metrics.summary(x, x_hat)["ssim"]
    untimed = rate_peers.row("JPEG", 35, "file", 0, x, x_hat)
    assert untimed["encode_ms"] is None and untimed["decode_ms"] is None and untimed["ratio"] is None


def test_writing_and_reading_are_timed_apart(clock):
    x = np.full((6, 16, 16, 1), 100, np.uint8)

    def encode(picture, setting):
        clock.seconds += 3
        return codecs.CODECS["WebP"].encode(picture, setting)

    def decode(data, channels=None):
        clock.seconds += 12
        return codecs.decode(data, channels)

    codec = codecs.Codec("WebP", (0, 50), encode, decode)
    (mosaic,) = rate_peers.one_file(codec, 50, x)
    assert (mosaic["encode_ms"], mosaic["decode_ms"]) == (500, 2000)
    for row in rate_peers.own_files(codec, 50, x):
        assert (row["encode_ms"], row["decode_ms"]) == (3000, 12000)

    class Slow(Fake):
        code_shape = (1, 1, 6)

        def __init__(self):
            pass

        def encode(self, x, rate=None):
            clock.seconds += 3
            return np.zeros((len(x), 1, 1, 6), np.float32)

        def decode(self, y, rate=None):
            clock.seconds += 12
            return np.full((len(y), 16, 16, 1), 101, np.uint8)

    for row in rate_peers.of_numbers(Slow(), "numbers", x, x):
        assert (row["encode_ms"], row["decode_ms"]) == (500, 2000)
        assert (row["codec"], row["setting"]) == ("numbers", 6)


def test_what_cannot_be_measured_is_said(run, network):
    with pytest.raises(UserError, match="shape"):
        rate_quality.measure(run, data="numbers", network=network)
    with pytest.raises(UserError, match="at least one|At least one"):
        rate_quality.measure(run, images=0, network=network)


def test_the_command_refuses_another_kind_of_network(few_letters, capsys):
    assert main(["evaluate", "letters-situation-4", "--rate-quality"]) == 2
    assert "error" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["evaluate", "--rate-quality"])
    assert "RUN" in capsys.readouterr().err
