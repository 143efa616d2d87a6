"""``compress``, ``decompress`` and ``info``: files that others can open, and errors on one line."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_codec import TinyNetwork

from ae_core import data, runs
from ae_core.cli import codec, main
from ae_core.codec import container
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.files import write_json

COLOUR, GREY = TinyNetwork((4, 4, 3)), TinyNetwork((4, 4, 1), seed=1)
LOAD = codec._network
NETWORKS = {"numbers-codec": COLOUR, "letters-codec": GREY}


@pytest.fixture(autouse=True)
def shipped(tmp_path, monkeypatch):
    """Two shipped rate networks that need no Keras; "loaded" lists what was loaded."""
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    loaded = []

    def load(name, device):
        loaded.append(name)
        if name not in NETWORKS:
            raise UserError(f"There is no run {name!r}.")
        return NETWORKS[name]

    monkeypatch.setattr(codec, "_network", load)
    return loaded


@pytest.fixture
def photos(tmp_path):
    """A folder with two colour images, a grey one and a file that is no image."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, size in (("a.png", (7, 5, 3)), ("b.png", (4, 4, 3)), ("c.png", (9, 2))):
        Image.fromarray(random.integers(90, 160, size).astype(np.uint8)).save(folder / name)
    (folder / "notes.txt").write_text("no image")
    return folder


def put_runs(tmp_path):
    """Write run folders of rate networks, so that they are found by what a file says."""
    for name in ("damaged", *NETWORKS):
        folder = runs.pretrained_dir() / name
        folder.mkdir(parents=True)
        config = TrainConfig(data="letters", network="rate", code=16).to_dict()
        write_json(folder / "config.json", {"id": name, "config": config})
        (folder / "model.keras").write_bytes(b"")


def failed(words, capsys):
    """Run a command that must fail; return its one line."""
    assert main([str(word) for word in words]) == 2
    text = capsys.readouterr().err
    lines = [line for line in text.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1 and text.splitlines()[-1] == lines[0]
    return lines[0]


def test_pictures_come_back_from_a_file(tmp_path, photos, shipped, capsys):
    file, out = tmp_path / "some.aep", tmp_path / "out"
    words = ["compress", str(photos), "-o", str(file), "--level", "255"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "skipped notes.txt" in said.err and f"{file.stat().st_size} bytes" in said.out
    assert shipped == ["numbers-codec"]

    put_runs(tmp_path)
    assert main(["decompress", str(file), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert "skipped damaged" in said.err and "0001.png to 0003.png" in said.out
    assert "differ" not in said.out
    assert sorted(p.name for p in out.iterdir()) == ["0001.png", "0002.png", "0003.png"]
    for made, original in (("0001", "a"), ("0002", "b"), ("0003", "c")):
        x = np.asarray(Image.open(photos / f"{original}.png").convert("RGB"))
        assert (np.asarray(Image.open(out / f"{made}.png")) == x).all()


def test_grey_pictures_take_the_grey_network(tmp_path, photos, shipped, capsys):
    file, out = tmp_path / "grey.aep", tmp_path / "out"
    assert main(["compress", str(photos / "c.png"), "-o", str(file), "--level", "255"]) == 0
    assert shipped == ["letters-codec"]
    put_runs(tmp_path)
    assert main(["decompress", str(file), "-o", str(out)]) == 0
    made = Image.open(out / "0001.png")
    assert made.mode == "L"
    assert (np.asarray(made) == np.asarray(Image.open(photos / "c.png"))).all()
    assert "0001.png in" in capsys.readouterr().out


def test_one_picture_alone(tmp_path, photos):
    file, out = tmp_path / "some.aep", tmp_path / "out"
    words = ["compress", str(photos), "-o", str(file), "--level", "255", "--group", "1"]
    assert main(words) == 0
    words = ["decompress", str(file), "-o", str(out), "--only", "2", "--run", "numbers-codec"]
    assert main(words) == 0
    assert [p.name for p in out.iterdir()] == ["0002.png"]
    x = np.asarray(Image.open(photos / "b.png"))
    assert (np.asarray(Image.open(out / "0002.png")) == x).all()


def test_wishes_are_kept(tmp_path, photos, capsys):
    file = tmp_path / "some.aep"
    assert main(["compress", str(photos), "-o", str(file), "--bytes", "150"]) == 0
    assert 100 < file.stat().st_size <= 150
    assert main(["compress", str(photos), "-o", str(file), "--psnr", "38", "--replace"]) == 0
    said = capsys.readouterr().out
    assert float(said.split("PSNR ")[-1].split()[0]) >= 38


def test_info_says_what_a_file_holds(tmp_path, photos, capsys):
    file = tmp_path / "some.aep"
    assert main(["compress", str(photos), "-o", str(file), "--level", "77", "--group", "2"]) == 0
    capsys.readouterr()
    assert main(["info", str(file), "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["level"] == 77 and about["pictures"] == 3 and about["streams"] == 2
    assert about["bytes"] == file.stat().st_size
    assert main(["info", str(file)]) == 0
    said = capsys.readouterr().out
    assert "level 77" in said and COLOUR.fingerprint.hex() in said and "5×7" in said


def test_test_images_of_a_data_set(tmp_path, monkeypatch, shipped, capsys):
    x = np.random.default_rng(1).integers(90, 160, (12, 8, 8, 1)).astype(np.uint8)

    class Loaded:
        class test:  # noqa: N801
            pass

    Loaded.test.x = x
    monkeypatch.setattr(data, "load", lambda name: Loaded)
    file = tmp_path / "set.aep"
    assert main(["compress", "--data", "letters", "--images", "10", "-o", str(file)]) == 0
    assert len(container.unpack(file.read_bytes())[0].sizes) == 10
    assert shipped == ["letters-codec"]
    words = ["compress", "--data", "letters", "--images", 13, "-o", file, "--replace"]
    assert "12 test images, not 13" in failed(words, capsys)


def test_pictures_in_a_zip(tmp_path, photos):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(photos.iterdir()):
            archive.write(path, path.name)
    file = tmp_path / "some.aep"
    assert main(["compress", str(tmp_path / "all.zip"), "-o", str(file)]) == 0
    header = container.unpack(file.read_bytes())[0]
    assert header.sizes == ((7, 5), (4, 4), (9, 2)) and header.level == codec.DEFAULT_LEVEL


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "Give either images"),
        (["a.png", "--data", "letters"], "Give either images"),
        (["a.png", "--images", "3"], "--images"),
        (["--data", "letters", "--images", "0"], "--images"),
        (["a.png", "--level", "256"], "from 0 to 255"),
        (["a.png", "--psnr", "nan"], "0 to 100 dB"),
        (["a.png", "--bytes", "5"], "more than the 5 asked for"),
        (["a.png", "--psnr", "99"], "reaches"),
        (["a.png", "--group", "0"], "from 1"),
        (["missing.png"], "there is none"),
        (["notes.txt"], "notes.txt: This is no image"),
        (["a.png", "--run", "letters-codec"], "grey images only"),
        (["a.png", "--run", "nobody"], "no run"),
    ],
)
def test_compress_refuses_in_one_line_and_writes_nothing(
    words, said, tmp_path, photos, monkeypatch, capsys
):
    monkeypatch.chdir(photos)
    monkeypatch.setattr(COLOUR, "decode", lambda q, rate: np.zeros((len(q), 4, 4, 3), np.uint8))
    before = sorted(photos.iterdir())
    assert said in failed(["compress", *words, "-o", "out.aep"], capsys)
    assert sorted(photos.iterdir()) == before


@pytest.mark.parametrize("place", ["a.png", ".", "nowhere/out.aep"])
def test_compress_does_not_write_over_pictures_and_folders(place, photos, monkeypatch, capsys):
    monkeypatch.chdir(photos)
    content = (photos / "a.png").read_bytes()
    failed(["compress", "a.png", "-o", place], capsys)
    assert (photos / "a.png").read_bytes() == content


def test_compress_writes_over_no_picture_of_a_folder_that_was_given(photos, capsys):
    before = {path: path.read_bytes() for path in photos.iterdir()}
    for name in before:
        words = ["compress", photos, "-o", photos / name]
        assert "is there already" in failed(words, capsys)
        assert "is no compressed file" in failed([*words, "--replace"], capsys)
    words = ["compress", photos / "a.png", "-o", photos / "a.png", "--replace"]
    assert "one of the files that are read" in failed(words, capsys)
    assert {path: path.read_bytes() for path in photos.iterdir()} == before


def test_decompress_refuses_in_one_line_and_writes_nothing(tmp_path, photos, capsys):
    file, out = tmp_path / "some.aep", tmp_path / "out"
    assert main(["compress", str(photos), "-o", str(file)]) == 0
    whole = file.read_bytes()
    capsys.readouterr()
    words = ["decompress", file, "-o", out]
    assert "not among the runs" in failed(words, capsys)
    put_runs(tmp_path)
    assert "written with the network" in failed([*words, "--run", "letters-codec"], capsys)
    assert "images 1 to 3" in failed([*words, "--only", 4], capsys)
    assert "cannot be read" in failed(["decompress", tmp_path / "none", "-o", out], capsys)
    for content, said in (
        (whole[:-1], "damaged or was cut off"),
        (b"", "no file of compressed images"),
        ((photos / "a.png").read_bytes(), "no file of compressed images"),
    ):
        file.write_bytes(content)
        assert said in failed(words, capsys)
        assert said in failed(["info", file], capsys)
    assert not out.exists()


def test_pictures_of_others_are_never_replaced(tmp_path, photos, capsys):
    file, out = tmp_path / "some.aep", tmp_path / "out"
    assert main(["compress", str(photos), "-o", str(file)]) == 0
    out.mkdir()
    (out / "0002.png").write_text("mine")
    words = ["decompress", file, "-o", out, "--run", "numbers-codec"]
    assert "already holds 0002.png" in failed(words, capsys)
    assert [p.read_text() for p in out.iterdir()] == ["mine"]
    assert main([*map(str, words), "--replace"]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["0001.png", "0002.png", "0003.png"]


def test_a_full_disk_leaves_nothing_behind(tmp_path, photos, monkeypatch, capsys):
    file, out = tmp_path / "some.aep", tmp_path / "out"
    assert main(["compress", str(photos), "-o", str(file)]) == 0
    save, done = Image.Image.save, []

    def full(self, path, *args, **kwargs):
        if done:
            raise OSError(28, "No space left on device")
        done.append(path)
        save(self, path, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "save", full)
    words = ["decompress", file, "-o", out, "--run", "numbers-codec"]
    assert "No space left" in failed(words, capsys)
    assert done and list(out.iterdir()) == []


def test_other_pixels_than_the_encoders_are_told(tmp_path, photos, monkeypatch, capsys):
    file = tmp_path / "some.aep"
    assert main(["compress", str(photos), "-o", str(file)]) == 0
    decode = COLOUR.decode
    monkeypatch.setattr(COLOUR, "decode", lambda q, rate: decode(q, rate) ^ 1)
    words = ["decompress", str(file), "-o", str(tmp_path / "out"), "--run", "numbers-codec"]
    assert main(words) == 0
    assert "Some pixels differ" in capsys.readouterr().out


SHIPPED = Path(__file__).resolve().parents[3] / "artifacts" / "pretrained"


@pytest.mark.long
@pytest.mark.parametrize("channels", sorted(codec.DEFAULT_RUNS))
def test_the_shipped_network_shows_the_same_pixels_in_another_process(channels, tmp_path):
    v, u = np.mgrid[0:45, 0:70]
    x = 128 + 80 * np.sin(u / 9)[..., None] * np.cos(v[..., None] / (6 + np.arange(channels)))
    Image.fromarray(x.astype(np.uint8).squeeze()).save(tmp_path / "wave.png")
    environment = {k: v for k, v in os.environ.items() if k != "AE_ARTIFACTS_DIR"}

    def run_command(*words):
        words = [sys.executable, "-m", "ae_core", *map(str, words), "--device", "cpu"]
        done = subprocess.run(
            words, cwd=SHIPPED.parents[1], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    file = tmp_path / "wave.aep"
    run_command("compress", tmp_path / "wave.png", "-o", file, "--level", 200)
    assert file.stat().st_size < 45 * 70 * channels / 8
    said = run_command("decompress", file, "-o", tmp_path / "out")
    assert "0001.png" in said and "differ" not in said  # the file's checksum of the pixels says so
    x_hat = np.asarray(Image.open(tmp_path / "out" / "0001.png")).reshape(x.shape)
    error = np.mean((x_hat - x.astype(np.uint8).astype(float)) ** 2)
    assert error < 255**2 / 10**2.5  # better than 25 dB


def test_a_photograph_has_a_codec_of_its_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(codec, "_network", LOAD)
    slope = np.add.outer(np.arange(37), np.arange(90))[..., None] + [0, 20, 60]
    for name, x in (("colour.png", slope), ("grey.png", slope[..., 0])):
        Image.fromarray(x.astype(np.uint8)).save(tmp_path / name)
        file, out = tmp_path / f"{name}.aep", tmp_path / f"back-{name}"
        assert main(["compress", str(tmp_path / name), "-o", str(file), "--psnr", "40"]) == 0
        assert main(["info", str(file)]) == 0
        assert main(["decompress", str(file), "-o", str(out)]) == 0
        assert "differ" not in capsys.readouterr().out
        back = np.asarray(Image.open(out / "0001.png")).astype(float)
        assert back.shape == x.squeeze().shape
        assert ((back - x) ** 2).mean() < 255**2 / 10**4
    small = ["compress", str(tmp_path / "colour.png"), "-o", str(tmp_path / "small.aep")]
    assert main([*small, "--bytes", "900"]) == 0
    assert (tmp_path / "small.aep").stat().st_size <= 900
