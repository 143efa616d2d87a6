"""What annotated sets hold beside their images: submissions, annotations, masks."""

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import PARTS

COUNT = 48
X = waves(np.random.default_rng(8), 16, 1, COUNT)
PNG = [file(x, "png") for x in X]
WORDS = ["cat", "dog", "owl"]
TRAIN, VALIDATION, TEST = map(PARTS.index, ("train", "validation", "test"))


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def lay(folder, content):
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else "\n".join(data).encode())
    return folder


def classes(seen):
    """The class of each image of X, "" of one that was left out."""
    key = {x.tobytes(): n for n, x in enumerate(X)}
    found = [""] * COUNT
    for x, label in zip(seen.x, seen.labels, strict=True):
        found[key[x.tobytes()]] = seen.classes[label]
    return found


@pytest.mark.parametrize("name", ["sample_submission.csv", "sampleSubmission.csv", "guess.csv"])
def test_a_submission_tells_no_classes(name, tmp_path):
    """As Plant Pathology has it: the columns of the labels, for the images of the test."""
    head = "image_id,cat,dog,owl"
    hot = [",".join(str(int(k == n % 3)) for k in range(3)) for n in range(36)]
    content = {f"{'train' if n < 36 else 'test'}/{n}.png": PNG[n] for n in range(COUNT)}
    content["train.csv"] = [head, *(f"{n},{row}" for n, row in enumerate(hot))]
    content["test.csv"] = ["image_id", *map(str, range(36, COUNT))]
    content[name] = [head, *(f"{n},0.25,0.25,0.25" for n in range(36, COUNT))]
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == [WORDS[n % 3] if n < 36 else "unlabelled" for n in range(COUNT)]
    assert np.bincount(seen.parts).tolist() == [36, 0, 12]
    assert f"{name} was left out" in said(seen)


def test_parts_that_folders_tell_stay_beside_those_of_a_table(tmp_path):
    content = {f"{'train' if n < 36 else 'test'}/{n}.png": PNG[n] for n in range(COUNT)}
    rows = [f"{n},{WORDS[n % 3]},{'val' if n < 9 else 'train'}" for n in range(36)]
    content["a.csv"] = ["file,label,split", *rows]
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert np.bincount(seen.parts).tolist() == [27, 9, 12]
