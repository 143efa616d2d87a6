"""Loading: the sets as the program sees them."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from ae_core import data as sets
from ae_core import i18n
from ae_core.data import drawn_sets, splits
from ae_core.errors import DataMissing, UserError

KINDS = ("images-idx3", "labels-idx1")
REAL = os.environ.get("AE_DATA_DIR", "")


def test_import_loads_no_reader():
    code = (
        "import sys, ae_core.data as d; d.members('a+b'); "
        "print([m for m in ('numpy','scipy','pooch','PIL','tensorflow','keras','streamlit')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_notmnist(notmnist):
    seen = sets.load("notmnist")
    assert seen.shape == (28, 28, 1)
    assert (len(seen.train), len(seen.validation), len(seen.test)) == (70, 30, 30)
    assert seen.origin == "own copy: 100 + 30 images"
    assert seen.classes == tuple("ABCDEFGHIJ")
    for split in (seen.train, seen.validation, seen.test):
        assert split.x.dtype == np.uint8 and split.labels.dtype == np.int64
        assert not split.x.flags.writeable and not split.labels.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            split.x[0] = 0
    assert sets.load("notmnist") is seen
    assert len(seen.fingerprint) == 16 and int(seen.fingerprint, 16) >= 0


def test_a_program_that_has_just_started_loads_a_set_and_keeps_it(notmnist):
    load = runpy.run_path(sets.__file__)["load"]
    seen = load("notmnist")
    assert len(seen.test) == 30 and load("notmnist") is seen


def test_the_lecture_split_is_42000_and_18000():
    train, validation = splits.split_rows(60_000)
    assert (len(train), len(validation)) == (42_000, 18_000)
    assert len(np.union1d(train, validation)) == 60_000
    assert np.array_equal(train, splits.split_rows(60_000)[0])
    # written down once: a split that changed would make every figure before it another one
    assert train[:3].tolist() == [12628, 37730, 39991]


def test_svhn_images_and_labels_as_in_the_file(svhn):
    seen = sets.load("svhn")
    file = loadmat(svhn / "test_32x32.mat")
    assert np.array_equal(seen.test.x[7], file["X"][..., 7])
    assert file["y"][9, 0] == 10 and seen.test.labels[9] == 0
    assert seen.test.labels[:9].tolist() == file["y"][:9, 0].tolist()
    assert (len(seen.train), len(seen.validation)) == (35, 15)


def test_svhn_extra_only_when_asked_for(svhn):
    with pytest.raises(DataMissing, match="not there: extra_32x32.mat; .*--extra"):
        sets.load("svhn-extra")
    (svhn / "train_32x32.mat").rename(svhn / "extra_32x32.mat")
    (svhn / "train_32x32.mat").write_bytes((svhn / "extra_32x32.mat").read_bytes())
    assert len(sets.load("svhn").train) == 35
    assert len(sets.load("svhn-extra").train) == 70
    assert sets.load("svhn-extra").origin == "own copy: 100 + 20 images"
    assert ("svhn-extra", "ready") in [(info.name, state) for info, state in sets.available()]


def test_svhn_crops_of_one_photograph_are_all_for_training_or_all_for_validation(svhn):
    file = loadmat(svhn / "train_32x32.mat", variable_names=["X", "y"])
    photo = np.repeat(np.arange(10), 5)[:, None]
    savemat(svhn / "extra_32x32.mat", {"X": file["X"], "y": file["y"], "photo": photo})
    seen = sets.load("svhn-extra")
    assert len(seen.train) + len(seen.validation) == 100
    photographs = [set(), set()]
    for side, split in zip(photographs, (seen.train, seen.validation), strict=True):
        images = splits.image_ids(split.x)
        for row, image in enumerate(splits.image_ids(file["X"].transpose(3, 0, 1, 2))):
            if images.count(image) == 2:  # the one of train_32x32.mat is a photograph of its own
                side.add(row // 5)
            elif image in images:
                assert row // 5 not in side or images.count(image) == 1
    assert photographs[0] and not photographs[0] & photographs[1]


def test_two_images_are_enough(data, write_idx):
    (data / "notmnist").mkdir()
    for part, count in (("train", 3), ("t10k", 2)):
        images, labels = (data / "notmnist" / f"{part}-{n}-ubyte.gz" for n in KINDS)
        write_idx(images, 2051, (count, 28, 28), bytes(count * 784))
        write_idx(labels, 2049, (count,), bytes(count))
    seen = sets.load("notmnist")
    assert (len(seen.train), len(seen.validation), len(seen.test)) == (2, 1, 2)


def test_a_changed_file_is_read_again(notmnist, write_idx):
    before = sets.load("notmnist")
    labels = notmnist / "t10k-labels-idx1-ubyte.gz"
    write_idx(labels, 2049, (30,), bytes(30))
    after = sets.load("notmnist")
    assert after.fingerprint != before.fingerprint
    assert not after.test.labels.any()


def test_missing_says_which_files_and_what_to_do(notmnist):
    (notmnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataMissing, match="t10k-labels.*by hand or run: python -m ae_core data"):
        sets.load("notmnist")


@pytest.mark.parametrize("name", ["", "mnist", "notmnist+", "svhn+svhn", "../etc", "own-../x", None])
def test_unknown_names(name, data):
    with pytest.raises(UserError):
        sets.load(name)


def fake_draw(shape):
    def draw(count, seed):
        rng = np.random.default_rng(seed)
        return rng.integers(0, 256, (count, *shape), np.uint8), rng.integers(0, 10, count)

    return draw


@pytest.fixture
def drawing(monkeypatch):
    """Small drawn sets of noise, from the real code around them."""
    from ae_core.data.drawn import letters, numbers

    monkeypatch.setattr(letters, "draw", fake_draw((28, 28, 1)))
    monkeypatch.setattr(numbers, "draw", fake_draw((32, 32, 3)))
    monkeypatch.setitem(drawn_sets.SIZES, "letters", (1200, 200, tuple("ABCDEFGHIJ")))
    monkeypatch.setitem(drawn_sets.SIZES, "numbers", (100, 20, tuple("0123456789")))
    return monkeypatch


def test_drawn_once_then_read(drawing, data):
    calls = []
    drawn = sets.load("letters", progress=lambda *call: calls.append(call))
    assert calls == [(n, 1400, "Drawn letters") for n in (500, 1000, 1200, 1400)]
    assert (len(drawn.train), len(drawn.validation), len(drawn.test)) == (840, 360, 200)
    assert drawn.origin == "drawn by the program, seed 0"
    assert drawn.duplicates["test_in_train"] == 0
    sets._loaded.clear()
    drawing.setattr("ae_core.data.drawn.letters.draw", lambda *_: pytest.fail("drawn twice"))
    assert sets.load("letters").fingerprint == drawn.fingerprint


def test_a_damaged_or_older_cache_is_drawn_anew(drawing, data):
    first = sets.load("numbers").fingerprint
    kept = data / "drawn" / drawn_sets.file_name("numbers")
    kept.write_bytes(kept.read_bytes()[:1000])
    sets._loaded.clear()
    assert sets.load("numbers").fingerprint == first
    drawing.setattr(drawn_sets, "code_version", lambda: "0badc0de")
    assert not drawn_sets.is_kept("numbers")


def test_a_read_only_data_folder_is_used_and_left_alone(drawing, notmnist, folders):
    data = notmnist.parent
    data.chmod(0o555)
    try:
        joined = sets.load("notmnist+letters")
        assert (folders / "cache" / "drawn" / drawn_sets.file_name("letters")).is_file()
        assert sorted(path.name for path in data.iterdir()) == ["notmnist"]
    finally:
        data.chmod(0o755)
    assert len(joined.train) == 70 + 840 and len(joined.validation) == 30 + 360


def test_joined(drawing, notmnist):
    real, drawn, joined = (sets.load(n) for n in ("notmnist", "letters", "notmnist+letters"))
    assert np.array_equal(joined.train.x, np.concatenate([real.train.x, drawn.train.x]))
    assert np.array_equal(joined.train.labels[70:], drawn.train.labels)
    assert joined.test is real.test and joined.classes == real.classes
    assert joined.fingerprint not in (real.fingerprint, drawn.fingerprint)
    assert joined.fingerprint != sets.load("letters+notmnist").fingerprint
    assert sets.load("notmnist+letters") is joined
    assert (joined.name, joined.title) == ("notmnist+letters", "notMNIST + Drawn letters")
    assert str(joined.origin).startswith("notmnist: own copy: 100 + 30 images; letters: drawn by")
    assert sets.members("notmnist+letters") == ["notmnist", "letters"]


def test_joined_shapes_must_agree(drawing, notmnist):
    with pytest.raises(UserError, match="28×28 grey.*32×32 colour"):
        sets.load("notmnist+numbers")


def test_available_reads_nothing(notmnist, monkeypatch):
    monkeypatch.setattr("ae_core.data.notmnist.load", lambda: pytest.fail("read"))
    states = {info.name: state for info, state in sets.available()}
    assert states == {
        "letters": "drawn on demand",
        "notmnist": "ready",
        "numbers": "drawn on demand",
        "svhn": "missing",
    }
    assert "Netzer" in sets.SETS["svhn"].terms and "non-commercial" in sets.SETS["svhn"].terms


@pytest.mark.skipif(
    not (Path(REAL) / "notmnist").is_dir() or not (Path(REAL) / "svhn").is_dir() or not REAL,
    reason="AE_DATA_DIR does not name a folder with real notMNIST and SVHN files",
)
def test_real_files(monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", REAL)
    letters, digits = sets.load("notmnist"), sets.load("svhn")
    assert letters.shape == (28, 28, 1) and digits.shape == (32, 32, 3)
    for seen in (letters, digits):
        assert set(np.unique(seen.test.labels)) == set(range(10))
        assert abs(len(seen.validation) / (len(seen.train) + len(seen.validation)) - 0.3) < 0.01
        assert sets.duplicates_of_train(seen).sum() == seen.duplicates["test_in_train"]
    from ae_core.data.official import is_official

    if is_official(Path(REAL) / "notmnist" / "t10k-images-idx3-ubyte.gz"):
        assert len(letters.test) == 10_000
        assert letters.duplicates["within_test"] == 10_000 - len(
            {image.tobytes() for image in letters.test.x}
        )


def test_many_readers_read_once(notmnist, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    from ae_core.data import notmnist as reader

    calls, true = [], reader.load
    monkeypatch.setattr(reader, "load", lambda: calls.append(1) or true())
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(sets.load, ["notmnist"] * 16))
    assert len(calls) == 1 and all(one is seen[0] for one in seen)


def test_files_of_every_kind_of_set(notmnist, folders):
    from ae_core.data.own import store

    assert [path.name for path in sets.files("svhn")] == ["train_32x32.mat", "test_32x32.mat"]
    assert all(path.is_file() for path in sets.files("notmnist"))
    (drawn,) = sets.files("letters")
    assert drawn.parent.name == "drawn" and drawn.name.startswith("letters-seed")
    x = np.zeros((24, 8, 8, 1), np.uint8)
    store.save("mine", "Mine", x, np.zeros(24, int), ["image"])
    (own,) = sets.files("own-mine")
    assert own == store.find("own-mine")


@pytest.mark.parametrize(
    ("shape", "said", "in_portuguese"),
    [
        ((13, 9, 1), "9×13 grey pixels", "9×13 pixels em cinza"),
        ((14, 22, 3), "22×14 colour pixels", "22×14 pixels em cores"),
    ],
)
def test_a_shape_in_words_has_the_width_first_as_all_sizes_that_are_said(shape, said, in_portuguese):
    found = sets.shape_in_words(shape)
    assert str(found) == said and i18n.say("pt-BR", found) == in_portuguese
