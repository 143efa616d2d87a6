"""The drawing: well-formed, to scale, nothing on top of anything else, readable without eyes."""

import xml.etree.ElementTree as ET

import pytest

from ae_core.drawing import architecture, layout
from ae_core.drawing.layers import LayerInfo

SVG = "{http://www.w3.org/2000/svg}"

# x ─ halve ─ deep ─ deep ─ + ─ code ─ output, a skip over the deep ones and a dense branch below.
NET = (
    LayerInfo(1, "x", "InputLayer", (28, 28, 1), field=(1, 1)),
    LayerInfo(2, "encoder/halve", "Conv2D", (14, 14, 32), (1,), (), (4, 4), 2.0, "relu", 544),
    LayerInfo(3, "encoder/a", "Conv2D", (14, 14, 32), (2,), ("level",), (3, 3), 1.0, "relu", 9248),
    LayerInfo(4, "encoder/b", "Conv2D", (14, 14, 32), (3,), (), (3, 3), 1.0, "", 9248),
    LayerInfo(5, "encoder/pixels", "Flatten", (784,), (1,)),
    LayerInfo(6, "encoder/linear", "Dense", (49,), (5,), parameters=38465),
    LayerInfo(7, "encoder/sum", "Add", (14, 14, 32), (2, 4)),
    LayerInfo(8, "encoder/both", "Concatenate", (49,), (6, 7)),
    LayerInfo(9, "encoder/code", "Reshape", (7, 7, 1), (8,), code=True),
    LayerInfo(10, "decoder/x_hat", "Dense", (28, 28, 1), (9,)),
)


def labels(net):
    return {i.number: (str(i.number), "word", "28×28×1") for i in net}


@pytest.fixture
def placed():
    found = layout.place(NET, labels(NET))
    return {box.layer.number: box for box in found.boxes}, found


def test_volumes_are_to_scale(placed):
    boxes, _ = placed
    assert boxes[1].height == 2 * boxes[2].height == 4 * boxes[9].height
    assert boxes[1].dx == 2 * boxes[2].dx
    assert boxes[2].width == pytest.approx(32 * layout.CHANNEL)
    assert boxes[5].height == pytest.approx(layout.SIDE)  # as many values as the image
    assert boxes[6].height == pytest.approx(layout.SIDE * 49 / 784)


def test_no_two_layers_overlap_and_order_runs_to_the_right(placed):
    boxes, found = placed
    for a in boxes.values():
        assert 0 <= a.x and a.right <= found.width
        for b in boxes.values():
            if a.layer.number < b.layer.number:
                beside = a.right <= b.x or b.right <= a.x
                below = a.y + a.height / 2 < b.top or b.y + b.height / 2 < a.top
                assert beside or below, (a.layer.path, b.layer.path)
    for i in NET:
        assert all(boxes[n].right <= boxes[i.number].x for n in i.inputs)


def test_a_skip_runs_above_what_it_skips(placed):
    boxes, found = placed
    (skip,) = [line for line in found.lines if line.skips]
    assert min(y for _, y in skip.points) < min(boxes[3].over, boxes[4].over)
    assert len(found.lines) == sum(len(i.inputs) for i in NET)


def test_the_svg_is_well_formed_and_says_what_it_shows():
    text = architecture.svg(NET, "A <network>", chosen=3)
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert "A <network>" in root.find(f"{SVG}title").text
    described = root.find(f"{SVG}desc").text
    assert "2: conv 4×4 ÷2 14×14×32" in described and "9: folded 7×7×1" in described
    groups = [g for g in root.iter(f"{SVG}g") if g.get("data-layer")]
    assert [g.get("data-layer") for g in groups] == [str(i.number) for i in NET]
    by_number = {g.get("data-layer"): g for g in groups}
    assert "chosen" in by_number["3"].get("class") and "code" in by_number["9"].get("class")
    assert "1,568 bits" in "".join(by_number["9"].itertext())
    assert "level" in "".join(by_number["3"].itertext())


def test_colours_are_the_pages_unless_the_file_stands_alone():
    assert "<style" not in architecture.svg(NET, "x") and "#" not in architecture.svg(NET, "x")
    alone = architecture.svg(NET, "x", standalone=True)
    assert "prefers-color-scheme: dark" in alone and ET.fromstring(alone.encode()) is not None


def test_words_and_numbers_can_be_of_another_language():
    words = architecture.WORDS | {"code": "código", "bits": "{n} bits", "Conv2D": "convolução"}
    text = architecture.svg(NET, "x", words, number=lambda n: f"{n:,}".replace(",", "."))
    assert "código" in text and "1.568 bits" in text and "convolução 4×4" in text
    assert "ganz" in architecture.svg(NET, "x", note="ganze Zahlen")
