"""The import in a process of its own: progress, cancel, bounds, and the command line over it."""

import io
import tarfile
import time
import zipfile

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from ae_core import data as sets
from ae_core.cli import main
from ae_core.data.own import apart, limits
from ae_core.errors import Cancelled, UserError


@pytest.fixture
def source(tmp_path):
    x = np.random.default_rng(1).integers(0, 256, (40, 16, 16, 3), np.uint8)
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(40) % 2)
    return tmp_path / "a.npz"


def test_a_draft_is_shown_then_stored(source, data):
    draft = apart.prepare([source], 16, "colour")
    assert draft.count == 40 and draft.shape == (16, 16, 3)
    assert draft.classes == (("0", (20,)), ("1", (20,)))
    assert draft.samples().shape == (32, 16, 16, 3) and draft.folder.is_dir()
    assert not [info for info, _ in sets.available() if info.kind == "own"]
    assert apart.keep(draft, "Mine") == "own-mine" and not draft.folder.exists()
    assert sets.load("own-mine").classes == ("0", "1")
    with pytest.raises(UserError, match="already there"):
        apart.keep(draft, "mine")


@pytest.mark.parametrize("kind", ["npy", "npz", "csv", "mat"])
@pytest.mark.parametrize("packed", ["tar", "tar.gz"])
def test_a_tar_of_arrays_takes_no_more_memory_than_they_do(data, tmp_path, kind, packed):
    x = np.random.default_rng(1).integers(0, 256, (40, 256), np.uint8)
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, x.reshape(-1, 16, 16))
    elif kind == "npz":
        np.savez(file, x=x.reshape(-1, 16, 16))
    elif kind == "csv":
        np.savetxt(file, x, "%d", ",")
    else:
        savemat(file, {"x": x.reshape(-1, 16, 16)})
    with tarfile.open(tmp_path / f"a.{packed}", "w:gz" if packed.endswith("gz") else "w") as archive:
        member = tarfile.TarInfo(f"x.{kind}")
        member.size = len(file.getvalue())
        archive.addfile(member, io.BytesIO(file.getvalue()))
    draft = apart.prepare([tmp_path / f"a.{packed}"], 16, "grey")
    assert draft.count == 40


def test_a_cancel_ends_it_within_seconds_and_leaves_nothing(data, tmp_path):
    wide = io.BytesIO()
    Image.new("L", (9000, 9000)).save(wide, "PNG")
    with zipfile.ZipFile(tmp_path / "huge.zip", "w") as archive:
        for i in range(40):
            archive.writestr(f"{i}.png", wide.getvalue())
    start = time.monotonic()
    with pytest.raises(Cancelled):
        apart.prepare(
            [tmp_path / "huge.zip"],
            16,
            "colour",
            should_stop=lambda: time.monotonic() - start > 2,
        )
    assert time.monotonic() - start < 60  # to read all would take minutes
    assert not list((data / "own").rglob("*.np?"))


def test_a_reading_without_end_is_given_up(source, data, monkeypatch):
    monkeypatch.setattr(limits, "LONGEST", 0.0)

    class Endless:
        """A child that always has more to read."""

        def __init__(self, *_):
            pass

        __enter__, __exit__ = (lambda self: self), (lambda self, *_: None)

        def ask(self, *_):
            return {"done": 1, "total": 2, "file": "x.png"}

    monkeypatch.setattr(apart, "Child", Endless)
    with pytest.raises(UserError, match="took over 0 minutes and was given up"):
        apart.prepare([source], 8, "grey")
    assert not list((data / "own").glob(".drafts/*"))


@pytest.mark.long
def test_too_much_memory_is_one_sentence(data, tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.zeros((40, 16, 16), np.uint8))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "a.npy", "x.npy")
        with archive.open("y.npy", "w", force_zip64=True) as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": "|u1", "fortran_order": False, "shape": (2100, 1024, 1024)}
            )
            for _ in range(2100):
                file.write(bytes(1 << 20))
    with pytest.raises(UserError, match="at most 2 GB"):
        apart.prepare([tmp_path / "bomb.npz"], 16, "grey")


def test_the_command_says_what_it_assumed_and_stores_nothing_when_dry(source, data, capsys):
    assert main(["data", "import", str(source), "--side", "16", "--dry-run"]) == 0
    said = capsys.readouterr().out
    for words in ("[--axes]", "[--range]", "[--labels]", "Labels: y", "nothing was stored"):
        assert words in said
    assert not list(data.rglob("*.npz"))
    assert main(["data", "import", str(source), "--side", "16"]) != 0
    assert "--name" in capsys.readouterr().err


def test_the_commands_options_change_what_was_assumed(source, data, capsys):
    how = ["--name", "Mine", "--side", "16", "--labels", "none", "--range", "0..100"]
    assert main(["data", "import", str(source), *how]) == 0
    assert "own-mine: 40 images, 0 skipped" in capsys.readouterr().out
    whole = sets.load("own-mine")
    assert whole.classes == ("image",) and (whole.train.x == 255).mean() > 0.5
    assert main(["data", "import", str(source), *how]) != 0
    assert main(["data", "import", str(source), *how, "--replace"]) == 0
