"""Parquet files of images: their other columns tell classes, parts and photographs."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from ae_core.data.own import convert, limits, parquet
from ae_core.data.own.reading import Choices
from ae_core.errors import DataError, UserError

COUNT = 40


def png(number):
    x = np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(x).save(file, "PNG")
    return file.getvalue()


def test_a_file_without_rows_has_too_few_images(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    for name, kind in (("files", pyarrow.binary()), ("numbers", pyarrow.int64())):
        columns = {"image": pyarrow.array([], kind), "label": pyarrow.array([], pyarrow.int64())}
        writer.write_table(pyarrow.table(columns), tmp_path / f"{name}.parquet")
        with pytest.raises(DataError, match="images that can be read|hold images|no images"):
            convert.prepare([tmp_path / f"{name}.parquet"], None, "colour")


def test_fewer_rows_than_are_said_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_count", lambda file: COUNT + 5)
    with pytest.raises(UserError, match="fewer rows than it says"):
        prepared(tmp_path / "lies.parquet", label=[0, 1] * 20)


def prepared(path, metadata=None, **columns):
    """What is made of images as files, a group of seven after another, with these columns."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    images = [{"bytes": png(n), "path": f"{n}.png"} for n in range(COUNT)]
    table = pyarrow.table({"image": images, **columns})
    if metadata is not None:
        table = table.replace_schema_metadata({b"huggingface": metadata})
    parquet.write_table(table, path, row_group_size=7)
    seen = convert.prepare([path], None, "colour")
    order = [int(name.split("[")[1].rstrip("]")) for name in seen.names]
    assert order == sorted(order)
    return seen


def test_a_column_names_the_photograph_of_each_image(tmp_path):
    names = [f"street {n // 4}" for n in range(COUNT)]
    seen = prepared(tmp_path / "crops.parquet", label=[0, 1] * 20, photo=names)
    by_name = dict(zip(names, seen.photographs, strict=True))
    assert len({*seen.photographs.tolist()}) == COUNT // 4
    assert [by_name[name] for name in names] == seen.photographs.tolist()
    assert any("column photo of crops.parquet" in str(one.said) for one in seen.assumed)


def test_a_column_tells_the_parts(tmp_path):
    split = ["train", "train", "train", "test"] * 10
    seen = prepared(tmp_path / "all.parquet", label=[0, 1] * 20, split=split)
    assert (seen.parts == 2).tolist() == [word == "test" for word in split]


def test_labels_that_are_no_number_are_none(tmp_path):
    labels = [0.0, 1.0, None, float("nan")] * 10
    seen = prepared(tmp_path / "some.parquet", label=labels)
    of = [seen.classes[label] for label in seen.labels]
    assert len({*of[2::4], *of[3::4]}) == 1 and {*of[0::4]} == {"0"} and {*of[1::4]} == {"1"}


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"info":' * 50_000, b"\xff", b"[1]"])
def test_notes_of_a_file_that_cannot_be_read_say_nothing(text, tmp_path):
    seen = prepared(tmp_path / "deep.parquet", metadata=text, label=[0, 1] * 20)
    assert seen.classes == ["0", "1"]


def test_notes_of_a_file_name_its_classes(tmp_path):
    about = {"info": {"features": {"label": {"names": ["cat", "dog"]}}}}
    seen = prepared(tmp_path / "pets.parquet", json.dumps(about).encode(), label=[0, 1] * 20)
    assert seen.classes == ["cat", "dog"]


def test_of_more_rows_than_images_may_be_the_first_are_read(tmp_path, monkeypatch):
    """However many rows a file of few bytes says that it has."""
    monkeypatch.setattr(limits, "MOST_IMAGES", 30)
    split = ["train", "train", "test"] * 13 + ["train"]
    seen = prepared(
        tmp_path / "many.parquet", label=[0, 1] * 20, photo=list(map(str, range(COUNT))), split=split
    )
    assert len(seen.x) == 30 and [seen.classes[n] for n in seen.labels] == ["0", "1"] * 15
    assert (seen.parts == 2).tolist() == [word == "test" for word in split[:30]]
    assert len({*seen.photographs.tolist()}) == 30
    assert any("the first 30 images were taken" in str(reason) for _, reason in seen.skipped)


def test_images_are_brought_in_any_order(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 4)
    prepared(tmp_path / "some.parquet", label=[0, 1] * 20)
    found = parquet.read(tmp_path / "some.parquet", Choices(), "").found
    for n in (0, 39, 5, 6, 4, 38, 0):
        with Image.open(io.BytesIO(png(n))) as image:
            assert np.array_equal(found[n].picture(), np.asarray(image))
