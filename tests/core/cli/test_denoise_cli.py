"""``denoise`` and ``reconstruct`` on pictures as they are: whole, of any size, noisy already."""

import csv
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from tiny_codec import TinyNetwork

from ae_core import networks, runs
from ae_core.cli import codec, denoise, main
from ae_core.config import TrainConfig
from ae_core.files import as_json
from ae_core.images import files, noise
from ae_core.images.noise import Noise


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A denoiser as it begins: it gives back what it gets."""
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    asked = {"network": "unet", "code": 0, "noise": Noise("gaussian", 50.0, 0.0)}
    run = runs.create(TrainConfig(data="numbers", **asked))
    networks.build(run.config, (32, 32, 3)).save(run.model_path)
    return run


@pytest.fixture
def folder(tmp_path):
    """Two noisy pictures and a note."""
    folder = tmp_path / "noisy"
    folder.mkdir()
    for name, shape in (("wide", (60, 101, 3)), ("grey", (45, 33, 1))):
        x = noise.corrupt(np.full((1, *shape), 120, np.uint8), Noise("gaussian", 20.0))[0]
        files.to_pillow(x).save(folder / f"{name}.png")
    (folder / "note.txt").write_text("no image")
    return folder


@pytest.fixture
def changed(tmp_path):
    """Pictures of 12 bits in 16, and one with transparent parts."""
    folder = tmp_path / "changed"
    folder.mkdir()
    for n in range(3):
        deep = np.linspace(12 + n, 4003, 64 * 64).astype(np.uint16).reshape(64, 64)
        Image.fromarray(deep).save(folder / f"deep{n}.png")
    clear = np.full((64, 64, 4), 90, np.uint8)
    Image.fromarray(clear).save(folder / "clear.png")
    return folder


def pixels(path):
    return np.asarray(Image.open(path))


def test_a_folder_of_pictures_at_their_own_size(run, folder, tmp_path, capsys):
    out = tmp_path / "made"
    assert main(["denoise", str(folder), "-o", str(out), "--run", run.id]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == ["grey-denoised.png", "wide-denoised.png"]
    assert "33x45, sigma " in said[0] and "101x60, sigma " in said[1]
    for line in said:
        assert "estimated" in line and "PSNR" not in line
        assert float(line.partition("sigma ")[2].split()[0]) == pytest.approx(20, abs=4)
    for name in ("grey", "wide"):
        found = pixels(out / f"{name}-denoised.png")
        off = np.subtract(found, pixels(folder / f"{name}.png"), dtype=int)
        # Grey ones went through in three channels of more noise, some of it cut off at black.
        assert np.abs(off).max() <= (4 if name == "grey" else 0)


def test_eight_ways_are_their_mean(run, folder, tmp_path, monkeypatch):
    """Of a network that sends a picture back a pixel farther right."""

    class Right:
        image_shape = (16, 16, 3)

        def reconstruct(self, x, level=0.0):
            return np.roll(x, 1, axis=2)

    monkeypatch.setattr(networks, "load", lambda path: Right())
    monkeypatch.setattr("ae_core.networks.whole.kind", lambda name: SimpleNamespace(reach=0))
    x = np.zeros((16, 16, 3), np.uint8)
    x[8, 8, 0] = 200
    files.to_pillow(x).save(folder / "point.png")
    out, words = tmp_path / "made", ["denoise", str(folder / "point.png"), "--run", run.id]
    assert main([*words, "--level", "5", "-o", str(out), "--ensemble"]) == 0
    found = pixels(out / "point-denoised.png")[..., 0]
    beside = [found[8, 7], found[8, 9], found[7, 8], found[9, 8]]
    assert beside == [50, 50, 50, 50] and found.sum() == 200


def test_the_level_is_told_and_no_more_than_was_learned(run, folder, tmp_path, capsys):
    words = ["denoise", str(folder / "wide.png"), "-o", str(tmp_path / "made"), "--run", run.id]
    assert main([*words, "--level", "80"]) == 0
    said = capsys.readouterr().out
    assert "sigma 80 as told" in said and f"{run.id} knows up to 50" in said
    assert main([*words, "--level", "-1"]) == 2


def test_crops_of_house_numbers_and_photographs_go_through_the_network_that_knows_such(
    run, folder, tmp_path, monkeypatch, capsys
):
    shipped = runs.pretrained_dir()
    for name, top in ((denoise.DEFAULT_RUN, 75), (denoise.CROPS_RUN, 60)):
        (shipped / name).mkdir(parents=True)
        noisy = Noise("gaussian", float(top), 0.0)
        config = TrainConfig(data="numbers", network="unet", code=0, noise=noisy)
        about = run.info | {"id": name, "config": config.to_dict()}
        (shipped / name / "config.json").write_text(as_json(about))
        shutil.copyfile(run.model_path, shipped / name / "model.keras")
    files.to_pillow(np.full((32, 32, 3), 99, np.uint8)).save(folder / "crop.png")
    words = ["denoise", str(folder), "-o", str(tmp_path / "made"), "--level", "90"]
    assert main(words) == 0
    said = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert said["crop-denoised.png"].endswith("numbers-unet knows up to 60")
    for name in ("grey", "wide"):
        assert said[f"{name}-denoised.png"].endswith("photos-unet knows up to 75")


def test_a_network_without_noise_removes_none(tmp_path, folder, monkeypatch, capsys):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    clean = runs.create(TrainConfig())
    assert main(["denoise", str(folder), "-o", str(tmp_path / "made"), "--run", clean.id]) == 2
    assert "not trained on noise" in capsys.readouterr().err


def test_reconstruct_says_psnr_only_where_the_clean_picture_is_known(run, folder, tmp_path, capsys):
    out = tmp_path / "made"
    assert main(["reconstruct", run.id, str(folder), "-o", str(out)]) == 0
    assert "PSNR" not in capsys.readouterr().out
    with open(out / "figures.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["width"], row["height"], row["resized"]) for row in rows] == [
        ("33", "45", "no"),
        ("101", "60", "no"),
    ]
    assert all(row["psnr"] == "" and float(row["level"]) > 10 for row in rows)
    noisy = ["--noise", "gaussian", "--level", "30", "--replace"]
    assert main(["reconstruct", run.id, str(folder), "-o", str(out), *noisy]) == 0
    assert capsys.readouterr().out.count("PSNR") == 2
    assert pixels(out / "wide-noisy.png").shape == (60, 101, 3)


def test_other_networks_take_pictures_whole_when_asked(tmp_path, folder, monkeypatch, capsys):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))

    class Half:
        image_shape, code_shape, has_code = (16, 16, 3), (1, 1, 4), True

        def reconstruct(self, x, level=0.0):
            return x // 2

    monkeypatch.setattr(networks, "load", lambda path: Half())
    out, words = tmp_path / "made", ["reconstruct", runs.create(TrainConfig()).id, str(folder)]
    assert main([*words, "-o", str(out)]) == 0
    assert pixels(out / "wide-reconstruction.png").shape == (16, 16, 3)
    assert main([*words, "-o", str(out), "--whole", "--replace"]) == 0
    found = pixels(out / "wide-reconstruction.png")
    assert np.array_equal(found, pixels(folder / "wide.png") // 2)


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_a_tiny_picture_keeps_nobody_from_the_others(command, run, folder, tmp_path, capsys):
    files.to_pillow(np.full((5, 9, 3), 99, np.uint8)).save(folder / "iota.png")
    out = tmp_path / "made"
    words = ["denoise", "--run", run.id] if command == "denoise" else ["reconstruct", run.id]
    assert main([*words, str(folder), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert f"{folder / 'iota.png'}: too small to estimate its noise, sigma 25 is assumed" in said.err
    lines = said.out.splitlines()
    assert len(lines) == 3 and "sigma 25 assumed" in lines[1]
    assert "passes for noise" in lines[0] and len(list(out.glob("*.png"))) == 3
    if command == "reconstruct":
        with open(out / "figures.csv", newline="") as file:
            assert [row["level"] for row in csv.DictReader(file)][1] == "25.0"
    assert main([*words, str(folder), "-o", str(out), "--level", "10", "--replace"]) == 0
    assert "assumed" not in capsys.readouterr().err


def test_what_was_done_before_the_end_has_its_figures(run, folder, tmp_path, monkeypatch, capsys):
    made = []

    def write(folder, name, x):
        made.append(name)
        if len(made) == 2:
            raise KeyboardInterrupt
        return f"{name}.png"

    monkeypatch.setattr("ae_core.cli.pictures.write", write)
    out = tmp_path / "made"
    assert main(["reconstruct", run.id, str(folder), "-o", str(out)]) == 130
    with open(out / "figures.csv", newline="") as file:
        assert [row["output"] for row in csv.DictReader(file)] == ["grey-reconstruction.png"]


@pytest.mark.parametrize("command", ["denoise", "reconstruct", "compress"])
def test_what_reading_changed_of_pictures_is_said_once_a_kind(
    command, run, changed, tmp_path, monkeypatch, capsys
):
    words = [command, str(changed), "-o", str(tmp_path / "made")]
    words += ["--run", run.id] if command == "denoise" else []
    if command == "reconstruct":
        words.insert(1, run.id)
    if command == "compress":
        monkeypatch.setattr(codec, "_network", lambda name, device: TinyNetwork((4, 4, 3)))
    assert main(words) == 0
    said = [line.removeprefix(f"{changed}/") for line in capsys.readouterr().err.splitlines()]
    assert [line for line in said if "skipped" not in line] == [
        "clear.png: What is transparent in it shows a white ground.",
        "deep0.png: Its values of more than 8 bits, from 12 to 4003, are kept in 8: 12 became 0, "
        "4003 became 255, and a noise level counts on that scale.",
        "2 more with this: values of more than 8 bits, or with a sign, kept in 8, each in its own "
        "range",
    ]
