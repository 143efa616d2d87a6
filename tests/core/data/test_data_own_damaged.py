"""Files of own sets as no import writes them: one sentence, or as if they were not there."""

import json
import os
import signal

import numpy as np
import pytest
from PIL import Image

from ae_core import data as sets
from ae_core.data.own import apart, convert, limits, place, store
from ae_core.errors import DataError, DataMissing, UserError

COUNT = 24
X = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 8, 1), np.uint8)


def packed(value):
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def put(data, slug="odd", **changed):
    """Write a set's file; None leaves an entry out."""
    whole = {
        "x": X,
        "labels": np.zeros(COUNT, np.int64),
        "classes": np.array(["a"]),
        "title": np.array("Odd"),
        "shape": np.array(X.shape),
        "names": packed([f"{number}.png" for number in range(COUNT)]),
    }
    folder = data / "own" / slug
    folder.mkdir(parents=True)
    kept = {name: value for name, value in (whole | changed).items() if value is not None}
    np.savez(folder / store.FILE, **kept)


def listed():
    return [info.name for info, _ in sets.available() if info.kind == "own"]


@pytest.fixture
def in_time():
    """End what waits for ever; no error of a library's that the program expects."""

    class Waits(BaseException):
        pass

    def end(*_):
        raise Waits

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "shape", [(COUNT, 8), (COUNT, -8, 8, 1), (1, 10**15, 10**15, 1), (np.nan,) * 4]
)
def test_what_a_file_says_of_its_images_is_not_believed(shape, data):
    put(data, shape=np.array(shape))
    assert sets.info("own-odd").shape == sets.load("own-odd").shape == (8, 8, 1)
    assert 0 < sets.training_images("own-odd") < COUNT


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((COUNT, 8, 8, 2), np.uint8),
        np.zeros((COUNT, 0, 8, 1), np.uint8),
        np.zeros((COUNT, 8, 8), np.uint8),
        np.zeros((COUNT, 8, 8, 1), np.float32),
        np.zeros((3, 8, 8, 1), np.uint8),
        np.array([{}], object),
    ],
    ids=["channels", "side", "flat", "floats", "few", "objects"],
)
def test_images_of_no_kind_that_is_known_are_never_read(x, data):
    put(data, x=x, labels=np.zeros(len(x), np.int64), names=None)  # the rest may be believed
    assert listed() == ["own-odd"] and sets.info("own-odd").shape == (8, 8, 1)
    with pytest.raises(DataError, match="damaged"):
        sets.load("own-odd")
    with pytest.raises(UserError, match="cannot be read"):
        sets.training_images("own-odd")
    put(data, "no-set", x=x, shape=np.array(x.shape[:3]))
    assert listed() == ["own-odd"]


@pytest.mark.parametrize(
    "names",
    [{str(number): number for number in range(COUNT)}, "x" * COUNT, [[["a"]]] * COUNT, 7, None],
    ids=["object", "text", "lists", "number", "null"],
)
def test_names_that_are_none(names, data):
    put(data, names=packed(names))
    with pytest.raises(DataError, match="names of other images"):
        sets.load("own-odd")


def test_names_that_cannot_be_sent_or_turn_text_are_read_without_that(data):
    odd = "a\ud800\u202eb\x1b[2J\nc" + "long " * 500
    classes, names = np.array([odd, "ção ä"]), packed([odd] * COUNT)
    put(data, title=np.array(odd), classes=classes, names=names, labels=np.arange(COUNT) % 2)
    seen = sets.load("own-odd")
    for text in (sets.info("own-odd").title, seen.title, seen.classes[0], seen.test.names[0]):
        assert (
            text.replace("?", "").startswith("a b [2J c") and text.isprintable() and len(text) <= 200
        )
    assert seen.classes[1] == "ção ä"


@pytest.mark.parametrize("name", ["with space", "a+b", "<b>", "a\nb", "..x", "\udcff"])
def test_a_folder_whose_name_no_import_gives_is_no_set(name, data):
    put(data, name)
    put(data, "good")
    assert listed() == ["own-good"]


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop"])
def test_what_is_no_file_is_never_opened(kind, data, in_time):
    put(data, "good")
    place = data / "own" / "odd" / store.FILE
    place.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero" if kind == "device" else place)
    assert listed() == ["own-good"]
    with pytest.raises(DataMissing):
        sets.load("own-odd")


@pytest.mark.parametrize(("name", "most"), [("MOST_NAMED", 100), ("MOST_STORED", X.size - 1)])
def test_what_is_larger_than_an_import_stores_is_not_read(name, most, data, monkeypatch):
    put(data)
    monkeypatch.setattr(limits, name, most)
    with pytest.raises(DataError, match="larger than 0 MB"):
        sets.load("own-odd")


@pytest.mark.parametrize("part", [1, 2])
def test_a_set_of_one_part_is_damaged(part, data):
    put(data, parts=np.full(COUNT, part, np.int8))
    with pytest.raises(DataError, match="one of its parts has no images"):
        sets.load("own-odd")


@pytest.mark.parametrize("of_each", [[COUNT], [23, 1], [1, 23], [12, 12], [22, 1, 1], [1, 1, 22]])
def test_few_photographs_give_images_to_every_part(of_each, data):
    photographs = np.repeat(np.arange(len(of_each)), of_each)
    put(data, photographs=photographs)
    seen = sets.load("own-odd")
    assert len(seen.train) and len(seen.validation) and len(seen.test)
    if len(of_each) > 1:  # what was trained on is not tested
        rows = store.rows_of_parts(np.zeros(COUNT, np.int8), photographs)
        trained = set(photographs[np.concatenate(rows[:2])])
        assert not trained & set(photographs[rows[2]])


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_a_folder_of_few_photographs_gives_tiles_to_every_part(count, data):
    folder = data / "photos" / "train"
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 256, (400, 400, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    seen = sets.load("photos")
    assert len(seen.train) > len(seen.test) > 0 and len(seen.validation)


def test_an_import_says_that_parts_share_a_photograph(data, tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (60, 28, 28), np.uint8)
    for count, says in ((1, True), (2, True), (12, False)):
        np.savez(tmp_path / "crops.npz", X=x, y=np.arange(60) % 3, photo=np.arange(60) % count)
        made = convert.prepare(tmp_path / "crops.npz", None, "grey")
        assert ("same photograph" in str([entry.said for entry in made.assumed])) is says


def test_a_single_training_image_is_refused_before_it_is_stored(data, tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (24, 28, 28), np.uint8)
    np.savez(tmp_path / "two.npz", x_train=x[:1], x_test=x[1:])
    with pytest.raises(DataError, match="None of the images for training, 1,"):
        convert.prepare(tmp_path / "two.npz", None, "grey")


def test_names_of_files_that_are_no_unicode_are_read_so_that_they_can_be_shown(data, tmp_path):
    source = os.fsencode(tmp_path / "mine")
    for number in range(24):
        folder = os.path.join(source, (b"\xffodd", "\u202eback".encode(), b"plain")[number % 3])
        os.makedirs(folder, exist_ok=True)
        path = os.fsdecode(os.path.join(folder, b"%d\xfe.png" % number))
        Image.fromarray(X[number, ..., 0].repeat(2, 0).repeat(2, 1)).save(path)
    with open(os.path.join(source, b"no\xffimage.png"), "wb") as file:
        file.write(b"x")
    made = convert.prepare(tmp_path / "mine", None, "grey")
    assert sorted(made.classes) == ["?odd", "back", "plain"]
    said = [*made.names, *(word for line in made.skipped for word in line)]
    said += [str(entry.said) for entry in made.assumed]
    assert len(made.skipped) == 1 and all(name.isprintable() for name in made.names)
    " ".join(said).encode()


def test_a_pipe_in_a_folder_is_not_waited_for(data, tmp_path, in_time):
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(COUNT):
        Image.fromarray(X[number, ..., 0]).save(folder / f"{number}.png")
    for name in ("pipe.png", "pipe.zip", "pipe.csv"):
        os.mkfifo(folder / name)
    (folder / "nowhere.png").symlink_to(folder / "gone.png")
    made = convert.prepare(folder, None, "grey")
    assert len(made.x) == COUNT and [name for name, _ in made.skipped] == ["nowhere.png"]


def test_in_a_class_no_page_reads_where_everybodys_runs_and_sets_lie(data, tmp_path, monkeypatch):
    put(data, "anas")
    artifacts, pictures = tmp_path / "artifacts", tmp_path / "pictures"
    (artifacts / "runs").mkdir(parents=True)
    pictures.mkdir()
    (tmp_path / "link").symlink_to(data / "own" / "anas")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(artifacts))
    monkeypatch.setenv("AE_IMPORT_ROOT", str(tmp_path))
    theirs = (".", "data", "data/own", "data/own/anas/images.npz", "artifacts/runs", "link")
    for name in (*theirs, "pictures"):
        assert place.given(name).exists()
    monkeypatch.setenv("AE_CLASSROOM", "1")
    assert place.given("pictures") == pictures
    with pytest.raises(UserError) as absent:
        place.given("gone")
    for name in theirs:
        with pytest.raises(UserError) as refused:
            place.given(name)
        assert str(refused.value) == str(absent.value)


@pytest.mark.parametrize("how", ["in the folder", "the folder itself"])
def test_links_in_a_circle_are_left_out_of_an_import(how, data, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(COUNT):
        Image.fromarray(X[number, ..., 0]).save(folder / f"{number}.png")
    (folder / "circle").symlink_to(folder / "circle")
    if how == "in the folder":
        draft = apart.prepare([folder], None, "grey")
        assert draft.count == COUNT
        apart.drop(draft)
    else:
        with pytest.raises(UserError, match="circle"):
            apart.prepare([folder / "circle"], None, "grey")
