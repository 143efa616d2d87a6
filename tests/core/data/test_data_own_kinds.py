"""Sets in the files that people have them in: read as they are meant, or answered by one sentence."""

import gzip
import io
import json
import pickle
import tarfile

import h5py
import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import DataError

RNG, COUNT = np.random.default_rng(3), 24
WORDS = ("cat", "dog")


def images(side, channels=3, count=COUNT):
    return waves(RNG, side, channels, count)


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


@pytest.mark.parametrize("kind", ["folder", "tar.gz"])
def test_cifar_as_it_is_downloaded(kind, tmp_path):
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    x = images(32)
    rows = np.concatenate(
        [np.arange(COUNT)[:, None] % 10, x.transpose(0, 3, 1, 2).reshape(COUNT, -1)], 1
    )
    for name in ("data_batch_1", "test_batch"):
        (folder / f"{name}.bin").write_bytes(rows.astype(np.uint8).tobytes())
    (folder / "batches.meta.txt").write_text("airplane\nautomobile\n")
    (folder / "readme.html").write_text("<html></html>")
    source = folder
    if kind == "tar.gz":
        source = tmp_path / "cifar-10-binary.tar.gz"
        with tarfile.open(source, "w:gz") as archive:
            archive.add(folder, folder.name)
    seen = prepare(source, None, "colour")
    assert (seen.x[:COUNT] == x).all() and seen.classes == [str(n) for n in range(10)]
    assert np.bincount(seen.parts).tolist() == [COUNT, 0, COUNT]
    assert [name.rpartition("/")[2] for name, _ in seen.skipped] == [
        "batches.meta.txt",
        "readme.html",
    ]
    assert "level" not in said(seen)  # what lies beside them tells no classes


def test_stl(tmp_path):
    x = images(96)
    (tmp_path / "train_X.bin").write_bytes(x.transpose(0, 3, 2, 1).tobytes())  # columns first
    (tmp_path / "train_y.bin").write_bytes(bytes(1 + n % 10 for n in range(COUNT)))
    (tmp_path / "class_names.txt").write_text("airplane\nbird\n")
    seen = prepare(tmp_path, None, "colour")
    assert (seen.x == x).all() and seen.classes == [str(n) for n in range(1, 11)]


def test_webdataset(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        for n, x in enumerate(images(16)):
            files = {"jpg": file(x, "jpg"), "cls": WORDS[n % 2].encode(), "json": b"{}"}
            for ending, content in files.items():
                entry = tarfile.TarInfo(f"{n:06}.{ending}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    seen = prepare(tmp_path / "set.tar", None, "colour")
    assert seen.classes == list(WORDS) and np.bincount(seen.labels).tolist() == [12, 12]
    assert ".cls files" in said(seen) and len(seen.skipped) == COUNT
    without = prepare(tmp_path / "set.tar", None, "colour", Choices(labels="none"))
    assert without.classes == ["image"]


def test_an_array_for_each_image(tmp_path):
    x = images(16)
    np.savez(tmp_path / "many.npz", **{f"{n:02}": one for n, one in enumerate(x)})
    assert (prepare(tmp_path / "many.npz", None, "colour").x == x).all()
    with h5py.File(tmp_path / "groups.h5", "w") as file:
        for n, one in enumerate(x):
            file[f"{WORDS[n % 2]}/{n:02}"] = one
    seen = prepare(tmp_path / "groups.h5", None, "colour")
    assert seen.classes == list(WORDS) and len(seen.x) == COUNT and "one image" in said(seen)


def test_masks_beside_images_are_left_out(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        for n, x in enumerate(images(16)):
            (tmp_path / folder / f"{n}.png").write_bytes(file(x, "png"))
    seen = prepare(tmp_path, None, "colour")
    assert len(seen.x) == COUNT and all("masks" in str(why) for _, why in seen.skipped)
    assert len(prepare(tmp_path / "masks", None, "colour").x) == COUNT


def test_images_and_annotations(tmp_path):
    (tmp_path / "images").mkdir()
    for n, x in enumerate(images(16)):
        (tmp_path / "images" / f"{n:012}.jpg").write_bytes(file(x, "jpg"))
    (tmp_path / "annotations.json").write_text(json.dumps({"images": []}))
    (tmp_path / "labels.csv").write_text("id,label\n1,2\n")
    seen = prepare(tmp_path, None, "colour")
    assert len(seen.x) == COUNT and len(seen.skipped) == 2


HEADS = {
    "label first": (["label", *(f"p{n}" for n in range(256))], True),
    "numbers as names": (["label", *map(str, range(256))], True),
    "numbers from 1": (["label", *map(str, range(1, 257))], True),
    "label last": ([*(f"p{n}" for n in range(256)), "class"], False),
    "no head, first": (None, True),
    "no head, last": (None, False),
}


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("head", HEADS)
def test_a_table_with_its_label_anywhere(head, words, tmp_path):
    names, first = HEADS[head]
    lines, x = [",".join(names)] if names else [], images(16, 1)
    for n, one in enumerate(x):
        row, label = list(map(str, one.ravel())), WORDS[n % 2] if words else str(n % 2)
        lines.append(",".join([label, *row] if first else [*row, label]))
    (tmp_path / "set.csv").write_text("\n".join(lines))
    seen = prepare(tmp_path / "set.csv", None, "grey")
    assert (seen.x == x).all() and seen.classes == (list(WORDS) if words else ["0", "1"])


@pytest.mark.parametrize("name", ["images.bin", "images.dat", "train-images.idx3-ubyte", "IMAGES"])
def test_idx_whatever_it_is_called(name, tmp_path):
    x = images(28, 1)
    head = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in x.shape[:3])
    (tmp_path / name).write_bytes(head + x.tobytes())
    assert (prepare(tmp_path / name, None, "grey").x == x).all()


ANSWERED = {
    "set.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(64), "7-Zip or RAR.*unpack it"),
    "set.rar": (b"Rar!\x1a\x07\x01\0" + bytes(64), "7-Zip or RAR.*unpack it"),
    "film.avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(64), "is a video"),
    "film.webm": (b"\x1a\x45\xdf\xa3" + bytes(64), "is a video"),
    "brain.nii": (bytes(344) + b"n+1\0" + bytes(64), "is a volume"),
    "sky.fits": (b"SIMPLE  =                    T" + bytes(64), "FITS"),
    "set.arrow": (b"ARROW1\0\0" + bytes(64), "as Parquet"),
    "data.mdb": (bytes(16) + b"\xde\xc0\xef\xbe" + bytes(64), "data base of records"),
    "mnist.pkl.gz": (gzip.compress(pickle.dumps([1])), "is a Python pickle.*numpy.savez"),
    "set.tfrecord": (bytes(8) + b"\x0a\x10 image" + bytes(64), "TensorFlow.s records.*numpy.savez"),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_not_read_is_named_with_what_to_do(name, tmp_path):
    content, words = ANSWERED[name]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "readme.txt").write_text("words")
    for source in (tmp_path / name, tmp_path):
        with pytest.raises(DataError, match=words):
            prepare(source, None, "colour")


def test_objects_in_an_array_say_how_to_convert(tmp_path):
    ragged = np.empty(COUNT, object)
    ragged[:] = [np.zeros((n + 8, 8)) for n in range(COUNT)]
    np.save(tmp_path / "ragged.npy", ragged, allow_pickle=True)
    with pytest.raises(DataError, match="Python objects, which are never opened.*numpy.savez"):
        prepare(tmp_path / "ragged.npy", None, "colour")
