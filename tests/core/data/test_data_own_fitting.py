"""One size for a set: that of its files or another, what is lost, and tiles of large images."""

import io

import numpy as np
import pytest
from PIL import Image

from ae_core.data.own import fitting
from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import UserError

COUNT = 24


def png(x):
    file = io.BytesIO()
    Image.fromarray(x).save(file, "PNG")
    return file.getvalue()


def pictures(folder, *sizes, count=COUNT):
    """Write ``count`` images, (width, height) by turns, each pixel telling its row and column."""
    folder.mkdir(exist_ok=True)
    for i in range(count):
        width, height = sizes[i % len(sizes)]
        row, column = np.indices((height, width)) % 256
        (folder / f"{i:02}.png").write_bytes(png(np.dstack([row, column, row]).astype(np.uint8)))
    return folder


def option(seen, name):
    (found,) = [entry for entry in seen.assumed if entry.option == name]
    return found


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ([(45, 30)], (30, 45)),
        ([(9, 9)], (9, 9)),
        ([(256, 8)], (8, 256)),
        ([(45, 30), (45, 30), (30, 20)], (30, 45)),  # that of most
        ([(20, 10), (40, 30), (60, 50)], (30, 40)),  # the middle one
        ([(300, 150)], (32, 64)),  # larger than a set can have
        ([(5, 7)], (8, 8)),
    ],
)
def test_the_size_proposed_is_that_of_the_files(sizes, shape, tmp_path):
    seen = prepare(pictures(tmp_path, *sizes), None, "colour")
    assert seen.x.shape == (COUNT, *shape, 3)
    assert option(seen, "size").chosen == f"{shape[1]}x{shape[0]}"
    assert "the size that the files suggest" in option(seen, "size").said
    asked = prepare(tmp_path, (12, 20), "grey")
    assert asked.x.shape == (COUNT, 12, 20, 1)
    assert f"{shape[1]}x{shape[0]}" in option(asked, "size").others


def test_images_of_the_files_own_size_are_stored_pixel_for_pixel(tmp_path):
    seen = prepare(pictures(tmp_path, (45, 30)), None, "colour")
    row, column = np.indices((30, 45))
    assert (seen.x == np.dstack([row, column, row])).all() and "cut" not in said(seen)


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        ("cut", "40 % of the width is cut, scaled to 30×30"),
        ("pad", "its edges fill what is missing"),
        ("stretch", "stretched to 30×30"),
        ("tiles", "tiles of 30×30 from each: 24, 10 % at the edges left out"),
    ],
)
def test_each_fit_says_what_is_lost(fit, words, tmp_path):
    seen = prepare(pictures(tmp_path, (200, 120)), 30, "colour", fit=fit)
    assert words in said(seen) and set(option(seen, "fit").others) == {*fitting.FITS} - {fit}


def test_tiles_lie_side_by_side_and_keep_their_pixels(tmp_path):
    seen = prepare(pictures(tmp_path, (100, 70), (20, 90)), (32, 48), "colour", fit="tiles")
    assert len(seen.x) == 12 * 4 and len(seen.skipped) == 12
    assert "smaller than a tile of 48×32" in str(seen.skipped[0][1])
    corners = [tuple(int(v) for v in x[0, 0, :2]) for x in seen.x[:4]]
    assert corners == [(3, 2), (3, 50), (35, 2), (35, 50)]
    row, column = np.indices((32, 48))
    assert (seen.x[3] == np.dstack([row + 35, column + 50, row + 35])).all()
    assert seen.names[:4] == [f"00.png[{n}]" for n in range(4)]


def test_tiles_of_a_picture_are_in_one_part(tmp_path):
    seen = prepare(pictures(tmp_path, (64, 64), count=20), 32, "grey", fit="tiles")
    by_picture = seen.parts.reshape(20, 4)
    assert (by_picture == by_picture[:, :1]).all() and set(by_picture[:, 0]) == {0, 1, 2}
    assert option(seen, "parts").others == ("mix",)
    mixed = prepare(tmp_path, 32, "grey", Choices(parts="mix"), fit="tiles")
    assert mixed.parts is None and "tiles of the same picture" in said(mixed)
    few = prepare(pictures(tmp_path / "few", (96, 96), count=3), 32, "grey", fit="tiles")
    assert few.parts is None and "tiles of the same picture" in said(few)


@pytest.mark.parametrize("words", ["7", "300x20", "45x", "x30", "45,30", "-9", "45x30x3", "big"])
def test_what_is_no_size_is_said(words):
    with pytest.raises(UserError, match="8 to 256 pixels"):
        fitting.size_of(words)


def test_sizes_are_written_in_several_ways():
    for words in ("45x30", " 45 X 30 ", "45×30", "45*30"):
        assert fitting.size_of(words) == (30, 45)
    assert fitting.size_of("32") == (32, 32) and fitting.size_of(" ") is None
