"""A long drawing is cut for paper between its layers, and nothing of a row is left out."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from ae_core.drawing import architecture, rows
from ae_core.drawing.layers import LayerInfo


def chain(count):
    """A network of ``count`` layers behind the image, half of them the encoder's."""
    halves = [("encoder", "decoder")[2 * k > count] for k in range(1, count + 1)]
    layers = [LayerInfo(1, "x", "InputLayer", (28, 28, 1), field=(1, 1))]
    for k, half in enumerate(halves, start=2):
        skip = (k - 3,) if k % 5 == 0 else ()
        kind = "Add" if skip else "Conv2D"
        told = ("level",) if k == 4 else ()
        layers.append(LayerInfo(k, f"{half}/{k}", kind, (14, 14, 32), (k - 1, *skip), told))
    return layers


@pytest.mark.parametrize("count", [9, 24, 60])
def test_rows_begin_between_layers_and_together_are_the_drawing(count):
    found = architecture.layout(chain(count))
    cut = rows.rows(found)
    assert cut[0].left == 0 and cut[-1].left + cut[-1].width == pytest.approx(found.width)
    assert all(a.left + a.width == pytest.approx(b.left) for a, b in pairwise(cut))
    for row in cut:
        assert row.width <= rows.LONGEST * rows.STRETCH
        for box in found.boxes:
            whole = row.left <= box.x and box.right <= row.left + row.width
            assert whole or box.right <= row.left or box.x >= row.left + row.width
            if whole:
                assert row.top < box.over and row.top + row.height > box.below
    assert len(cut) == -(-found.width // rows.LONGEST)


def test_no_row_cuts_a_word():
    layers = chain(60)
    found = architecture.layout(layers)
    starts = [row.left for row in rows.rows(found)[1:]]
    svg = ElementTree.fromstring(architecture.svg(layers, "long"))
    words = [e for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"encoder", "decoder", "level"} <= {e.text for e in words}
    for word in words:
        middle, half = float(word.attrib["x"]), 2.9 * len(word.text)
        assert not any(middle - half < start < middle + half for start in starts), word.text


def test_a_row_without_a_bracket_is_no_higher_than_its_layers():
    layers = [LayerInfo(1, "x", "InputLayer", (28, 28, 1))]
    layers += [LayerInfo(k, f"plain_{k}", "Conv2D", (14, 14, 32), (k - 1,)) for k in range(2, 30)]
    found = architecture.layout(layers)
    assert not found.brackets
    first, second, *_ = rows.rows(found)
    assert second.height < first.height  # the image is taller than what follows


def test_the_drawing_holds_every_row():
    layers = chain(30)
    root = ElementTree.fromstring(architecture.svg(layers, "x"))
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    for row in rows.rows(architecture.layout(layers)):
        assert row.left >= left and row.left + row.width <= left + width + 1
        assert row.top >= top - 1 and row.top + row.height <= top + height + 10
