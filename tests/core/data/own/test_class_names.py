"""Names of classes in a file of their own, beside the data that has the numbers."""

import json
import zipfile

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices

COUNT = 48
X = waves(np.random.default_rng(5), 16, 1, COUNT)
Y = np.arange(COUNT) % 3
WORDS = ["cat", "dog", "great owl"]
LISTED = "\n".join(WORDS) + "\n\n"


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def classes(seen):
    """The class of each image of X."""
    key = {x.tobytes(): n for n, x in enumerate(X)}
    found = {key[x.tobytes()]: seen.classes[n] for x, n in zip(seen.x, seen.labels, strict=True)}
    return [found[n] for n in range(COUNT)]


def lay(folder, kind, first=0):
    """Images and labels as numbers, as a folder of one kind."""
    y = Y + first
    if kind == "npy":
        np.save(folder / "images.npy", X)
        np.save(folder / "labels.npy", y)
    elif kind == "npz":
        np.savez(folder / "set.npz", x=X, y=y)
    elif kind == "csv":
        np.savetxt(folder / "set.csv", np.hstack([y[:, None], X.reshape(COUNT, -1)]), "%d", ",")
    elif kind == "folders":
        for n, x in enumerate(X):
            (folder / str(y[n])).mkdir(exist_ok=True)
            (folder / str(y[n]) / f"{n}.png").write_bytes(file(x, "png"))
    else:
        rows = [f"{n}.png,{label}" for n, label in enumerate(y)]
        (folder / "table.csv").write_text("\n".join(["file,label", *rows]))
        for n, x in enumerate(X):
            (folder / f"{n}.png").write_bytes(file(x, "png"))


@pytest.mark.parametrize("kind", ["npy", "npz", "csv", "folders", "table"])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", ["batches.meta.txt", "classes.txt", "class_names.txt", "labels.txt"])
def test_a_name_a_line(kind, first, name, tmp_path):
    lay(tmp_path, kind, first)
    (tmp_path / name).write_text(LISTED)
    seen = prepare(tmp_path, None, "grey")
    assert classes(seen) == np.take(WORDS, Y).tolist() and not seen.skipped
    (entry,) = [entry for entry in seen.assumed if entry.chosen == "as-names"]
    assert str(entry.said) == f"Names of the classes: {name}." and entry.others == ("as-numbers",)
    numbers = prepare(tmp_path, None, "grey", Choices(labels="as-numbers"))
    assert classes(numbers) == [str(n + first) for n in Y]
    again = prepare(tmp_path, None, "grey", Choices(labels="as-names"))
    assert classes(again) == classes(seen)


FILES = {
    "numbers first": ("classes.txt", "\n".join(f"{n} {word}" for n, word in enumerate(WORDS))),
    "commas and a title": ("signnames.csv", "ClassId,SignName\n0,cat\n1,dog\n2,great owl\n"),
    "a title": ("label_names.csv", "name\n" + LISTED),
    "numbers last": ("class_names.txt", "great owl 2\ncat 0\ndog 1\n"),
    "JSON": ("class_indices.json", json.dumps({word: n for n, word in enumerate(WORDS)})),
    "JSON, a line each": (
        "categories.json",
        json.dumps({word: n for n, word in enumerate(WORDS)}, indent=1),
    ),
    "JSON of COCO": (
        "categories.json",
        json.dumps(
            {"categories": [{"id": n, "name": word} for n, word in enumerate(WORDS)]}, indent=2
        ),
    ),
    "quoted": ("classes.csv", '"id","name"\n0,"cat"\n1,"dog"\n2,"great owl"\n'),
    "JSON, turned": ("class_names.json", json.dumps(dict(enumerate(WORDS)))),
    "JSON of ImageNet": (
        "class_index.json",
        json.dumps({n: [f"n0{n}", word] for n, word in enumerate(WORDS)}),
    ),
    "JSON, a list": ("classes.json", json.dumps(WORDS)),
}


@pytest.mark.parametrize("how", FILES)
def test_names_as_people_write_them(how, tmp_path):
    name, text = FILES[how]
    lay(tmp_path, "npy")
    (tmp_path / name).write_text(text)
    seen = prepare(tmp_path, None, "grey")
    assert classes(seen) == np.take(WORDS, Y).tolist() and not seen.skipped


@pytest.mark.parametrize("codes", [["0 48", "1 65", "2 97"], ["0 48 79", "1 65 97", "2 66 98"]])
def test_letters_by_their_codes(codes, tmp_path):
    """As EMNIST has them: a class of several letters has all of these for its name."""
    lay(tmp_path, "npy")
    (tmp_path / "emnist-letters-mapping.txt").write_text("\n".join(codes))
    names = ["".join(chr(int(code)) for code in line.split()[1:]) for line in codes]
    assert classes(prepare(tmp_path, None, "grey")) == np.take(names, Y).tolist()


def test_names_beside_pictures_in_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for n, x in enumerate(X):
            archive.writestr(f"{Y[n]}/{n}.png", file(x, "png"))
        archive.writestr("classes.txt", LISTED)
    seen = prepare(tmp_path / "set.zip", None, "grey")
    assert classes(seen) == np.take(WORDS, Y).tolist() and not seen.skipped


def test_of_several_files_the_one_of_so_many_names(tmp_path):
    """As CIFAR-100 has them: names of fine and of coarse labels."""
    lay(tmp_path, "npy")
    (tmp_path / "coarse_label_names.txt").write_text("pet\nbird\n")
    (tmp_path / "fine_label_names.txt").write_text(LISTED)
    seen = prepare(tmp_path, None, "grey")
    assert classes(seen) == np.take(WORDS, Y).tolist()
    (tmp_path / "coarse_label_names.txt").write_text("pet\nbird\nfish\n")
    seen = prepare(tmp_path, None, "grey")
    assert seen.classes == ["0", "1", "2"] and "several files may have their names" in said(seen)


@pytest.mark.parametrize(
    "text", ["cat\ndog\n", "cat\ndog\ncat\n", "7\n8\n9\n", "1 cat\n2 dog\n3 owl\n"]
)
def test_what_names_not_each_number_names_none(text, tmp_path):
    lay(tmp_path, "npy")
    (tmp_path / "classes.txt").write_text(text)
    assert prepare(tmp_path, None, "grey").classes == ["0", "1", "2"]


def test_a_table_of_more_than_names_names_none(tmp_path):
    """As GTSRB's Meta.csv, which names a picture of each class."""
    lay(tmp_path, "folders")
    rows = [f"Meta/{n}.png,{n},1,0" for n in range(3)]
    (tmp_path / "Meta.csv").write_text("\n".join(["Path,ClassId,ShapeId,ColorId", *rows[:2]]))
    (tmp_path / "meta.txt").write_text("\n".join(f"{n}.png" for n in range(3)))
    assert prepare(tmp_path, None, "grey").classes == ["0", "1", "2"]


def test_a_list_that_may_count_from_0_or_1_names_none_and_it_is_said(tmp_path):
    lay(tmp_path, "npy", 1)
    (tmp_path / "classes.txt").write_text(LISTED + "fish\n")
    seen = prepare(tmp_path, None, "grey")
    assert seen.classes == ["1", "2", "3"] and "classes.txt may count its names" in said(seen)


@pytest.mark.parametrize(
    "name", ["class_names", "target_names", "classes", "label_names", "categories"]
)
@pytest.mark.parametrize("first", [0, 1])
def test_names_in_the_same_file_are_said_too(name, first, tmp_path):
    np.savez(tmp_path / "a.npz", x=X, y=Y + first, **{name: np.array(WORDS)})
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert classes(seen) == np.take(WORDS, Y).tolist() and f"classes: {name}." in said(seen)
    numbers = prepare(tmp_path / "a.npz", None, "grey", Choices(labels="as-numbers"))
    assert numbers.classes == [str(n + first) for n in range(3)]


def test_letters_of_a_matlab_file(tmp_path):
    from scipy.io import savemat

    codes = np.array([[1, 65, 97], [2, 66, 98], [3, 67, 99]], np.uint8)
    part = {"images": X.reshape(COUNT, -1), "labels": (Y + 1)[:, None]}
    savemat(tmp_path / "emnist-letters.mat", {"dataset": {"train": part, "mapping": codes}})
    seen = prepare(tmp_path / "emnist-letters.mat", None, "grey")
    assert seen.classes == ["Aa", "Bb", "Cc"] and "left out" not in said(seen)


@pytest.mark.parametrize("name", ["LOC_synset_mapping.txt", "words.txt"])
@pytest.mark.parametrize("alike", [True, False])
def test_codes_of_wordnet_get_their_words(name, alike, tmp_path):
    """As ImageNet's classes and Tiny ImageNet's, of all the words that there are."""
    words = ["crane", "crane" if alike else "dog", "great owl"]
    for n, x in enumerate(X):
        path = tmp_path / "train" / f"n0000000{Y[n]}" / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file(x, "png"))
    lines = [f"n0000000{n}\t{words[n] if n < 3 else n}, thing of {n}" for n in range(9)]
    (tmp_path / name).write_text("\n".join(lines))
    seen = prepare(tmp_path, None, "grey")
    found = [f"{word} (n0000000{n})" if alike else word for n, word in enumerate(words)]
    assert classes(seen) == np.take(found, Y).tolist() and not seen.skipped
    numbers = prepare(tmp_path, None, "grey", Choices(labels="as-numbers"))
    assert numbers.classes == [f"n0000000{n}" for n in range(3)]
