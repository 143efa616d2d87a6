"""A run's figures: complete, plain JSON, right counts, the peers beside them, written whole."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data
from ae_core.baselines import pca
from ae_core.codec import quantise
from ae_core.config import SEARCH_STEPS, TrainConfig
from ae_core.data import Dataset, Split
from ae_core.errors import DataMissing, UserError
from ae_core.evaluation import evaluate
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise

SHAPE = (16, 16, 1)


class Linear:
    """A network of the same interface whose figures are known: PCA, or the image itself."""

    image_shape, parameters = SHAPE, 123
    bits = False

    def __init__(self, fitted=None):
        self.fitted = fitted
        self.has_code = fitted is not None
        self.code_shape = (1, 1, fitted.values) if fitted else (0, 0, 0)
        self.levels, self.told, self.searched = [], [], []

    def sizes(self, offered):
        return []

    def encode(self, x_noisy, level=0.0, search=0):
        self.searched.append(search)
        return self.fitted.encode(x_noisy).reshape(len(x_noisy), 1, 1, -1)

    def decode(self, y):
        return self.fitted.decode(y.reshape(len(y), -1))

    def reconstruct(self, x_noisy, level=0.0):
        self.told.append(level)
        return self.decode(self.encode(x_noisy)) if self.has_code else x_noisy

    def reconstruct_float(self, x_noisy, level=0.0, beyond=False):
        assert x_noisy.dtype == np.float32
        self.levels.append(level)
        return np.clip(np.rint(x_noisy), 0, 255).astype(np.uint8)


def _split(count, seed, brightness):
    random = np.random.default_rng(seed)
    basis = np.random.default_rng(99).normal(size=(20, math.prod(SHAPE)))
    flat = (
        brightness
        + random.normal(size=(count, 20)) @ basis * 8
        + random.normal(size=(count, len(basis[0])))
    )
    x = np.clip(np.rint(flat), 0, 255).astype(np.uint8).reshape(count, *SHAPE)
    return Split(x, np.zeros(count, np.int64))


def _dataset(name, seed, brightness=120):
    return Dataset(
        name=name,
        title=name,
        train=_split(200, seed, brightness),
        validation=_split(20, seed + 1, brightness),
        test=_split(30, seed + 2, brightness),
        classes=("A",),
        origin="drawn for a test",
        fingerprint=f"fingerprint-{name}",
        duplicates={},
    )


@pytest.fixture
def sets(monkeypatch):
    one, two = _dataset("one", 0), _dataset("two", 10, brightness=90)
    test = two.test.x.copy()
    test[:4] = one.train.x[:4]  # duplicates across the members of a join
    two = replace(two, test=Split(test, two.test.labels))
    both = replace(
        one,
        name="one+two",
        fingerprint="fingerprint-both",
        train=Split(np.concatenate([one.train.x, two.train.x]), np.zeros(400, np.int64)),
        validation=Split(
            np.concatenate([one.validation.x, two.validation.x]), np.zeros(40, np.int64)
        ),
    )
    known = {"one": one, "two": two, "one+two": both}

    def load(name, progress=None):
        if name not in known:
            raise DataMissing(f"{name} is not here.")
        return known[name]

    monkeypatch.setattr(data, "load", load)
    monkeypatch.setattr(data, "members", lambda name: name.split("+"))
    monkeypatch.setattr(evaluate, "_fits", type(evaluate._fits)())
    return known


def _run(folder, sets="one+two", **changes):
    def stored():
        path = folder / "evaluation.json"
        return json.loads(path.read_text()) if path.is_file() else None

    config = TrainConfig(data=sets, code=6, **changes)
    return SimpleNamespace(folder=folder, config=config, evaluation=stored, model_path=None)


def test_every_member_is_measured(tmp_path, sets):
    network = Linear(pca.fit(sets["one+two"].train.x, 6))
    run = _run(tmp_path, noise=Noise("gaussian", 25, low=5))
    heard = []
    result = evaluate.evaluate(
        run, network=network, progress=lambda done, text: heard.append((done, text))
    )

    assert json.loads((tmp_path / "evaluation.json").read_text()) == result
    assert result["schema"] == 1 and result["parameters"] == 123
    assert result["noise"] == {"kind": "gaussian", "level": 25, "low": None}
    assert [test["data"] for test in result["tests"]] == ["one", "two"]
    assert [test["duplicates"] for test in result["tests"]] == [0, 4]
    code = result["code"]
    assert code["values"] == 6 and code["nominal_bits"] == 192
    assert code["nominal_ratio"] == pytest.approx(16 * 16 * 8 / 192)

    for test in result["tests"]:
        x = sets[test["data"]].test.x
        x_noisy = noise.corrupt(x, Noise("gaussian", 25), seed=0)
        assert test["images"] == len(x)
        assert test["noisy"] == metrics.summary(x, x_noisy)
        assert test["network"] == metrics.summary(x, network.reconstruct(x_noisy))
        assert test["pca_fitted_on"] == 400 and test["pca_values"] == 6
        assert test["pca_fitted_on_data"] == "one+two"
        # The network is PCA of the same images, so its peer must agree with it.
        assert test["pca"]["mse"] == pytest.approx(test["network"]["mse"], rel=0.02)
        assert test["stored"]["summary"]["psnr"] == pytest.approx(test["network"]["psnr"], abs=0.1)
        seen = noise.corrupt(sets["one+two"].train.x, Noise("gaussian", 25), seed=1)
        ranges = quantise.fit(network.encode(seen))
        indices = ranges.quantise(network.encode(x_noisy))
        x_hat = network.decode(ranges.dequantise(indices))
        assert test["stored"]["summary"] == metrics.summary(x, x_hat)
        stream = ranges.pack(indices)
        assert test["stored"]["bits_per_image"] == 8 * len(stream) / 30
        assert test["stored"]["bpp"] == 8 * len(stream) / 30 / 16 / 16
        assert test["stored"]["header_bytes"] == 6 * 2 * 4
    assert code["stored_bits"] == result["tests"][0]["stored"]["bits_per_image"]
    assert code["stored_ratio"] == 16 * 16 * 8 / code["stored_bits"] and code["shape"] == [1, 1, 6]
    second = result["tests"][1]
    assert second["network_without_duplicates"]["images"] == 26
    assert second["network"]["images"] == 30

    fractions = [done for done, _ in heard]
    assert fractions == sorted(fractions) and fractions[-1] == 1


def test_a_network_without_code_is_measured_at_the_known_levels(tmp_path, sets):
    network = Linear()
    run = _run(tmp_path, "one", noise=Noise("gaussian", 50, low=0))
    result = evaluate.evaluate(run, network=network)
    test = result["tests"][0]
    assert result["code"] is None and test["pca"] is None and "stored" not in test
    assert [(level["sigma"], level["noise"]) for level in test["levels"]] == [
        (sigma, kind) for sigma in (15, 25, 50) for kind in ("clipped", "unclipped")
    ]
    assert network.levels == [15, 25, 50] and network.told == [50, 15, 25, 50]
    for level in test["levels"]:
        assert level["network"]["psnr"] == pytest.approx(level["noisy"]["psnr"], abs=0.01)
    psnr = [level["noisy"]["psnr"] for level in test["levels"][::2]]
    np.testing.assert_allclose(psnr, 20 * np.log10(255 / np.array([15, 25, 50])), atol=0.5)


def test_a_network_that_starts_at_pca_is_measured_beside_the_best_linear_one(
    tmp_path, sets, monkeypatch
):
    clock = SimpleNamespace(perf_counter=iter([5.0, 5.75]).__next__)
    monkeypatch.setattr(evaluate, "time", clock)
    network = Linear(pca.fit(sets["one"].train.x, 6))
    run = _run(tmp_path, "one", network="dense")
    (test,) = evaluate.evaluate(run, network=network)["tests"]
    x, train = sets["one"].test.x, sets["one"].train.x
    weights = np.full(len(train), 1 / len(train))
    wide = pca.fit(train, 1024, weights=weights)
    best = pca.for_psnr(wide, train, 6, weights=weights)
    assert test["pca_for_psnr"]["psnr"] == pytest.approx(metrics.psnr(x, best.reconstruct(x)).mean())
    assert test["searched"] == {"steps": SEARCH_STEPS, "seconds": 0.75, "summary": test["network"]}
    assert [steps for steps in network.searched if steps] == [SEARCH_STEPS]


def _peer(name="other", values=6, data="one", images=30, **config):
    figures = {"mse": 0.1, "psnr": 9.0, "ssim": 0.5}
    tests = [{"data": d, "images": images, "network": figures} for d in ("first", data)]
    found = {"code": {"values": values} if values else None, "tests": tests}
    config = TrainConfig(**{"network": "conv", "epochs": 7, "code": 6} | config)
    return SimpleNamespace(id=name, config=config, evaluation=lambda: found)


# Only the first is of a size alone, without noise, of all images, and measured on the same.
PEERS = [
    _peer("peer"),
    *(_peer(values=5), _peer(values=None), _peer(data="two"), _peer(images=29)),
    *(_peer(network="elastic", code=6), _peer(noise=Noise("gaussian", 25.0)), _peer(limit=60)),
    SimpleNamespace(id="new", evaluation=lambda: None),
]


def test_an_elastic_network_is_measured_at_its_sizes(tmp_path, sets, monkeypatch):
    class Elastic(Linear):
        def sizes(self, offered):
            return [2, 6]

        def reconstruct(self, x_noisy, level=0.0, size=None):
            return x_noisy // 8 * 8 if size == 2 else x_noisy // 4 * 4

    monkeypatch.setattr(evaluate.code_sizes.runs, "references", lambda: PEERS)
    heard, network = [], Elastic(pca.fit(sets["one"].train.x, 6))
    (test,) = evaluate.evaluate(
        _run(tmp_path, "one"), network=network, progress=lambda done, text: heard.append(text)
    )["tests"]
    x = sets["one"].test.x
    peer = {"run": "peer", "network": "conv", "epochs": 7, "mse": 0.1, "psnr": 9.0, "ssim": 0.5}
    assert [(row["size"], row["network"], row["dedicated"]) for row in test["sizes"]] == [
        (2, metrics.summary(x, x // 8 * 8), []),
        (6, metrics.summary(x, x // 4 * 4), [peer]),
    ]
    linear = [pca.fit(sets["one"].train.x, size).reconstruct(x) for size in (2, 6)]
    found = [row["pca"]["psnr"] for row in test["sizes"]]
    assert found == pytest.approx([metrics.psnr(x, x_hat).mean() for x_hat in linear], abs=0.01)
    assert heard.count("one: sizes") == 2


def test_one_fit_serves_every_code_size(sets, monkeypatch):
    fits = []
    original = pca.fit
    monkeypatch.setattr(pca, "fit", lambda *a, **k: fits.append(1) or original(*a, **k))
    training = sets["one+two"]
    assert evaluate.pca_reference(training, 3).values == 3
    assert evaluate.pca_reference(training, 9).values == 9
    assert len(fits) == 1
    assert evaluate.pca_reference(sets["one"], 500).values == 199  # only 200 images
    assert len(fits) == 2


def test_joined_sets_have_equal_shares_in_pca(sets, monkeypatch):
    few = replace(sets["two"], train=_split(20, 50, 90))
    monkeypatch.setitem(sets, "two", few)
    fitted = evaluate.pca_reference(replace(sets["one+two"], fingerprint="new"), 3)
    means = [sets[name].train.x.mean() / 255 for name in ("one", "two")]
    assert fitted.mean.mean() == pytest.approx(np.mean(means), abs=1e-3)


def test_other_data_and_fewer_images(tmp_path, sets):
    network = Linear(pca.fit(sets["one"].train.x, 6))
    run = _run(tmp_path, "one")
    evaluate.evaluate(run, network=network)
    again = evaluate.evaluate(run, data="two", images=7, network=network)
    assert [(test["data"], test["images"]) for test in again["tests"]] == [("one", 30), ("two", 7)]
    assert again["code"]["stored_bits"] == again["tests"][0]["stored"]["bits_per_image"]
    before = (tmp_path / "evaluation.json").read_bytes()
    evaluate.evaluate(run, images=3, network=network, write=False)
    assert (tmp_path / "evaluation.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["evaluation.json"]


def test_figures_under_another_noise_are_not_kept(tmp_path, sets):
    network = Linear(pca.fit(sets["one"].train.x, 6))
    evaluate.evaluate(_run(tmp_path, "one", noise=Noise("gaussian", 25)), network=network)
    other = _run(tmp_path, "one", noise=Noise("gaussian", 50))
    again = evaluate.evaluate(other, data="two", network=network)
    assert [test["data"] for test in again["tests"]] == ["two"]
    both = evaluate.evaluate(other, data="one", network=network)
    assert [test["data"] for test in both["tests"]] == ["two", "one"]
    whole = evaluate.evaluate(other, network=network)  # what it was trained on, and nothing else
    assert [test["data"] for test in whole["tests"]] == ["one"]


def test_a_full_disk_is_said(tmp_path, sets, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evaluate, "write_json", full)
    with pytest.raises(UserError, match="Cannot write to .*No space.*: free some space"):
        evaluate.evaluate(_run(tmp_path, "one"), network=Linear(pca.fit(sets["one"].train.x, 6)))


def test_training_data_may_be_absent_when_a_test_set_is_named(tmp_path, sets):
    network = Linear(pca.fit(sets["one"].train.x, 6))
    run = _run(tmp_path, "gone")
    with pytest.raises(DataMissing):
        evaluate.evaluate(run, network=network)
    test = evaluate.evaluate(run, data="two", network=network)["tests"][0]
    assert test["pca_fitted_on_data"] == "two"


def test_wrong_requests_get_a_sentence(tmp_path, sets, monkeypatch):
    network = Linear(pca.fit(sets["one"].train.x, 6))
    network.image_shape = (32, 32, 3)
    with pytest.raises(UserError, match="32×32 colour pixels.*16×16 grey pixels"):
        evaluate.evaluate(_run(tmp_path, "one"), network=network)
    with pytest.raises(UserError, match="At least one"):
        evaluate.evaluate(_run(tmp_path, "one"), network=network, images=0)
    monkeypatch.setitem(sets, "one", replace(sets["one"], test=_split(0, 0, 0)))
    network.image_shape = SHAPE
    with pytest.raises(UserError, match="no test images"):
        evaluate.evaluate(_run(tmp_path, "one"), network=network)
    assert not list(tmp_path.iterdir())
