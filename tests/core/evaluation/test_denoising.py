"""A denoiser's table: every method at every level on the same noisy images, told apart by noise."""

from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data
from ae_core.baselines.denoisers import DENOISERS, denoise
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import denoising
from ae_core.files.reading import read_json
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.runs import tables

FAST = [name for name in DENOISERS if name != "BM3D"]
SIGMAS = (15, 50)


class Blend:
    """A network of known behaviour: half of total variation, half of the noisy image."""

    image_shape = (28, 28, 1)

    def __init__(self):
        self.seen = []

    def reconstruct(self, x_noisy, level):
        assert x_noisy.dtype == np.uint8
        return self._clean(x_noisy, level)

    def reconstruct_float(self, x_noisy, level, beyond):
        assert not beyond
        assert x_noisy.dtype == np.float32
        return self._clean(x_noisy, level)

    def _clean(self, x_noisy, level):
        self.seen.append((len(x_noisy), level))
        smooth = denoise("total variation", x_noisy, level).astype(np.float32)
        return np.clip(np.rint((smooth + np.clip(x_noisy, 0, 255)) / 2), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def run(few_letters):
    folder = few_letters / "artifacts" / "runs" / "denoiser"
    folder.mkdir(parents=True)
    config = TrainConfig(network="unet", code=0, noise=Noise("gaussian", 75, 0))
    return SimpleNamespace(id="denoiser", folder=folder, config=config)


@pytest.fixture(scope="module")
def block(run):
    said = []
    result = denoising.measure(
        run,
        progress=lambda done, words: said.append(done),
        network=Blend(),
        bm3d=0,
        sigmas=SIGMAS,
    )
    assert said == sorted(said) and said[-1] == 1
    assert read_json(run.folder / "denoising.json") == result
    (block,) = result["tests"]
    return block


def test_every_method_has_every_level_and_noise(block):
    assert block["data"] == "letters" and block["images"] == len(data.load("letters").test)
    found = [(row["noise"], row["sigma"], row["method"]) for row in block["rows"]]
    methods = ["unet", "noisy", *FAST]
    assert found == [(k, s, m) for k in denoising.KINDS for s in SIGMAS for m in methods]
    for row in block["rows"]:
        assert row["images"] == block["images"] and "network_psnr" not in row
        assert (row["ms_per_image"] is None) == (row["method"] == "noisy")


def test_figures_are_those_of_the_same_noise(block):
    x = data.load("letters").test.x
    rows = {(r["noise"], r["sigma"], r["method"]): r for r in block["rows"]}
    clipped = noise.corrupt(x, Noise("gaussian", 15), seed=0)
    floating = noise.corrupt_unclipped(x, 15, seed=0)
    for kind, x_noisy in (("clipped", clipped), ("unclipped", floating)):
        expected = metrics.summary(x, denoise("bilateral", x_noisy, 15))
        row = rows[kind, 15, "bilateral"]
        assert row["psnr"] == expected["psnr"] and row["ssim"] == expected["ssim"]
        assert rows[kind, 15, "noisy"]["psnr"] == metrics.summary(x, clipped)["psnr"]
    for kind in denoising.KINDS:
        for method in ("unet", *FAST):
            low, high = (rows[kind, sigma, method]["psnr"] for sigma in SIGMAS)
            assert low > high > rows[kind, 50, "noisy"]["psnr"]


def test_time_is_that_of_one_image_without_the_first_call(monkeypatch):
    now = SimpleNamespace(seconds=5.0)
    monkeypatch.setattr(denoising.time, "perf_counter", lambda: now.seconds)

    def method(x_noisy, sigma):
        now.seconds += 2 if len(x_noisy) == 4 else 100
        return x_noisy

    x = data.load("letters").test.x[:4]
    row, x_hat = denoising._row("median", method, x, x, 25)
    assert row["ms_per_image"] == 500 and row["images"] == 4 and np.array_equal(x_hat, x)
    assert denoising._row("noisy", method, x, x, 25)[0]["ms_per_image"] is None


def test_time_is_without_what_keras_compiles_for_the_second_size(monkeypatch):
    now, sizes = SimpleNamespace(seconds=5.0), []
    monkeypatch.setattr(denoising.time, "perf_counter", lambda: now.seconds)

    def method(x_noisy, sigma):
        if len(x_noisy) not in sizes and len(sizes) < 2:  # as Keras: a third size is no news
            now.seconds += 100
            sizes.append(len(x_noisy))
        now.seconds += 2
        return x_noisy

    x = data.load("letters").test.x[:4]
    assert denoising._row("unet", method, x, x, 25)[0]["ms_per_image"] == 500


def test_bm3d_gets_few_images_and_says_so(run, monkeypatch):
    given = []

    def slow(x_noisy, sigma):
        given.append(len(x_noisy))
        return denoise("bilateral", x_noisy, sigma)

    monkeypatch.setitem(DENOISERS, "BM3D", slow)
    found = denoising.measure(run, network=Blend(), bm3d=3, sigmas=(25,), images=8, write=False)
    rows = [row for row in found["tests"][0]["rows"] if row["method"] == "BM3D"]
    assert [row["images"] for row in rows] == [3, 3] and set(given) == {1, 3}
    x = data.load("letters").test.x[:3]
    own = Blend().reconstruct(noise.corrupt(x, Noise("gaussian", 25), seed=0), 25)
    assert rows[0]["network_psnr"] == metrics.summary(x, own)["psnr"]


def test_other_sets_are_kept(run, tmp_path):
    other = SimpleNamespace(id="other", folder=tmp_path, config=run.config)
    tables.put(other, denoising.FILE, {"data": "elsewhere", "rows": []})
    found = denoising.measure(other, network=Blend(), images=2, sigmas=(25,), bm3d=0)
    assert [test["data"] for test in found["tests"]] == ["elsewhere", "letters"]


def test_what_cannot_be_measured_is_said(run, capsys):
    plain = SimpleNamespace(id="plain", folder=run.folder, config=TrainConfig())
    with pytest.raises(UserError, match="noise"):
        denoising.measure(plain, network=Blend())
    with pytest.raises(UserError, match="shape"):
        denoising.measure(run, data="numbers", network=Blend())
    with pytest.raises(UserError, match="At least one"):
        denoising.measure(run, images=-1, network=Blend())
    assert main(["evaluate", "letters", "--denoising"]) == 2
    assert "error" in capsys.readouterr().err
