"""Tables beside picture files: their classes, parts and photographs are those of the images."""

import gzip
import io
import itertools
import tarfile
import zipfile

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own import tables
from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import UserError

COUNT = 24
X = waves(np.random.default_rng(8), 16, 1, COUNT)
WORDS = ["cat", "dog", "owl"]
OF = [WORDS[n % 3] for n in range(COUNT)]
FILES = {f"images/{n:03}.png": file(x, "png") for n, x in enumerate(X)}


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def lines(head, rows):
    return "\n".join([head, *rows]).encode()


LABELS = lines("file,label", [f"{n:03}.png,{word}" for n, word in enumerate(OF)])


def pack(kind, folder, content):
    """Lay files out as a folder, a ZIP or a tar, and return what to import."""
    if kind == "zip":
        with zipfile.ZipFile(folder / "set.zip", "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        return folder / "set.zip"
    if kind == "tar":
        with tarfile.open(folder / "set.tar.gz", "w:gz") as archive:
            for name, data in content.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return folder / "set.tar.gz"
    paths = []
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths if kind == "files" else folder


def order(seen):
    """Where each of the images stands in the set."""
    return [
        [name.rpartition("/")[2] for name in seen.names].index(f"{n:03}.png") for n in range(COUNT)
    ]


def classes_of(seen):
    return [seen.classes[seen.labels[at]] for at in order(seen)]


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "files"])
def test_a_table_gives_the_classes(kind, tmp_path):
    seen = prepare(pack(kind, tmp_path, FILES | {"labels.csv": LABELS}), None, "grey")
    assert classes_of(seen) == OF and not seen.skipped
    assert "column label of labels.csv, which names 24 of 24 images" in said(seen)
    assert np.array_equal(seen.x[order(seen)], X)


TABLES = {
    "kaggle": ("trainLabels.csv", lines("id,breed", [f"{n:03},{w}" for n, w in enumerate(OF)])),
    "paths": (
        "a.csv",
        lines("path;category", [f"D:\\me\\images\\{n:03}.png;{w}" for n, w in enumerate(OF)]),
    ),
    "no title": (
        "list.csv",
        lines(f"000.png,{OF[0]}", [f"{n:03}.png,{OF[n]}" for n in range(1, COUNT)]),
    ),
    "text": ("list.txt", lines("name class", [f"{n:03}.png {w}" for n, w in enumerate(OF)])),
    "tabs": ("a.tsv", lines("image\ttarget\tnote", [f"{n:03}\t{w}\tx{n}" for n, w in enumerate(OF)])),
    "packed": ("labels.csv.gz", gzip.compress(LABELS)),
    "one hot": (
        "truth.csv",
        lines(
            "image,cat,dog,owl",
            [f"{n:03},{','.join(f'{float(w == v)}' for v in WORDS)}" for n, w in enumerate(OF)],
        ),
    ),
}


@pytest.mark.parametrize("how", TABLES)
def test_tables_as_people_write_them(how, tmp_path):
    name, table = TABLES[how]
    seen = prepare(pack("folder", tmp_path, FILES | {name: table}), None, "grey")
    assert classes_of(seen) == OF and not seen.skipped
    (choice,) = [entry for entry in seen.assumed if entry.option == "labels"]
    assert "none" in choice.others


def test_numbers_that_name_files(tmp_path):
    """As in Kaggle's CIFAR-10: 1.png is the row whose id is 1."""
    content = {f"train/{n + 1}.png": data for n, data in enumerate(FILES.values())}
    table = lines("id,label", [f"{n + 1},{w}" for n, w in reversed(list(enumerate(OF)))])
    seen = prepare(pack("folder", tmp_path, content | {"y.csv": table}), None, "grey")
    at = {name.rpartition("/")[2]: place for place, name in enumerate(seen.names)}
    assert [seen.classes[seen.labels[at[f"{n + 1}.png"]]] for n in range(COUNT)] == OF


def test_parts_and_photographs(tmp_path):
    parts = ["train"] * 16 + ["val"] * 4 + ["test"] * 4
    rows = [f"{n:03}.png,{OF[n]},{part},{n // 2}.jpg" for n, part in enumerate(parts)]
    table = lines("file,label,split,photo", rows)
    source = pack("folder", tmp_path, FILES | {"set.csv": table})
    seen = prepare(source, None, "grey")
    at = order(seen)
    assert seen.parts[at].tolist() == [0] * 16 + [1] * 4 + [2] * 4
    of = seen.photographs[at]
    assert len(set(of)) == COUNT // 2 and all(of[n] == of[n + 1] for n in range(0, COUNT, 2))
    mixed = prepare(source, None, "grey", Choices(parts="mix"))
    assert mixed.parts is None and classes_of(mixed) == OF


LONG = "https://example.org/" + "photographs/" * 20


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        ([f"{LONG}{n // 4}.jpg" for n in range(COUNT)], 6),
        ([f"{n // 4}.5" for n in range(COUNT)], 6),
        ([f"{n // 4}e300" for n in range(COUNT)], 6),
        ([f"1234567890123456789012{n // 4}" for n in range(COUNT)], 6),
        (["7" if n % 2 else "007" for n in range(COUNT)], 2),
        (["" if n % 3 else f"p{n // 6}" for n in range(COUNT)], 4 + 16),
        (["" if n % 3 else str(n // 6) for n in range(COUNT)], 4 + 16),
    ],
)
def test_photographs_are_told_apart_by_all_that_is_written(cells, count, tmp_path):
    table = lines("file,label,photo", [f"{n:03}.png,{OF[n]},{c}" for n, c in enumerate(cells)])
    seen = prepare(pack("folder", tmp_path, FILES | {"set.csv": table}), None, "grey")
    of = seen.photographs[order(seen)]
    assert len(set(of)) == count and classes_of(seen) == OF
    for n, m in itertools.combinations(range(COUNT), 2):
        assert (of[n] == of[m]) == (cells[n] == cells[m] != "")
    assert "Photographs: column photo of set.csv." in said(seen)


def test_a_column_of_photographs_that_names_none_says_nothing(tmp_path):
    table = lines("file,label,photo", [f"{n:03}.png,{OF[n]}," for n in range(COUNT)])
    seen = prepare(pack("folder", tmp_path, FILES | {"set.csv": table}), None, "grey")
    assert seen.photographs is None and "Photographs" not in said(seen)


def test_a_table_for_each_part(tmp_path):
    rows = [f"{n:03}.png,{w}" for n, w in enumerate(OF)]
    tables = {
        "train_labels.csv": lines("file,label", rows[:16]),
        "test_labels.csv": lines("file,label", rows[16:]),
    }
    seen = prepare(pack("folder", tmp_path, FILES | tables), None, "grey")
    assert classes_of(seen) == OF
    assert seen.parts[order(seen)].tolist() == [0] * 16 + [2] * 8


def test_images_that_no_row_names(tmp_path):
    table = lines("file,label", [f"{n:03}.png,{OF[n]}" for n in range(15)])
    seen = prepare(pack("folder", tmp_path, FILES | {"labels.csv": table}), None, "grey")
    assert classes_of(seen) == OF[:15] + ["unlabelled"] * 9
    assert "names 15 of 24 images" in said(seen)


def test_what_is_no_table_of_these_images_changes_nothing(tmp_path):
    content = {f"{OF[n]}/{n:03}.png": data for n, data in enumerate(FILES.values())}
    few = lines("file,label", [f"{n:03}.png,x" for n in range(3)])
    other = lines("time,loss", [f"{n},{n / 7}" for n in range(50)])
    words = b"Images by me. See 000.png"
    beside = {"few.csv": few, "log.csv": other, "README.txt": words}
    seen = prepare(pack("folder", tmp_path, content | beside), None, "grey")
    assert classes_of(seen) == OF and {name for name, _ in seen.skipped} == set(beside)
    reasons = {name: str(why) for name, why in seen.skipped}
    assert "left out where there are image files" in reasons["few.csv"]


def test_a_choice_between_table_and_folders(tmp_path):
    content = {f"{'ab'[n % 2]}/{n:03}.png": data for n, data in enumerate(FILES.values())}
    source = pack("folder", tmp_path, content | {"labels.csv": LABELS})
    assert classes_of(prepare(source, None, "grey")) == OF
    by_folder = prepare(source, None, "grey", Choices(labels="1"))
    assert classes_of(by_folder) == ["ab"[n % 2] for n in range(COUNT)]
    assert prepare(source, None, "grey", Choices(labels="none")).classes == ["image"]


def test_words_are_classes_before_numbers_are(tmp_path):
    rows = [f"{n:03}.png,{n % 5},{w}" for n, w in enumerate(OF)]
    seen = prepare(
        pack("folder", tmp_path, FILES | {"a.csv": lines("id,fold,breed", rows)}), None, "grey"
    )
    assert classes_of(seen) == OF
    assert next(e.others for e in seen.assumed if e.option == "labels") == ("fold", "none")


def test_several_columns(tmp_path):
    rows = [f"{n:03}.png,{w},{'ab'[n % 2]}" for n, w in enumerate(OF)]
    source = pack("folder", tmp_path, FILES | {"a.csv": lines("file,animal,colour", rows)})
    seen = prepare(source, None, "grey")
    assert "several columns that can be the classes (animal, colour)" in said(seen)
    assert classes_of(prepare(source, None, "grey", Choices(labels="animal"))) == OF
    (tmp_path / "a.csv").write_bytes(lines("file,label_a,label_b", rows))
    with pytest.raises(UserError, match="label_a, label_b; say which with the option labels"):
        prepare(source, None, "grey")
    with pytest.raises(UserError, match="has no array 'animal'"):
        prepare(source, None, "grey", Choices(labels="animal"))


def test_damaged_tables_are_left_out(tmp_path):
    for name in ("a.csv", "b.csv.gz", "c.tsv"):
        (tmp_path / name).write_bytes(b"\x1f\x8b\0\xff" + bytes(range(256)))
    seen = prepare(pack("folder", tmp_path, FILES), None, "grey")
    assert len(seen.skipped) == 3 and len(seen.x) == COUNT


def test_boxes_beside_each_image_are_no_list_of_images(tmp_path, monkeypatch):
    """As YOLO's sets have them: thousands of small files, none of which is read as a table."""
    content = {f"{OF[n]}/{n}.png": data for n, data in enumerate(FILES.values())}
    boxes = {f"{OF[n]}/{n}.txt": b"0 0.5 0.5 0.2 0.2" for n in range(COUNT)}
    monkeypatch.setattr(tables, "frame", lambda *given, **how: pytest.fail("a box is read"))
    seen = prepare(pack("folder", tmp_path, content | boxes), None, "grey")
    assert seen.classes == WORDS and len(seen.skipped) == COUNT
