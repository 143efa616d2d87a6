"""Tables beside images that say which part each belongs to, by name of the file or by number."""

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices

COUNT = 48
X = waves(np.random.default_rng(7), 16, 1, COUNT)
PNG = [file(x, "png") for x in X]
WORDS = ["cat", "dog", "owl"]
PARTS = [0 if n < 30 else 1 if n < 38 else 2 for n in range(COUNT)]
SAID = ["train", "val", "test"]


def lay(folder, texts, name="images/{n:04}.png"):
    for n, content in enumerate(PNG):
        path = folder / name.format(n=n, k=WORDS[n % 3], c=n % 3 + 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for path, lines in texts.items():
        (folder / path).write_text("\n".join(lines) + "\n")
    return folder


def seen_of(folder, **choices):
    """What an import makes of a folder: the set, the part and the class of each image of X."""
    seen = prepare(folder, None, "grey", Choices(**choices))
    key = {x.tobytes(): n for n, x in enumerate(X)}
    at = np.argsort([key[x.tobytes()] for x in seen.x])
    parts = None if seen.parts is None else seen.parts[at].tolist()
    return seen, parts, [seen.classes[label] for label in seen.labels[at]]


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


TITLES = ["split", "partition", "subset", "Usage", "set", "data set", "dataset", "phase", "fold", "a"]


@pytest.mark.parametrize("title", TITLES)
def test_a_column_of_words(title, tmp_path):
    rows = [f"{n:04}.png,{WORDS[n % 3]},{SAID[PARTS[n]]}" for n in range(COUNT)]
    lay(tmp_path, {"meta.csv": [f"file,label,{title}", *rows]})
    seen, parts, classes = seen_of(tmp_path)
    assert parts == PARTS and classes == [WORDS[n % 3] for n in range(COUNT)]
    assert seen_of(tmp_path, parts="mix")[1] is None


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("title", TITLES)
def test_a_column_of_three_numbers(title, first, tmp_path):
    """As CelebA and MatConvNet count them; those of a fold, or of any other column, tell nothing."""
    rows = [f"{n:04}.png,{WORDS[n % 3]},{PARTS[n] + first}" for n in range(COUNT)]
    lay(tmp_path, {"meta.csv": [f"file,label,{title}", *rows]})
    seen, parts, classes = seen_of(tmp_path)
    tells = title not in ("fold", "a")
    assert parts == (PARTS if tells else None) and set(classes) == set(WORDS)
    sentence = f"{first} training, {first + 1} validation, {first + 2} test."
    assert (sentence in said(seen)) == tells


@pytest.mark.parametrize("title", ["is_train", "training", "is_test", "is_valid"])
@pytest.mark.parametrize("yes", ["1", "True"])
def test_a_column_named_after_a_part(title, yes, tmp_path):
    no = {"1": "0", "True": "False"}[yes]
    part, other = (0, 2) if "train" in title else (2, 0) if "test" in title else (1, 0)
    rows = [f"{n:04}.png,{WORDS[n % 3]},{yes if n < 30 else no}" for n in range(COUNT)]
    lay(tmp_path, {"meta.csv": [f"file,label,{title}", *rows]})
    seen, parts, classes = seen_of(tmp_path)
    assert parts == [part if n < 30 else other for n in range(COUNT)] and set(classes) == set(WORDS)


def test_two_numbers_in_a_column_of_parts_tell_none_and_it_is_said(tmp_path):
    rows = [f"{n:04}.png,{WORDS[n % 3]},{int(n < 30)}" for n in range(COUNT)]
    lay(tmp_path, {"meta.csv": ["file,label,split", *rows]})
    seen, parts, _ = seen_of(tmp_path)
    assert parts is None and "column split of meta.csv does not say" in said(seen)


@pytest.mark.parametrize("how", ["csv", "txt"])
@pytest.mark.parametrize("others", [True, False])
def test_a_table_of_parts_beside_others(how, others, tmp_path):
    """As CelebA has them: attributes, boxes and parts, a table each; lists begin with a count."""
    names = [f"{n:04}.png" for n in range(COUNT)]
    between = "," if how == "csv" else "  "

    def table(head, columns):
        rows = [
            between.join([name, *map(str, row)]) for name, row in zip(names, columns, strict=True)
        ]
        titles = [between.join(head if how == "txt" else ["image_id", *head])] if head else []
        return [str(COUNT)] * (how == "txt" and bool(head)) + titles + rows

    parts = table(["partition"] if how == "csv" else [], [[part] for part in PARTS])
    texts = {f"list_eval_partition.{how}": parts}
    if others:
        signs = [[n % 2 * 2 - 1, n // 2 % 2 * 2 - 1] for n in range(COUNT)]
        texts[f"list_attr_celeba.{how}"] = table(["Smiling", "Male"], signs)
        boxes = [[95, 70 + n % 3, 226, 313] for n in range(COUNT)]
        texts[f"list_bbox_celeba.{how}"] = table(["x_1", "y_1", "width", "height"], boxes)
    lay(tmp_path, texts)
    seen, parts, classes = seen_of(tmp_path)
    assert parts == PARTS and set(classes) == {"images"}
    assert "0 training, 1 validation, 2 test" in said(seen)
    if others:
        assert "(Smiling, Male)" in said(seen)
        assert set(seen_of(tmp_path, labels="Smiling")[2]) == {"-1", "1"}


@pytest.mark.parametrize("name", ["images/{c:03}.{k}/{k}_{n}.png", "images/{n}.png"])
def test_tables_joined_by_numbers(name, tmp_path):
    """As CUB has them: one names the files of the numbers, the others say something of these."""
    files = [name.format(n=n, k=WORDS[n % 3], c=n % 3 + 1)[7:] for n in range(COUNT)]
    train = [int(n % 4 != 0) for n in range(COUNT)]
    texts = {
        "images.txt": [f"{n + 1} {file}" for n, file in enumerate(files)],
        "image_class_labels.txt": [f"{n + 1} {n % 3 + 1}" for n in range(COUNT)],
        "train_test_split.txt": [f"{n + 1} {value}" for n, value in enumerate(train)],
        "classes.txt": [f"{n + 1} {n + 1:03}.{word}" for n, word in enumerate(WORDS)],
        "bounding_boxes.txt": [f"{n + 1} 60.0 {n % 5}.0 325.0 304.0" for n in range(COUNT)],
    }
    lay(tmp_path, texts, name)
    seen, parts, classes = seen_of(tmp_path)
    assert parts == [0 if value else 2 for value in train]
    assert classes == [f"{n % 3 + 1:03}.{WORDS[n % 3]}" for n in range(COUNT)]
    assert [path for path, _ in seen.skipped] == ["bounding_boxes.txt"]
    assert "train_test_split.txt, 0 test, 1 training." in said(seen)


def test_a_table_of_other_numbers_is_no_table_of_the_images(tmp_path):
    texts = {
        "images.csv": ["id,file", *(f"{n + 1},{n:04}.png" for n in range(COUNT))],
        "log.csv": ["epoch,loss,kept", *(f"{n + 1},{n / 7},{n % 2}" for n in range(COUNT))],
    }
    seen, parts, classes = seen_of(lay(tmp_path, texts))
    assert parts is None and set(classes) == {"images"}


def test_lists_of_parts_beside_one_of_a_class_are_what_is_told(tmp_path):
    """As Pascal VOC has them: lists that overlap, and lists of those that show a class."""
    named = [f"{n:04}" for n in range(COUNT)]
    texts = {
        "train.txt": named[:30],
        "val.txt": named[30:],
        "trainval.txt": named,
        "cat_train.txt": [f"{name} {n % 2 * 2 - 1}" for n, name in enumerate(named[:30])],
    }
    seen, parts, classes = seen_of(lay(tmp_path, texts))
    assert parts == [0 if n < 30 else 1 for n in range(COUNT)] and set(classes) == {"images"}


def test_pieces_with_lists_of_parts(tmp_path):
    """As NIH's chest X-rays: titles of several words, in a table that is parted by commas."""
    head = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age"
    names = [f"{n:04}.png" for n in range(COUNT)]
    rows = [f"{name},{WORDS[n % 3]},{n % 4},{n // 4},{50 + n % 5}" for n, name in enumerate(names)]
    texts = {"Data_Entry.csv": [head, *rows], "train_val_list.txt": names[:36]}
    texts["test_list.txt"] = names[36:]
    seen, parts, classes = seen_of(lay(tmp_path, texts))
    assert classes == [WORDS[n % 3] for n in range(COUNT)] and not seen.skipped
    assert parts == [0 if n < 36 else 2 for n in range(COUNT)]
