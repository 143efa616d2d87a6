"""Own images: every way in, and every kind of bad file."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from ae_core import data as sets
from ae_core.data.own import convert, limits, store
from ae_core.data.own.convert import import_images
from ae_core.errors import DataError, DataMissing, UserError
from ae_core.evaluation import codes
from ae_core.images import files

RNG = np.random.default_rng(3)


def photo(height=40, width=60, channels=3):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return Image.fromarray(RNG.integers(0, 256, shape, np.uint8))


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    """30 PNGs in two folders, "cats" and "dogs"."""
    for number in range(30):
        path = tmp_path / "mine" / ("cats" if number % 3 else "dogs") / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(photo()))
    return tmp_path / "mine"


def test_folder(folder, data):
    report = import_images(folder, "My Pets! 1", 32, "colour")
    assert report == convert.ImportReport(30, [], "own-my-pets-1")
    seen = sets.load("own-my-pets-1")
    assert seen.shape == (32, 32, 3) and seen.title == "My Pets! 1"
    assert seen.classes == ("cats", "dogs") and seen.origin == "own images: 30"
    assert (len(seen.train), len(seen.validation), len(seen.test)) == (18, 8, 4)
    parts = (seen.train, seen.validation, seen.test)
    assert sum(int((part.labels == 1).sum()) for part in parts) == 10
    info = sets.info("own-my-pets-1")
    assert (info.shape, info.kind, info.title) == ((32, 32, 3), "own", "My Pets! 1")
    assert (info, "ready") in sets.available()
    assert [path.name for path in (data / "own" / "my-pets-1").iterdir()] == ["images.npz"]
    files, classes = codes.of_test("own-my-pets-1", range(4))
    assert files == list(seen.test.names) and files[0].endswith(".png")
    assert [file.partition("/")[0] for file in files] == classes
    assert all((folder / file).is_file() for file in files)


def test_bad_files_are_listed_with_a_reason(folder, data):
    (folder / "note.txt").write_text("hello")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes(png(photo(200, 200))[:5000])
    (folder / "more.zip").write_bytes(b"PK")
    (folder / ".DS_Store").write_bytes(b"x")
    report = import_images(folder, "pets", 16, "grey")
    assert report.accepted == 30
    reasons = dict(report.skipped)
    assert sorted(reasons) == ["cut.png", "empty.png", "more.zip", "note.txt"]
    assert (
        all(reasons.values())
        and "PNG, JPEG" in reasons["note.txt"]
        and "cut off" in reasons["cut.png"]
    )
    assert "by themselves" in reasons["more.zip"]


def test_zip(folder, data, tmp_path):
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder))
        archive.writestr("../../evil.png", png(photo()))
        archive.writestr("/evil.png", png(photo()))
        archive.writestr("__MACOSX/._0.png", b"x")
    report = import_images(path, "zipped", 32, "colour")
    assert report.accepted == 30
    assert [reason for _, reason in report.skipped] == ["its path points out of the archive"] * 2
    import_images(folder, "plain", 32, "colour")
    one, two = sets.load("own-zipped"), sets.load("own-plain")
    assert np.array_equal(one.test.x, two.test.x) and one.classes == two.classes
    assert not list(tmp_path.rglob("evil.png"))


def test_bombs(folder, data, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 1 << 20)
    monkeypatch.setattr(files, "LARGEST_IMAGE", 1_000_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.png", bytes(2_000_000))
        archive.writestr("wide.png", png(Image.new("L", (2000, 1000))))
    report = import_images([folder, path], "bombs", 8, "grey")
    assert report.accepted == 30
    reasons = dict(report.skipped)
    assert "1 MB" in reasons["bomb.zip/zeros.png"] and "pixels" in reasons["bomb.zip/wide.png"]
    monkeypatch.setattr(limits, "LARGEST_ARCHIVE", 1_000_000)
    with pytest.raises(DataError, match="bomb.zip.*at most 2 GB"):
        import_images(path, "more bombs", 8, "grey")


def test_middle_square_and_no_change_at_true_size(data, tmp_path):
    x = RNG.integers(0, 256, (24, 8, 8, 3), np.uint8)
    wide = np.zeros((24, 8, 14, 3), np.uint8)
    wide[:, :, 3:11] = x
    np.save(tmp_path / "wide.npy", wide)
    import_images(tmp_path / "wide.npy", "wide", 8, "colour")
    seen = np.load(data / "own" / "wide" / "images.npz", allow_pickle=False)
    assert np.array_equal(seen["x"], x)


def test_reduction_is_antialiased(data, tmp_path):
    stripes = np.zeros((20, 64, 64), np.uint8)
    stripes[:, :, ::2] = 255
    np.save(tmp_path / "stripes.npy", stripes)
    import_images(tmp_path / "stripes.npy", "stripes", 16, "grey")
    x = np.load(data / "own" / "stripes" / "images.npz")["x"]
    assert x.shape == (20, 16, 16, 1) and abs(x.astype(int)[:, 2:-2, 2:-2] - 127).max() < 20


@pytest.mark.parametrize(
    ("make", "factor"),
    [
        (lambda x: x, 1),
        (lambda x: x.astype(np.int32), 1),
        (lambda x: x.astype(np.float32) / 255, 1),
        (lambda x: x.astype(np.float64), 1),
        (lambda x: x.transpose(0, 3, 1, 2), 1),
        (lambda x: x[:, :, :, :1] > 127, 0),
    ],
)
def test_arrays(make, factor, data, tmp_path):
    x = RNG.integers(0, 256, (25, 8, 8, 3), np.uint8)
    labels = np.arange(25) % 3
    np.savez(tmp_path / "a.npz", labels=labels, x=make(x))
    report = import_images(tmp_path / "a.npz", "array", 8, "colour")
    assert report.accepted == 25 and report.skipped == []
    seen = np.load(data / "own" / "array" / "images.npz")
    wanted = x if factor else np.repeat((x[..., :1] > 127) * np.uint8(255), 3, axis=-1)
    assert np.array_equal(seen["x"], wanted)
    assert sets.load("own-array").classes == ("0", "1", "2")
    assert np.array_equal(seen["labels"], labels)


def test_nan_is_skipped_image_by_image(data, tmp_path):
    x = RNG.random((25, 8, 8))
    x[3, 0, 0], x[7, 1, 1] = np.nan, np.inf
    np.save(tmp_path / "a.npy", x)
    report = import_images(tmp_path / "a.npy", "a", 8, "grey")
    assert report.accepted == 23
    assert [name for name, _ in report.skipped] == ["a.npy[3]", "a.npy[7]"]
    assert "NaN" in report.skipped[0][1]


@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.full((25, 8, 8), np.nan), "NaN"),
        (np.full((25, 8, 8), -7.5), "All its values are -7.5"),
        (np.full((25, 8, 8), 4000, np.uint16), "All its values are 4000"),
        (np.zeros((25, 60)), "(25, 60)"),
        (np.zeros((25, 8, 8, 5)), "(25, 8, 8, 5)"),
        (np.zeros((0, 8, 8)), "(0, 8, 8)"),
        (np.zeros((25, 8, 8), complex), "complex"),
        (np.full((25, 8, 8), None), "Python objects"),
        (np.zeros((19, 8, 8)), "were expected, not 19"),
    ],
)
def test_arrays_refused(x, word, data, tmp_path):
    np.save(tmp_path / "a.npy", x, allow_pickle=True)
    with pytest.raises(DataError) as caught:
        import_images(tmp_path / "a.npy", "a", 8, "grey")
    assert word in str(caught.value) and "\n" not in str(caught.value)
    assert not (data / "own" / "a").exists()


@pytest.mark.parametrize("suffix", ["npy", "npz", "zip", "mat"])
@pytest.mark.parametrize("keep", [0, 60, 300])
def test_cut_files_are_named(suffix, keep, data, tmp_path):
    path = tmp_path / f"a.{suffix}"
    if suffix == "mat":
        x = RNG.integers(0, 256, (8, 8, 3, 25), np.uint8)
        savemat(path, {"X": x, "y": np.ones((25, 1))})
    elif suffix == "npy":
        np.save(path, np.zeros((25, 8, 8), np.uint8))
    else:
        with open(path, "wb") as file:
            np.savez(file, x=np.zeros((25, 8, 8), np.uint8))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=f"a.{suffix}"):
        import_images(path, "a", 8, "grey")


def test_an_array_with_a_wrong_byte_is_named(data, tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=RNG.integers(0, 256, (25, 8, 8), np.uint8))
    whole = path.read_bytes()
    for place in range(60, len(whole) - 200, 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with pytest.raises(DataError, match="a.npz"):
            import_images(path, "a", 8, "grey")


def test_a_damaged_entry_of_an_archive_is_skipped(folder, data, tmp_path):
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bad.png", png(photo()))
    content = bytearray(path.read_bytes())
    content[1000:1010] = bytes(10)
    path.write_bytes(content)
    report = import_images([folder, path], "pets", 8, "grey")
    assert [name for name, _ in report.skipped] == ["pets.zip/bad.png"]
    assert "damaged" in report.skipped[0][1]


def test_mat_like_svhn(data, tmp_path):
    x = RNG.integers(0, 256, (8, 8, 3, 25), np.uint8)
    savemat(tmp_path / "a.mat", {"X": x, "y": (np.arange(25) % 10 + 1)[:, None]})
    import_images(tmp_path / "a.mat", "a", 8, "colour")
    seen = np.load(data / "own" / "a" / "images.npz")
    assert np.array_equal(seen["x"], x.transpose(3, 0, 1, 2))
    assert sets.load("own-a").classes == tuple("0123456789") and seen["labels"][9] == 0


def test_modes(data, tmp_path):
    files = []
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    deep = Image.fromarray(np.full((8, 8), 65_535, np.uint16))
    ink = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    grey = Image.new("LA", (8, 8), (0, 0))
    for name, image in {"clear": clear, "deep": deep, "grey": grey}.items():
        image.save(tmp_path / f"{name}.png")
        files.append(tmp_path / f"{name}.png")
    ink.save(tmp_path / "ink.jpg")
    files.append(tmp_path / "ink.jpg")
    for colour in ("grey", "colour"):
        report = import_images(files * 5, f"white {colour}", 8, colour)
        assert report.accepted == 20
        assert (np.load(data / "own" / f"white-{colour}" / "images.npz")["x"] == 255).all()


@pytest.mark.parametrize(
    ("name", "side", "colour"),
    [
        ("", 32, "grey"),
        ("../..", 32, "grey"),
        ("a", 7, "grey"),
        ("a", (30, 4), "grey"),
        ("a", 257, "grey"),
        ("a", 32.0, "grey"),
        ("a", True, "grey"),
        ("a", 32, "sepia"),
    ],
)
def test_choices_that_cannot_be(name, side, colour, folder, data):
    with pytest.raises(UserError):
        import_images(folder, name, side, colour)
    assert not (data / "own").exists()


def test_sources_that_cannot_be(data, tmp_path):
    with pytest.raises(DataError, match="there is none"):
        import_images(tmp_path / "nowhere", "a", 8, "grey")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="were expected, not 0"):
        import_images(tmp_path / "empty", "a", 8, "grey")


def test_names_are_not_overwritten_unless_asked(folder, data):
    import_images(folder, "pets", 8, "grey")
    first = sets.load("own-pets")
    with pytest.raises(UserError, match="already there"):
        import_images(folder, "Pets", 12, "grey")
    import_images(folder, "pets", 12, "grey", replace=True)
    assert sets.load("own-pets").shape == (12, 12, 1) != first.shape


def test_removed_or_damaged(folder, data):
    import_images(folder, "pets", 8, "grey")
    path = data / "own" / "pets" / "images.npz"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="import"):
        sets.load("own-pets")
    path.write_bytes(content)
    store.remove("own-pets")
    with pytest.raises(DataMissing, match="import them again"):
        sets.load("own-pets")


def test_a_set_that_cannot_be_deleted_is_named_with_the_reason(folder, data, monkeypatch):
    import_images(folder, "pets", 8, "grey")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store.shutil, "rmtree", refuse)
    with pytest.raises(DataError, match=f"own-pets .*Permission denied.* in {data / 'own'}"):
        store.remove("own-pets")


def test_no_place_to_write(folder, data, monkeypatch):
    monkeypatch.setattr("ae_core.data.folders.writable", lambda folder: False)
    with pytest.raises(DataError, match="AE_DATA_DIR"):
        import_images(folder, "pets", 8, "grey")


def test_joins_with_other_sets(svhn, folder):
    import_images(folder, "pets", 32, "colour")
    joined = sets.load("svhn+own-pets")
    assert joined.classes == (*"0123456789", "cats", "dogs")
    assert set(joined.train.labels[35:]) == {10, 11}


@pytest.mark.parametrize(
    ("x", "labels"),
    [
        (np.zeros((24, 8, 8, 1), np.float32), 24),
        (np.zeros((24, 8, 8, 1), np.uint8), 23),
        (np.zeros((24, 8, 8), np.uint8), 24),
        (np.zeros((3, 8, 8, 1), np.uint8), 3),
    ],
)
def test_a_kept_file_of_something_else_is_called_damaged(x, labels, data):
    store.save("mine", "Mine", x, np.zeros(labels, int), ["image"])
    with pytest.raises(DataError, match="but it is damaged"):
        store.load("own-mine")
