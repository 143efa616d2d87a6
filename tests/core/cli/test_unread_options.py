"""Options that nothing would read are refused in one sentence, before any work is done."""

import numpy as np
import pytest
from PIL import Image

from ae_core import networks, runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Runs "coded" and "denoiser", a picture x.png and a set own-tiny; no network can be loaded."""
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8))
    assert main(["data", "import", "x.npy", "--name", "tiny", "--colour", "grey"]) == 0
    runs.create(TrainConfig(data="own-tiny", network="dense", code=4), run_id="coded")
    noisy = {"noise": Noise("gaussian", 25), "network": "unet", "code": 0}
    runs.create(TrainConfig(data="own-tiny", **noisy), run_id="denoiser")
    Image.new("L", (8, 8), 90).save("x.png")
    monkeypatch.setattr(networks, "load", None)
    return tmp_path


DENOISING = "evaluate denoiser --denoising "


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("export coded --part decoder -o y.keras", "--part decoder is of an .onnx file alone"),
        ("export coded --part encoder -o y.zip", "--part encoder is of an .onnx file alone"),
        ("evaluate coded --clipped", "--clipped goes with --pictures"),
        ("evaluate coded --ensemble", "--ensemble goes with --pictures"),
        ("evaluate coded --bm3d 0", "--bm3d goes with --denoising"),
        ("evaluate coded --classics 0", "--classics goes with --pictures"),
        (DENOISING + "--classics 2", "--classics goes with --pictures"),
        (DENOISING + "--ensemble", "--ensemble goes with --pictures"),
        (DENOISING + "--pictures . --data letters", "--data does not go with --pictures"),
        (DENOISING + "--pictures . --bm3d 3", "--bm3d does not go with --pictures"),
        ("evaluate coded --rate-quality --pictures .", "--pictures goes with --denoising"),
        ("evaluate coded denoiser --rate-quality --clipped", "--clipped goes with --pictures"),
        ("report coded --epochs 7 -o r", "--epochs goes with --train"),
        ("reconstruct coded x.png --level 30 -o r", "coded takes no noise level"),
        ("encode coded x.png --level 30 -o r", "coded takes no noise level"),
        ("encode coded x.png --level 0 -o r", "coded takes no noise level"),
        ("reconstruct denoiser x.png --search 2 -o r", "denoiser has no code to search for"),
        ("reconstruct coded x.png --search 2 --whole -o r", "leave out --whole"),
        ("evaluate coded --images 999999", "own-tiny has "),
        ("evaluate coded --rate-quality --images 999999", "test images, not 999,999"),
        (DENOISING + "--images 999999", "test images, not 999,999"),
    ],
)
def test_an_option_that_nothing_reads_is_refused(words, said, here, capsys):
    capsys.readouterr()
    assert main(words.split()) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1 and said in told
    assert not [path for path in here.iterdir() if path.name in ("r", "y.keras", "y.zip")]
