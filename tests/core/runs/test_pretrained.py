"""The shipped models do what their cards say."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from ae_core import data, networks
from ae_core.codec import entropy
from ae_core.data.drawn import textures
from ae_core.evaluation import evaluate
from ae_core.images import metrics, noise
from ae_core.networks.rate.inference import MIDDLE_RATE
from ae_core.networks.whole import Whole
from ae_core.runs import Run
from ae_core.training import examples, fit, images

FOLDER = Path(__file__).parents[3] / "artifacts" / "pretrained"
SHIPPED = sorted(path for path in FOLDER.iterdir() if path.is_dir())
SITUATIONS = [path for path in SHIPPED if "situation" in path.name]
ELASTIC = [path for path in SHIPPED if "elastic" in path.name]
DENSE = [path for path in SHIPPED if "dense" in path.name]
CODECS = [path for path in SHIPPED if "codec" in path.name]


def _id(path: Path) -> str:
    return path.name


def test_all_that_should_be_shipped_is_there_and_small():
    networks_and_codes = {(Run(p).config.network, Run(p).config.code) for p in SHIPPED}
    for wanted in (
        ("situation-1", 196),
        ("situation-2", 49),
        ("situation-3", 4),
        ("situation-4", 1),
        ("conv", 16),
        ("conv", 64),
        ("conv", 256),
        ("dense", 4),
        ("dense", 16),
        ("dense", 64),
        ("dense", 256),
        ("unet", 0),
        ("elastic", 256),
        ("rate", 624),
        ("rate", 288),
    ):
        assert wanted in networks_and_codes
    assert any(Run(p).config.network == "conv" and Run(p).config.noise.level > 0 for p in SHIPPED)
    sizes = [sum(f.stat().st_size for f in p.rglob("*") if f.is_file()) for p in SHIPPED]
    assert sum(sizes) < 40_000_000
    assert all((p / "model.keras").stat().st_size < 5_000_000 for p in SHIPPED)


# What writes whole numbers has a test of its own.
@pytest.mark.parametrize("path", [path for path in SHIPPED if path not in CODECS], ids=_id)
def test_reproduces_its_stored_examples(path):
    run = Run(path)
    stored = examples.read(run)
    network, level = networks.load(run.model_path), run.config.noise.level
    size = None
    if networks.kind(run.config.network).every_size:
        size, level = stored.y.shape[-1], 0.0
    x_hat = network.reconstruct(stored.x_noisy, level, size)
    assert np.abs(x_hat.astype(int) - stored.x_hat).max() <= 2  # other processors round otherwise
    now, then = metrics.summary(stored.x, x_hat), metrics.summary(stored.x, stored.x_hat)
    assert now["psnr"] == pytest.approx(then["psnr"], abs=0.02)
    assert now["ssim"] == pytest.approx(then["ssim"], abs=1e-3)
    if network.has_code:
        y = network.encode(stored.x_noisy, level, size)
        np.testing.assert_allclose(y, stored.y, rtol=1e-2, atol=1e-2 * np.abs(stored.y).max())
        np.testing.assert_array_equal(network.decode(y), x_hat)  # the code alone is enough


@pytest.mark.parametrize("path", CODECS, ids=_id)
def test_a_codec_reproduces_its_stored_numbers_and_pictures(path):
    run = Run(path)
    stored, codec = examples.read(run), networks.load_codec(run.model_path)
    y = stored.y.astype(np.int32)
    x_hat, q = codec.decode(y), y[:, 0, 0]
    assert np.abs(x_hat.astype(int) - stored.x_hat).max() <= 2  # other processors round otherwise
    stream = entropy.encode(q, MIDDLE_RATE, codec.prior)
    assert np.array_equal(entropy.decode(stream, len(q), MIDDLE_RATE, codec.prior), q)
    again = codec.encode(stored.x)
    assert (again != y).mean() < 1e-3  # a value at the edge of two may fall the other way


@pytest.mark.parametrize("path", ELASTIC, ids=_id)
def test_an_elastic_network_is_above_pca_at_every_size_by_its_stored_figures(path):
    for test in Run(path).evaluation()["tests"]:
        assert len(test["sizes"]) >= 10
        for row in test["sizes"]:
            assert row["network"]["psnr"] > row["pca"]["psnr"], (test["data"], row["size"])


def within(test, size):
    """How many dB an elastic network may stay below those of one size.

    Those of colour images are far better than the ones that the 0.3 dB of letters were set for.
    """
    if test["data"] == "svhn" or size == 4:
        return 0.1
    return 0.3 if "letters" in test["data"] or test["data"] == "notmnist" else 0.4


@pytest.mark.parametrize("path", ELASTIC, ids=_id)
def test_an_elastic_network_is_near_those_made_for_one_size_by_its_stored_figures(path):
    for test in Run(path).evaluation()["tests"]:
        sizes = {row["size"]: row for row in test["sizes"]}
        for size in (4, 16, 64, 256):
            peers = sizes[size]["dedicated"]
            assert peers
            assert sizes[size]["network"]["psnr"] >= max(p["psnr"] for p in peers) - within(
                test, size
            )
        assert all(row["network"]["psnr"] >= row["pca"]["psnr"] for row in sizes.values())


def test_one_value_of_the_letters_elastic_network_says_as_much_as_situation_4_by_its_stored_figures():
    (real,) = [
        test
        for test in Run(FOLDER / "letters-elastic").evaluation()["tests"]
        if test["data"] == "notmnist"
    ]
    (one,) = [row for row in real["sizes"] if row["size"] == 1]
    assert one["network"]["psnr"] >= max(peer["psnr"] for peer in one["dedicated"])


def test_house_numbers_need_fewer_bits_than_mosaics_by_the_stored_figures():
    table = json.loads((FOLDER / "numbers-codec" / "rate_quality.json").read_text())
    real = next(test for test in table["tests"] if test["data"] == "svhn")
    rates = {(r["against"], r["against_accounting"]): r for r in real["bd_rate"]}
    for name in ("JPEG", "WebP"):
        assert rates[name, "mosaic"]["fewer_bits_everywhere"] is True
    avif = [r["percent"] for (name, way), r in rates.items() if (name[:4], way) == ("AVIF", "mosaic")]
    assert avif and max(avif) < 0


@pytest.mark.parametrize("path", SHIPPED, ids=_id)
def test_the_examples_are_drawn_images_not_those_of_others(path):
    run = Run(path)
    members = data.members(run.config.data)
    if data.info(members[-1]).kind == "folder":
        tiles = textures.tiles(examples.COUNT, data.info(members[-1]).shape[0])
        assert _alike(examples.read(run).x, tiles) and _alike(run.samples().x, tiles[:8])
        return
    drawn = data.load(members[-1])
    assert data.info(drawn.name).kind == "drawn"
    assert _alike(examples.read(run).x, drawn.test.x[: examples.COUNT])
    validation = drawn.validation.x[: images.VALIDATION_LIMIT // len(members)]
    assert _alike(run.samples().x, validation[-fit.SAMPLES :])


@pytest.mark.parametrize("sigma", [15, 50])
def test_the_denoiser_of_photographs_cleans_a_whole_one(sigma):
    """A free photograph, of no size that it was trained on, with noise clipped and not."""
    run = Run(FOLDER / "photos-unet")
    whole = Whole(networks.load(run.model_path), run.config)
    x = max(textures.photographs(), key=lambda p: p.std())[None, 20:170, 30:231]
    clipped = noise.corrupt(x, noise.Noise("gaussian", sigma))
    before = metrics.psnr(x, clipped)[0]
    for x_noisy in (clipped, noise.corrupt_unclipped(x, sigma)):
        made = whole.clean(x_noisy[0], sigma)[None]
        assert metrics.psnr(x, made)[0] > before + {15: 4, 50: 8}[sigma]


@pytest.mark.parametrize("path", SITUATIONS, ids=_id)
def test_measures_again_what_is_stored_on_the_drawn_test_set(path):
    run = Run(path)
    then = {test["data"]: test for test in run.evaluation()["tests"]}["letters"]
    now = evaluate.evaluate(run, data="letters", write=False)["tests"][0]
    assert now["network"]["mse"] == pytest.approx(then["network"]["mse"], rel=5e-3)
    assert now["network"]["psnr"] == pytest.approx(then["network"]["psnr"], abs=0.05)


@pytest.mark.parametrize("path", SITUATIONS, ids=_id)
def test_beats_pca_of_the_same_size_by_its_stored_figures(path):
    for test in Run(path).evaluation()["tests"]:
        assert test["network"]["mse"] < test["pca"]["mse"], test["data"]
        assert test["network"]["psnr"] > test["pca"]["psnr"], test["data"]


@pytest.mark.parametrize("path", SITUATIONS, ids=_id)
def test_beats_pca_of_the_same_size_on_the_real_test_images(path):
    if not (Path(os.environ.get("AE_DATA_DIR", "/nowhere")) / "notmnist").is_dir():
        pytest.skip("needs the real notMNIST files: set AE_DATA_DIR")
    test = evaluate.evaluate(Run(path), data="notmnist", write=False)["tests"][0]
    assert test["network"]["mse"] < test["pca"]["mse"]


@pytest.mark.parametrize("path", DENSE, ids=_id)
def test_a_dense_network_beats_every_linear_code_by_its_stored_figures(path):
    long = Run(path).config.code > 64  # of so many values, nearly all that is lost is noise
    for test in Run(path).evaluation()["tests"]:
        linear = max(test["pca"]["psnr"], test["pca_for_psnr"]["psnr"])
        assert test["network"]["psnr"] > linear + (0.05 if long else 0.2), test["data"]
        gain = test["searched"]["summary"]["psnr"] - test["network"]["psnr"]
        assert gain > (0.04 if long else 0.1)


@pytest.mark.parametrize("path", SHIPPED, ids=_id)
def test_the_card_names_data_command_seconds_machine_and_figures(path):
    text = (path / "README.md").read_text(encoding="utf-8")
    for test in Run(path).evaluation()["tests"]:
        figures = f"{test['images']:,} | network | {test['network']['mse']:.5f} "
        assert f"| {test['data']} | {figures}" in text
    assert "python -m ae_core train" in text and " cores" in text and " epochs in " in text


def _alike(x: np.ndarray, y: np.ndarray) -> bool:
    """The same drawings, up to the rounding of other processors and font renderers."""
    return x.shape == y.shape and np.abs(x.astype(float) - y).mean() < 1
