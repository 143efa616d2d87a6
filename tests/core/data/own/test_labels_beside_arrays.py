"""Labels and their names beside arrays, as the usual libraries lay them."""

import numpy as np
import pytest
from image_files import waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices

COUNT = 100  # a square: a column of so many numbers has the length of an image
X = waves(np.random.default_rng(4), 16, 1, COUNT)[..., 0]
Y = np.arange(COUNT) % 3


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


@pytest.mark.parametrize("names", [("fea", "gnd"), ("a", "b")])
@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("column", [(COUNT, 1), (1, COUNT)])
def test_a_column_beside_as_many_images_is_none(names, rows, column, tmp_path):
    x = X.reshape(COUNT, -1) if rows else X
    np.savez(tmp_path / "a.npz", **dict(zip(names, (x, Y.reshape(column)), strict=True)))
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert np.array_equal(seen.x[..., 0], X)
    assert seen.classes == ["0", "1", "2"] and np.array_equal(seen.labels, Y)


@pytest.mark.parametrize("others", [["feature_names"], ["feature_names", "target_names"]])
def test_names_of_columns_are_none_of_classes(others, tmp_path):
    """As load_digits of scikit-learn has them, all in one file."""
    names = {"feature_names": [f"pixel_{n}" for n in range(256)], "target_names": ["a", "b", "c"]}
    more = {name: np.array(names[name]) for name in others}
    np.savez(tmp_path / "a.npz", data=X.reshape(COUNT, -1), target=Y, images=X, **more)
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert seen.classes == (["a", "b", "c"] if "target_names" in others else ["0", "1", "2"])
    assert np.array_equal(seen.x[..., 0], X) and np.array_equal(seen.labels, Y)


def test_of_several_names_those_of_classes_go_first(tmp_path):
    names = {"names": np.array(list("uvwxyz")), "label_names": np.array(list("abcd"))}
    np.savez(tmp_path / "a.npz", x=X, y=Y, **names)
    assert prepare(tmp_path / "a.npz", None, "grey").classes == ["a", "b", "c"]
    names = {"names": np.array(list("uvwxyz")), "dirnames": np.array(list("abc"))}
    np.savez(tmp_path / "a.npz", x=X, y=Y, **names)
    assert prepare(tmp_path / "a.npz", None, "grey").classes == ["a", "b", "c"]


def test_too_few_names_name_no_class(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, y=Y, label_names=np.array(["a", "b"]))
    assert prepare(tmp_path / "a.npz", None, "grey").classes == ["0", "1", "2"]


@pytest.mark.parametrize("most", [3, 7, 8, 15, 16, 31, 32])
@pytest.mark.parametrize("kind", ["npz", "csv"])
def test_whole_numbers_of_few_bits_are_scaled_and_said(most, kind, tmp_path):
    """As the digits of UCI, 0 to 16, in scikit-learn's table."""
    few = np.rint((X - X.min()) / np.ptp(X) * most).astype(np.uint8)
    if kind == "npz":
        np.savez(tmp_path / "a.npz", x=few, y=Y)
    else:
        rows = np.hstack([Y[:, None], few.reshape(COUNT, -1)])
        np.savetxt(tmp_path / "a.csv", rows, "%d", ",")
    seen = prepare(tmp_path / f"a.{kind}", None, "grey")
    assert np.array_equal(seen.x[..., 0], np.rint(few * np.float32(255 / most)))
    (entry,) = [entry for entry in seen.assumed if entry.option == "range"]
    assert entry.chosen == "data" and "0..255" in entry.others
    assert "nearly black" in str(entry.said)
    dark = prepare(tmp_path / f"a.{kind}", None, "grey", Choices(range="0..255"))
    assert np.array_equal(dark.x[..., 0], few)


@pytest.mark.parametrize("most", [17, 100])
def test_other_whole_numbers_are_dark_images(most, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.minimum(X, most), y=Y)
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert np.array_equal(seen.x[..., 0], np.minimum(X, most))


def test_masks_of_two_values_stay_as_they_are(tmp_path):
    masks = np.where(X > 127, 16, 0).astype(np.uint8)
    np.savez(tmp_path / "a.npz", x=masks, y=Y)
    assert np.array_equal(prepare(tmp_path / "a.npz", None, "grey").x[..., 0], masks)


def test_labels_in_a_file_of_their_own_may_have_the_name_of_the_images(tmp_path):
    """As KMNIST has them: each file's array is called arr_0."""
    for part, rows in {"train": slice(0, 70), "test": slice(70, COUNT)}.items():
        np.savez_compressed(tmp_path / f"kmnist-{part}-imgs.npz", X[rows])
        np.savez_compressed(tmp_path / f"kmnist-{part}-labels.npz", Y[rows].astype(np.uint8))
    (tmp_path / "kmnist_classmap.csv").write_text("index,codepoint,char\n0,U+304A,o\n1,U+304D,ki\n")
    seen = prepare(tmp_path, None, "grey")
    order = np.argsort(seen.parts, kind="stable")
    assert np.array_equal(seen.x[order, ..., 0], X)
    assert np.array_equal(seen.labels[order], Y) and seen.classes == ["0", "1", "2"]
    assert np.bincount(seen.parts).tolist() == [70, 0, 30]
    assert "Labels: kmnist_labels." in said(seen)


@pytest.mark.parametrize("head", ["label", "0", ""])
def test_a_table_of_labels_beside_one_of_pixels(head, tmp_path):
    labels = Y + 2 if not head else Y  # a first line of 0 or 1 is a name, as pandas writes it
    np.savetxt(tmp_path / "X.csv", X.reshape(COUNT, -1), "%d", ",")
    np.savetxt(tmp_path / "y.csv", labels, "%d", header=head, comments="")
    if not head:
        np.savetxt(tmp_path / "y.csv", labels, "%d")
    seen = prepare(tmp_path, None, "grey")
    assert np.array_equal(seen.x[..., 0], X) and np.array_equal(seen.labels, Y)
    assert seen.classes == sorted(set(map(str, labels.tolist())))


@pytest.mark.parametrize("name", ["labels.csv", "labels.txt", "y.csv"])
@pytest.mark.parametrize("parts", [True, False])
def test_a_table_of_labels_beside_an_array(name, parts, tmp_path):
    rows = {"_train": slice(0, 60), "_test": slice(60, COUNT)} if parts else {"": slice(0, COUNT)}
    for part, of in rows.items():
        np.save(tmp_path / f"images{part}.npy", X[of])
        np.savetxt(tmp_path / name.replace(".", f"{part}."), np.roll(Y + 2, 1)[of], "%d")
    seen = prepare(tmp_path, None, "grey")
    order = np.argsort(seen.parts, kind="stable") if parts else slice(None)
    assert np.array_equal(seen.x[order, ..., 0], X) and seen.classes == ["2", "3", "4"]
    assert np.array_equal(seen.labels[order], np.roll(Y, 1)) and not seen.skipped


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("images", ["X.csv", "images.npy", "images.npz"])
@pytest.mark.parametrize("name", ["y.csv", "labels.csv", "labels.txt"])
@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_first_label_is_no_title(first, images, name, one_by_one, tmp_path):
    """The number of images says whether a first line of 0 or 1 is a title or a label."""
    if images.endswith("csv"):
        np.savetxt(tmp_path / images, X.reshape(COUNT, -1), "%d", ",")
    else:
        (np.save if images.endswith("npy") else np.savez)(tmp_path / images, X)
    np.savetxt(tmp_path / name, Y + first, "%d")
    source = sorted(tmp_path.iterdir()) if one_by_one else tmp_path
    seen = prepare(source, None, "grey")
    assert np.array_equal(seen.labels, Y) and not seen.skipped
    assert seen.classes == [str(n + first) for n in range(3)]


@pytest.mark.parametrize("name", ["labels.txt", "y.csv"])
def test_words_a_line_are_labels(name, tmp_path):
    np.save(tmp_path / "images.npy", X)
    (tmp_path / name).write_text("\n".join(["cat", "great owl", "dog"][n] for n in Y))
    seen = prepare(tmp_path, None, "grey")
    assert seen.classes == ["cat", "dog", "great owl"] and not seen.skipped
    assert np.array_equal(
        np.array(seen.classes)[seen.labels], np.take(["cat", "great owl", "dog"], Y)
    )


@pytest.mark.parametrize("head", ["index,label", ",label", ",0", "id,label", ""])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("word", ["", "c"])
@pytest.mark.parametrize("images", ["images.npy", "images.npz"])
def test_a_table_of_numbers_and_labels(head, first, word, images, tmp_path):
    """The rows are those of the images by their numbers, where the title or the order say so."""
    rows = [f"{n + first},{word}{Y[n]}" for n in range(COUNT)]
    (np.save if images.endswith("npy") else np.savez)(tmp_path / images, X)
    (tmp_path / "labels.csv").write_text("\n".join([head] * bool(head) + rows))
    seen = prepare(tmp_path, None, "grey")
    assert np.array_equal(seen.labels, Y) and seen.classes == [f"{word}{n}" for n in range(3)]
    assert not seen.skipped and "order" not in said(seen)


def test_rows_are_taken_by_their_numbers(tmp_path):
    rows = [f"{n},{Y[n]}" for n in np.random.default_rng(1).permutation(COUNT)]
    (tmp_path / "labels.csv").write_text("\n".join(["index,label", *rows]))
    np.save(tmp_path / "images.npy", X)
    seen = prepare(tmp_path, None, "grey")
    assert np.array_equal(seen.labels, Y)
    assert "The rows of labels.csv are taken in the order of its column index." in said(seen)


@pytest.mark.parametrize("kind", ["data", "csv", "npz"])
@pytest.mark.parametrize("last", [True, False])
def test_columns_of_which_one_is_1_are_the_classes(kind, last, tmp_path):
    """As semeion.data of UCI has them after the pixels, of which each is 0 or 1 too."""
    pixels = np.where(X > 127, 1, 0).reshape(COUNT, -1)
    y = np.arange(COUNT) % 10
    hot = np.eye(10, dtype=int)[y]
    rows = np.hstack([pixels, hot] if last else [hot, pixels])
    if kind == "npz":
        np.savez(tmp_path / "a.npz", rows)
    else:
        between = " " if kind == "data" else ","
        text = [
            between.join([f"{v:.4f}" for v in row[:-10]] + [f"{v} " for v in row[-10:]])
            for row in rows
        ]
        (tmp_path / f"a.{kind}").write_text("\n".join(text))
    seen = prepare(tmp_path / f"a.{kind}", None, "grey")
    assert np.array_equal(seen.labels, y) and seen.classes == [str(n) for n in range(10)]
    assert np.array_equal(seen.x.reshape(COUNT, -1), pixels * 255)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", ["set", "split", "images.set"])
def test_numbers_beside_arrays_tell_parts(name, first, tmp_path):
    parts = np.repeat([0, 1, 2], [60, 20, 20])
    np.savez(tmp_path / "a.npz", **{"x": X, "y": Y, name: parts + first})
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert np.array_equal(seen.parts, parts) and np.array_equal(seen.labels, Y)
    assert f"{first} training, {first + 1} validation, {first + 2} test" in said(seen)
    assert prepare(tmp_path / "a.npz", None, "grey", Choices(parts="mix")).parts is None


@pytest.mark.parametrize("name", ["train/set_y", "dataset.labels", "train/gnd", "is_train/z"])
def test_labels_are_no_parts(name, tmp_path):
    np.savez(tmp_path / "a.npz", **{"train/x" if "train" in name else "x": X, name: Y % 2})
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert np.array_equal(seen.labels, Y % 2) and seen.parts is None


@pytest.mark.parametrize("head", ["", "label"])
@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_labels_of_each_part_beside_the_images_of_it(head, kind, tmp_path):
    for part, rows in {"train": slice(0, 60), "test": slice(60, COUNT)}.items():
        if kind == "csv":
            np.savetxt(tmp_path / f"X_{part}.csv", X[rows].reshape(-1, 256), "%d", ",")
        else:
            np.save(tmp_path / f"X_{part}.npy", X[rows])
        lines = [head] * bool(head) + [str(n) for n in Y[rows]]
        (tmp_path / f"y_{part}.csv").write_text("\n".join(lines))
    seen = prepare(tmp_path, None, "grey")
    order = np.argsort(seen.parts, kind="stable")
    assert np.array_equal(seen.labels[order], Y) and not seen.skipped
    assert np.bincount(seen.parts).tolist() == [60, 0, 40] and seen.classes == ["0", "1", "2"]
