"""A denoiser on a folder of pictures, each at its size; the classical ones on the first of them."""

import numpy as np
import pytest
from PIL import Image

from ae_core import networks, runs
from ae_core.baselines.denoisers import denoise
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import pictures
from ae_core.images import files, metrics, noise
from ae_core.images.noise import Noise
from ae_core.networks import whole
from ae_core.runs import tables


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A denoiser as it begins: it gives back what it gets."""
    folder = tmp_path_factory.mktemp("denoiser")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_ARTIFACTS_DIR", str(folder / "artifacts"))
        asked = Noise("gaussian", 75.0, 0.0, unclipped=0.5)
        run = runs.create(TrainConfig(data="numbers", network="unet", code=0, noise=asked))
        networks.build(run.config, (32, 32, 3)).save(run.model_path)
        yield run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two pictures of different sizes, one grey, and a note."""
    folder = tmp_path_factory.mktemp("some pictures") / "mine"
    folder.mkdir()
    for name, x in _drawn().items():
        files.to_pillow(x).save(folder / f"{name}.png")
    (folder / "note.txt").write_text("no picture")
    return folder


def _drawn():
    ramp = np.linspace(20, 230, 60).astype(np.uint8)
    colour = np.stack([np.tile(ramp, (40, 1)), np.tile(ramp[::-1], (40, 1))] * 2, axis=-1)[..., :3]
    return {"a wide one": colour, "b grey": np.tile(ramp[:44, None, None], (1, 30, 1))}


@pytest.fixture(scope="module")
def block(run, folder):
    said = []
    result = pictures.measure(run, folder, progress=lambda *s: said.append(s[0]), classics=1)
    assert said == sorted(said) and said[-1] == 1
    assert tables.load(run, tables.DENOISING) == result["tests"]
    return result["tests"][0]


def test_pictures_keep_their_size_and_each_has_the_noise_of_its_place(block):
    assert (block["data"], block["images"]) == ("mine", 2)
    assert block["megapixels"] == pytest.approx((40 * 60 + 44 * 30) / 2e6)
    assert block["grey"] is False  # one of them is in colour
    expected = {}
    for sigma in pictures.SIGMAS:
        for place, x in enumerate(_drawn().values()):
            noisy = noise.corrupt_unclipped(x[None], sigma, start=place)
            given = noise.to_8_bit(noisy)
            through = given  # the untrained network gives back what it gets
            if x.shape[2] == 1:  # which of a grey picture is one of colours
                coloured, _, contrast = whole._coloured(noisy[0], sigma, 75.0)
                mean = noise.to_8_bit(coloured[None]).mean(axis=3, keepdims=True)
                through = noise.to_8_bit(127.5 + (mean - 127.5) / contrast)
            for method, y in (("noisy", given), ("unet", through)):
                found = expected.setdefault((method, sigma), [])
                found.append(metrics.psnr(x[None], y)[0])
    rows = [row for row in block["rows"] if row["method"] in ("noisy", "unet")]
    assert len(rows) == 2 * len(pictures.SIGMAS)
    for row in rows:
        assert row["noise"] == "unclipped" and row["images"] == 2 and "network_psnr" not in row
        mean = np.mean(expected[row["method"], row["sigma"]])
        assert row["psnr"] == pytest.approx(mean, abs=0.05)
        assert (row["ms_per_image"] is None) == (row["method"] == "noisy")


def test_classical_denoisers_get_the_first_pictures_and_say_so(block):
    (row,) = [r for r in block["rows"] if (r["method"], r["sigma"]) == ("wavelets", 25)]
    first = next(iter(_drawn().values()))[None]
    made = denoise("wavelets", noise.corrupt_unclipped(first, 25), 25)
    assert row["images"] == 1 and row["psnr"] == pytest.approx(metrics.psnr(first, made)[0])
    assert row["network_psnr"] < row["psnr"]


def test_the_command_prints_the_table_and_the_seconds_of_a_megapixel(run, folder, capsys):
    words = ["evaluate", run.id, "--denoising", "--pictures", str(folder), "--classics", "0"]
    assert main([*words, "--images", "1", "--clipped", "--ensemble"]) == 0
    said = capsys.readouterr().out
    assert said.count("  unet  ") == 2 and said.count("  unet ×8  ") == 2  # for each kind of noise
    assert "mine: 1 test image (" in said and "s a megapixel" in said
    assert "clipped noise, sigma" in said and "unclipped noise, sigma" in said
    assert "wavelets" not in said
    assert main(words[:2] + words[3:]) == 2 and "--denoising" in capsys.readouterr().err


def test_the_command_says_what_reading_changed_and_which_picture_is_none(run, tmp_path, capsys):
    for name in ("a.png", "b.png"):
        deep = np.linspace(12, 4003, 40 * 40).astype(np.uint16).reshape(40, 40)
        Image.fromarray(deep).save(tmp_path / name)
    words = ["evaluate", run.id, "--denoising", "--pictures", str(tmp_path), "--classics", "0"]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert f"{tmp_path / 'a.png'}: Its values of more than 8 bits, from 12 to 4003" in said
    assert "1 more with this: values of more than 8 bits" in said
    (tmp_path / "c.png").write_bytes(b"no picture")
    assert main(words) == 2
    assert f"{tmp_path / 'c.png'}: This is no image" in capsys.readouterr().err


def test_a_folder_without_pictures_and_a_network_without_noise_are_refused(run, tmp_path):
    with pytest.raises(UserError, match="no image in the folder"):
        pictures.measure(run, tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        pictures.measure(run, tmp_path / "nowhere")
    clean = runs.create(TrainConfig())
    with pytest.raises(UserError, match="not trained on Gaussian noise"):
        pictures.measure(clean, tmp_path)
