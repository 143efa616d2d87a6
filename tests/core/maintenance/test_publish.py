"""Publishing a run: what is copied, measured and written, and how a large model is made small."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from ae_core import data, networks, runs
from ae_core.config import TrainConfig
from ae_core.data import photos
from ae_core.data.drawn import textures
from ae_core.errors import UserError
from ae_core.evaluation.card import command
from ae_core.images.noise import Noise
from ae_core.maintenance import publish
from ae_core.training import examples, fit


@pytest.fixture(scope="module")
def run(few_letters):
    config = TrainConfig(
        network="situation-3", code=4, epochs=2, batch=64, noise=Noise("gaussian", 20)
    )
    run = runs.create(config, "A small one")
    run.update_info(
        data={
            "name": "letters",
            "fingerprint": "f",
            "origin": "drawn",
            "train": 196,
            "validation": 84,
            "test": 24,
        },
    )
    assert fit.fit(run) == "finished"
    return run


def test_a_published_run_is_whole_and_measured(run):
    shipped = publish.publish(run, "small")
    assert shipped.pretrained and shipped.id == "small"
    assert [r.id for r in runs.list_runs()] == [run.id, "small"]
    test = shipped.evaluation()["tests"][0]
    card = (shipped.folder / "README.md").read_text()
    assert f"| letters | 24 | network | {test['network']['mse']:.5f} " in card
    assert "--network situation-3 --noise gaussian --level 20 --epochs 2" in card
    assert shipped.samples().epochs == [0, 1, 2]  # what it begins with, too
    assert examples.read(shipped).x_hat.shape == (16, 28, 28, 1)
    with pytest.raises(UserError, match="already a shipped run small"):
        publish.publish(run, "small")


@pytest.mark.long
def test_a_network_of_photographs_is_shown_on_free_ones(few_letters, tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(data, "_loaded", {})
    photos.folder().mkdir(parents=True)
    for number in range(30):
        image = np.random.default_rng(number).integers(0, 255, (64, 64, 3), np.uint8)
        Image.fromarray(image).save(photos.folder() / f"{number}.png")
    noisy = Noise("gaussian", 25, 0, unclipped=0.5)
    config = TrainConfig(
        data="photos", network="unet", code=0, noise=noisy, epochs=1, batch=8, augment="flips"
    )
    run = runs.create(config, "Photographs")
    counts = {"train": 18, "validation": 8, "test": 4}
    run.update_info(data={"name": "photos", "fingerprint": "f", "origin": "-"} | counts)
    assert fit.fit(run) == "finished"
    shipped = publish.publish(run, "pictures")
    shown, samples = examples.read(shipped), shipped.samples()
    assert np.array_equal(shown.x, textures.tiles(16, 64))
    assert np.array_equal(samples.x, shown.x[:8]) and len(samples.epochs) == 1
    assert np.array_equal(samples.at(samples.epochs[0]), shown.x_hat[:8])
    assert "--unclipped 0.5" in (shipped.folder / "README.md").read_text()


def test_a_failed_publication_leaves_nothing(run, monkeypatch):
    monkeypatch.setattr(publish, "LARGEST", 10)
    with pytest.raises(UserError, match="bytes, above 10"):
        publish.publish(run, "too-large")
    assert not list(runs.pretrained_dir().glob("*too-large*"))


def test_a_shipped_model_is_rounded_deflated_and_still_itself(run, tmp_path):
    before = networks.load(run.model_path)
    target = tmp_path / "model.keras"
    publish._copy_model(run.model_path, target)
    assert target.stat().st_size < 0.7 * run.model_path.stat().st_size
    assert zipfile.ZipFile(target).testzip() is None
    after = networks.load(target)
    for old, new in zip(before.model.get_weights(), after.model.get_weights(), strict=True):
        np.testing.assert_allclose(new, old, rtol=2**-9, atol=1e-5)
    x = examples.read(run).x_noisy
    assert np.abs(after.reconstruct(x).astype(int) - before.reconstruct(x)).max() <= 8


def test_weights_are_rounded_to_nearest_even():
    x = np.array([1.0, 1 + 2**-9, 1 + 3 * 2**-9, -1 - 2**-8, 0.0, 1e-6, 3.14159265], np.float32)
    expected = [1.0, 1.0, 1 + 2**-7, -1 - 2**-8, 0.0, 0.0, 3.140625]
    np.testing.assert_array_equal(publish._rounded(x, publish.BITS), expected)


def test_the_command_on_the_card_asks_for_the_same_training():
    from ae_core.cli import _parser
    from ae_core.cli.train import _config

    config = TrainConfig(
        data="svhn+numbers",
        network="unet",
        code=0,
        epochs=7,
        loss="psnr",
        noise=Noise("gaussian", 75, 0),
        precision="bfloat16",
        device="cpu",
    )
    options = _parser().parse_args(command(config).split()[3:])
    assert _config(options) == config


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "shipped").write_text("in the way")
    monkeypatch.setattr(runs, "pretrained_dir", lambda: tmp_path / "shipped")
    with pytest.raises(UserError, match="Cannot write to"):
        publish.publish(runs.Run(tmp_path / "one"), "new")
