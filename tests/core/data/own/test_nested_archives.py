"""Archives in archives: one level is read, as folders of their names."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own import limits
from ae_core.data.own.convert import prepare
from ae_core.errors import DataError

X = waves(np.random.default_rng(2), 16, 3, 60)
PNG = [file(one, "png") for one in X]


def zipped(*files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


def tarred(*files):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def some(first, last, folder=""):
    return [(f"{folder}{n:02}.png", PNG[n]) for n in range(first, last)]


@pytest.mark.parametrize("kind", ["zip of zips", "zip of tars", "tar of zips", "folder of zips"])
def test_an_archive_a_class(kind, tmp_path):
    parts = {"cat": some(0, 15), "dog": some(15, 30), "owl": some(30, 40)}
    if kind == "zip of tars":
        inner = [(f"{name}.tar.gz", tarred(*files)) for name, files in parts.items()]
    else:
        inner = [(f"{name}.zip", zipped(*files)) for name, files in parts.items()]
    source = tmp_path / "all"
    if kind == "folder of zips":
        source.mkdir()
        for name, content in inner:
            (source / name).write_bytes(content)
    else:
        source.write_bytes((tarred if kind == "tar of zips" else zipped)(*inner))
        source = source.rename(source.with_suffix(".tgz" if kind == "tar of zips" else ".zip"))
    seen = prepare(source, None, "colour")
    assert seen.counts() == [("cat", [15]), ("dog", [15]), ("owl", [10])]
    assert np.array_equal(seen.x, X[:40]) and not seen.skipped


def test_a_competitions_download(tmp_path):
    """Parts that are archives, a folder of the same name in each, and a table beside them."""
    content = zipped(
        ("train.zip", zipped(*some(0, 30, "train/"))),
        ("test1.zip", zipped(*some(30, 50, "test1/"))),
        ("sample_submission.csv", "id,label\n1,0\n2,0\n"),
    )
    (tmp_path / "dogs-vs-cats.zip").write_bytes(content)
    seen = prepare(tmp_path / "dogs-vs-cats.zip", None, "colour")
    assert np.bincount(seen.parts).tolist() == [30, 0, 20] and seen.classes == ["image"]
    assert [name for name, _ in seen.skipped] == ["sample_submission.csv"]


def test_a_packed_table_in_an_archive(tmp_path):
    rows = "\n".join(f"{n % 3}," + ",".join(map(str, x[..., 0].ravel())) for n, x in enumerate(X))
    head = ",".join(["label", *(f"pixel{n}" for n in range(256))])
    (tmp_path / "a.zip").write_bytes(zipped(("t.csv.zip", zipped(("t.csv", f"{head}\n{rows}")))))
    seen = prepare(tmp_path / "a.zip", None, "grey")
    assert np.array_equal(seen.x, X[..., :1]) and seen.classes == ["0", "1", "2"]


def test_deeper_ones_say_so(tmp_path):
    content = zipped(("a.zip", zipped(("b.zip", zipped(*some(0, 30))))))
    (tmp_path / "all.zip").write_bytes(content)
    with pytest.raises(DataError, match="a/b.zip, an archive inside an archive inside another"):
        prepare(tmp_path / "all.zip", None, "colour")


def test_all_of_them_have_one_bound(tmp_path, monkeypatch):
    inner = [(f"{n}.zip", zipped(("a.bin", bytes(90_000)), *some(0, 3))) for n in range(8)]
    (tmp_path / "all.zip").write_bytes(zipped(*inner))
    monkeypatch.setattr(limits, "LARGEST_ARCHIVE", 300_000)
    with pytest.raises(DataError, match="unpack to at most"):
        prepare(tmp_path / "all.zip", None, "colour")
    monkeypatch.setattr(limits, "LARGEST_ARCHIVE", 2 << 30)
    monkeypatch.setattr(limits, "MOST_ENTRIES", 10)
    with pytest.raises(DataError, match="at most 10 files"):
        prepare(tmp_path / "all.zip", None, "colour")


def test_a_damaged_one_is_left_out(tmp_path):
    good = zipped(*some(0, 30))
    (tmp_path / "all.zip").write_bytes(zipped(("a.zip", good), ("b.zip", good[: len(good) // 2])))
    seen = prepare(tmp_path / "all.zip", None, "colour")
    assert len(seen.x) == 30 and [name for name, _ in seen.skipped] == ["b.zip"]


def test_a_small_file_that_unpacks_to_much_says_so(tmp_path, monkeypatch):
    inner = zipped(("x.npy", bytes(900_000)))
    (tmp_path / "all.zip").write_bytes(zipped(*((f"{n}.zip", inner) for n in range(8))))
    monkeypatch.setattr(limits, "SMALL", 1 << 20)  # each of them is below it
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        prepare(tmp_path / "all.zip", None, "colour")
