"""``encode`` and ``decode``: nothing of a person's is written over, and no number is taken amiss."""

import numpy as np
import pytest
from PIL import Image

from ae_core import networks, runs
from ae_core.cli import main, pictures
from ae_core.config import TrainConfig


class Network:
    """Codes are the mean colours."""

    image_shape, code_shape, has_code = (8, 8, 1), (1, 1, 1), True

    def at(self, size):
        return self

    def encode(self, x, level=0.0, search=0):
        return x.astype(np.float32).mean(axis=(1, 2), keepdims=True)

    def decode(self, y):
        return np.repeat(np.repeat(y, 8, axis=1), 8, axis=2).astype(np.uint8)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(networks, "load", lambda path: Network())
    return runs.create(TrainConfig()).id


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A grey picture of the network's size, and a larger one in colour."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, size in (("a.png", (8, 8)), ("b.png", (20, 30, 3))):
        Image.fromarray(random.integers(0, 256, size).astype(np.uint8)).save(folder / name)
    monkeypatch.chdir(tmp_path)
    return folder


def kept(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def failed(words, capsys):
    capsys.readouterr()
    assert main([str(word) for word in words]) == 2
    text = capsys.readouterr().err
    assert text.startswith("error: ") and text.count("\n") == 1
    return text


def test_an_image_of_three_channels_without_colours_loses_none(run, photos, capsys):
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(photos / "b.png")
    assert main(["encode", run, "photos", "-o", "codes"]) == 0
    assert "became grey" not in capsys.readouterr().out


def test_what_encode_did_to_pictures_is_said(run, photos, capsys):
    assert main(["encode", run, "photos", "-o", "codes"]) == 0
    said = capsys.readouterr().out
    assert "photos/b.png: cut and resized from 30x20 to 8x8" in said
    assert "photos/b.png: its colours became grey" in said and "photos/a.png:" not in said
    again = ["encode", run, "photos", "-o", "codes.npy"]
    assert "codes.npy is there already" in failed(again, capsys)
    assert main([*again, "--replace"]) == 0


def test_decode_writes_over_no_picture(run, photos, capsys):
    assert main(["encode", run, "photos", "-o", "codes"]) == 0
    before = kept(photos)
    assert "already holds a.png" in failed(["decode", run, "codes.csv", "-o", "photos"], capsys)
    assert kept(photos) == before
    assert main(["decode", run, "codes.csv", "-o", "made"]) == 0
    assert sorted(kept(photos.parent / "made")) == ["a.png", "b.png"]


@pytest.mark.parametrize("name", ["notes.csv", "notes.npy"])
def test_encode_writes_over_no_table_of_others(name, run, photos, capsys):
    (photos / name).write_text("my notes")
    before = kept(photos)
    for output in ("photos/notes", f"photos/{name}"):
        said = failed(["encode", run, "photos/a.png", "-o", output], capsys)
        assert f"photos/{name} is there" in said
    assert kept(photos) == before


@pytest.mark.parametrize("output", [".", "..", "/", "photos/.."])
def test_the_codes_need_a_name(output, run, photos, capsys):
    assert "the name of two files" in failed(["encode", run, "photos", "-o", output], capsys)


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_pictures_that_were_given_are_not_written_over(command, run, photos, monkeypatch, capsys):
    ending = {"denoise": "denoised", "reconstruct": "reconstruction"}[command]
    (photos / f"a-{ending}.png").write_bytes((photos / "a.png").read_bytes())
    before = kept(photos)
    for replace in (False, True):
        with pytest.raises(pictures.UserError, match=f"a-{ending}.png is one of the files"):
            pictures.each([photos], photos, [f"-{ending}"], replace)
    if command == "reconstruct":
        words = ["reconstruct", run, "photos", "-o", "photos"]
        assert "is one of the files that are read" in failed(words, capsys)
    assert kept(photos) == before
    assert len(list(pictures.each([photos], photos.parent, [f"-{ending}"]))) == 3


def test_a_table_of_somebodys_is_not_written_over(run, photos, capsys):
    (photos / "figures.csv").write_text("mine")
    words = ["reconstruct", run, "photos/a.png", "-o", "photos"]
    assert "photos already holds figures.csv" in failed(words, capsys)
    assert (photos / "figures.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "own-tiny", "--images", "0"], "--images takes a whole number from 1"),
        (["--data", "own-tiny", "--images", "-1"], "--images takes a whole number from 1"),
        (["--data", "own-tiny", "--images", "99999999999999999999"], "test images, not"),
        (["photos", "--images", "1"], "goes with --data"),
        (["photos", "--level", "-5"], "from 0 to 255"),
        (["photos", "--level", "nan"], "from 0 to 255"),
        (["photos", "--search", "-1"], "--search takes a whole number from 0 to 1000"),
        ([], "Name either images or"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(words, said, run, photos, capsys):
    x = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8)
    np.save(photos.parent / "x.npy", x)
    assert main(["data", "import", "x.npy", "--name", "tiny", "--colour", "grey"]) == 0
    assert said in failed(["encode", run, *words, "-o", "codes"], capsys)
    assert not list(photos.parent.glob("codes*"))
    assert main(["encode", run, "--data", "own-tiny", "--images", "2", "-o", "codes"]) == 0


@pytest.mark.parametrize("seed", ["-1", "99999999999999999999999"])
def test_seeds_are_those_that_can_be_drawn(seed, run, photos, capsys):
    words = ["reconstruct", run, "photos", "-o", "made", "--noise", "gaussian", "--seed", seed]
    assert "--seed takes a whole number from 0 to 2147483647" in failed(words, capsys)
    assert not (photos.parent / "made").exists()
