"""Further files that people have: tables of other programs, fields, parts of annotated sets."""

import gzip

import numpy as np
import pytest
from image_files import file, tiff, waves

from ae_core.data.own.convert import prepare
from ae_core.errors import DataError

COUNT = 24
X = waves(np.random.default_rng(4), 16, 1, COUNT)[..., 0]
Y = np.arange(COUNT) % 3
ROWS = X.reshape(COUNT, -1)


def text(rows, separator=","):
    return "\n".join(separator.join(map(str, row)) for row in rows)


@pytest.mark.parametrize("packed", [False, True])
def test_numbers_under_any_name(packed, tmp_path):
    """As USPS's zip.train and zip.train.gz: the digit as 6.0000, then −1 to 1."""
    rows = [
        [f"{y:.4f}", *(f"{v / 127.5 - 1:.6f}" for v in row)] for y, row in zip(Y, ROWS, strict=True)
    ]
    path = tmp_path / ("zip.train.gz" if packed else "zip.train")
    content = text(rows, " ").encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    seen = prepare(path, None, "grey")
    assert np.array_equal(seen.x[..., 0], X) and seen.classes == ["0", "1", "2"]


def test_decimal_commas(tmp_path):
    rows = [
        [y, *(f"{v / 255:.4f}".replace(".", ",") for v in row)]
        for y, row in zip(Y, ROWS, strict=True)
    ]
    head = ";".join(["label", *(f"p{n}" for n in range(256))])
    (tmp_path / "a.csv").write_text(f"{head}\n{text(rows, ';')}")
    seen = prepare(tmp_path / "a.csv", None, "grey")
    assert np.array_equal(seen.x[..., 0], X) and seen.classes == ["0", "1", "2"]


@pytest.mark.parametrize("first", [True, False])
def test_an_array_with_its_label_beside_the_pixels(first, tmp_path):
    y = Y[:, None]
    np.save(tmp_path / "a.npy", np.concatenate([y, ROWS] if first else [ROWS, y], axis=1))
    seen = prepare(tmp_path / "a.npy", None, "grey")
    assert np.array_equal(seen.x[..., 0], X) and np.array_equal(seen.labels, Y)


def test_fields_of_a_structured_array(tmp_path):
    fields = [("img", np.uint8, (16, 16)), ("y", np.int32)]
    np.save(tmp_path / "a.npy", np.array(list(zip(X, Y, strict=True)), fields))
    seen = prepare(tmp_path / "a.npy", None, "grey")
    assert np.array_equal(seen.x[..., 0], X) and np.array_equal(seen.labels, Y)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.arff", "@RELATION mnist\n@ATTRIBUTE pixel0 real\n", "Weka"),
        ("a.txt", "5 " + " ".join(f"{n}:{n}" for n in range(1, 90)), "LIBSVM"),
    ],
)
def test_other_programs_tables_say_what_to_do(name, content, words, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=f"{words}.*save it as CSV"):
        prepare(tmp_path / name, None, "grey")


def test_segmentations_beside_images_are_no_class(tmp_path):
    """Pascal VOC's folders."""
    for folder in ("JPEGImages", "SegmentationClass"):
        (tmp_path / folder).mkdir()
        for n, one in enumerate(X):
            (tmp_path / folder / f"{n:02}.png").write_bytes(file(one, "png"))
    seen = prepare(tmp_path, None, "grey")
    assert len(seen.x) == COUNT and seen.classes == ["JPEGImages"]


def test_white_on_nothing_is_seen(tmp_path):
    clear = np.dstack([np.full((16, 16, 3), 255, np.uint8), np.zeros((16, 16), np.uint8)])
    for n, one in enumerate(X):
        clear[..., 3] = one
        (tmp_path / f"{n:02}.png").write_bytes(file(clear, "png"))
    seen = prepare(tmp_path, None, "grey")
    assert np.abs(seen.x[..., 0].astype(int) - X).max() <= 1


def test_images_divided_by_their_deviation_are_not_cut(tmp_path):
    x = np.where(X > 127, 1.3, -0.9).astype(np.float32)
    x[:, 0, :8] = np.linspace(-0.9, 1.3, 8)
    np.save(tmp_path / "a.npy", x)
    seen = prepare(tmp_path / "a.npy", None, "grey")
    wanted = np.rint((x + 0.9) / 2.2 * 255)
    assert np.abs(seen.x[..., 0] - wanted).max() <= 1


@pytest.mark.parametrize("kind", ["files", "array"])
def test_what_is_transparent_is_said(kind, tmp_path):
    """Of those images alone in which something is: many have a channel for it that is solid."""
    x = np.dstack([X[0]] * 3)[None].repeat(COUNT, axis=0)
    alpha = np.full((COUNT, 16, 16, 1), 255, np.uint8)
    alpha[:3, :8] = 0
    x = np.concatenate([x, alpha], axis=3)
    if kind == "array":
        np.save(tmp_path / "x.npy", x)
    else:
        for n, one in enumerate(x):
            (tmp_path / f"{n}.png").write_bytes(file(one, "png"))

    def said():
        found = [str(entry.said) for entry in prepare(tmp_path, None, "colour").assumed]
        return [text for text in found if "transparent" in text]

    assert [text.rpartition(": ")[2] for text in said()] == ["3."]
    for path in tmp_path.iterdir():
        path.unlink()
    if kind == "array":
        np.save(tmp_path / "x.npy", x[3:])
    else:
        for n, one in enumerate(x[3:]):
            (tmp_path / f"{n}.png").write_bytes(file(one, "png"))
    assert said() == []


def test_colours_of_16_bits_are_said_to_be_kept_in_8(tmp_path):
    for n in range(COUNT):
        (tmp_path / f"{n}.tif").write_bytes(tiff(3, 2))
    seen = prepare(tmp_path, None, "colour")
    assert any("16 bits the upper 8 are kept; such images: 24." in str(e.said) for e in seen.assumed)
