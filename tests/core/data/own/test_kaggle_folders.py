"""A competition's folder: archives of images, a table of the labels of some, a submission."""

import io
import zipfile

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import DataError

COUNT, TRAIN = 48, 36
X = waves(np.random.default_rng(6), 16, 1, COUNT)
PNG = [file(x, "png") for x in X]
WORDS = ["cat", "dog", "owl"]
KNOWN = [WORDS[n % 3] if n < TRAIN else "unlabelled" for n in range(COUNT)]
LABELS = "\n".join(["id,label", *(f"{n},{WORDS[n % 3]}" for n in range(TRAIN))])
SUBMISSION = "\n".join(["id,label", *(f"{n},cat" for n in range(TRAIN, COUNT))])
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + bytes(100)


def packed(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def check(seen):
    key = {x.tobytes(): n for n, x in enumerate(X)}
    at = [key[x.tobytes()] for x in seen.x]
    assert sorted(at) == list(range(COUNT))
    assert [seen.classes[label] for label in seen.labels] == [KNOWN[n] for n in at]
    assert [part == 2 for part in seen.parts] == [n >= TRAIN for n in at]


@pytest.mark.parametrize("inside", ["", "{part}/"])
@pytest.mark.parametrize("first", [0, TRAIN], ids=["own names", "the same names"])
@pytest.mark.parametrize("outer", [True, False])
def test_archives_with_their_labels_beside(inside, first, outer, tmp_path):
    """A name that images of both parts have is of the training, as its table is."""
    inside = inside if not first else "{part}/"
    train = {f"{inside.format(part='train')}{n}.png": PNG[n] for n in range(TRAIN)}
    test = {f"{inside.format(part='test')}{n - first}.png": PNG[n] for n in range(TRAIN, COUNT)}
    content = {"train.zip": packed(train), "test.zip": packed(test), "trainLabels.csv": LABELS}
    if outer:
        (tmp_path / "all.zip").write_bytes(packed(content))
    else:
        for name, data in content.items():
            (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    seen = prepare(tmp_path / "all.zip" if outer else tmp_path, None, "grey")
    check(seen)
    assert not seen.skipped and "names 36 of 48 images" in said(seen)


def test_a_submission_beside_archives_tells_nothing(tmp_path):
    (tmp_path / "train.zip").write_bytes(packed({f"{n}.png": PNG[n] for n in range(TRAIN)}))
    (tmp_path / "test.zip").write_bytes(packed({f"{n}.png": PNG[n] for n in range(TRAIN, COUNT)}))
    (tmp_path / "trainLabels.csv").write_text(LABELS)
    (tmp_path / "sampleSubmission.csv").write_text(SUBMISSION)
    check(prepare(tmp_path, None, "grey"))


def test_archives_of_7_zip_are_what_is_said(tmp_path):
    (tmp_path / "train.7z").write_bytes(SEVEN_ZIP)
    (tmp_path / "trainLabels.csv").write_text(LABELS)
    with pytest.raises(DataError, match="train.7z, It is an archive of 7-Zip or RAR, .* unpack it"):
        prepare(tmp_path, None, "grey")


@pytest.mark.parametrize("one_by_one", [True, False])
@pytest.mark.parametrize("kind", ["csv", "npz"])
def test_pixels_without_labels_beside_some_with(kind, one_by_one, tmp_path):
    """As in Kaggle's digits: the test has no labels, and is no class of its own."""
    rows, y = X.reshape(COUNT, -1), np.array([WORDS[n % 3] for n in range(COUNT)])
    if kind == "npz":
        np.savez(tmp_path / "train.npz", x=X[:TRAIN], y=y[:TRAIN])
        np.savez(tmp_path / "test.npz", x=X[TRAIN:])
    else:
        names = ",".join(f"pixel{n}" for n in range(256))
        train = [f"{y[n]},{','.join(map(str, rows[n]))}" for n in range(TRAIN)]
        test = [",".join(map(str, row)) for row in rows[TRAIN:]]
        (tmp_path / "train.csv").write_text("\n".join([f"label,{names}", *train]))
        (tmp_path / "test.csv").write_text("\n".join([names, *test]))
        (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n2,0\n")
    source = sorted(tmp_path.iterdir()) if one_by_one else tmp_path
    seen = prepare(source, None, "grey")
    check(seen)
    assert f"test.{kind}: no labels, its images are unlabelled." in said(seen)
    assert all("what to hand in" in str(why) for _, why in seen.skipped)
    assert prepare(source, None, "grey", Choices(labels="none")).classes == ["image"]


def test_a_part_of_pictures_without_folders_of_classes(tmp_path):
    """As in Kaggle's dogs and cats."""
    for n, content in enumerate(PNG):
        path = tmp_path / (f"train/{WORDS[n % 3]}" if n < TRAIN else "test") / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    check(prepare(tmp_path, None, "grey"))
