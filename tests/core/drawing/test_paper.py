"""Charts on paper: every point in its place, every curve named, the same file every time."""

import math
import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest

from ae_core.drawing import inks, paper
from ae_core.drawing.paper import Axis, Chart, Curve
from ae_core.report.wording import Words

SVG = "{http://www.w3.org/2000/svg}"


def chart(*curves, x=None, y=None, language="en", **more):
    x, y = x or Axis("bits & bytes", log=True), y or Axis("PSNR, dB")
    return Chart("Title <1>", curves, x, y, Words(language).short, **more)


TWO = (
    Curve("ours", [(1, 10.5), (10, 20), (100, 40)]),
    Curve("JPEG", [(2, 12), (200, 45)], inks.CODECS["JPEG"]),
)


def letters(text):
    return [element.text for element in ElementTree.fromstring(text).iter(f"{SVG}text")]


def path(text, colour):
    """Return the corners of the longest line of a colour, and the places of its marks."""
    root = ElementTree.fromstring(text)
    lines = [
        [tuple(map(float, pair)) for pair in re.findall(r"[ML] (\S+) (\S+)", e.attrib["d"])]
        for e in root.iter(f"{SVG}path")
        if f"stroke: {colour}" in e.attrib.get("style", "")
    ]
    marks = [
        (float(e.attrib["x"]), float(e.attrib["y"]))
        for e in root.iter(f"{SVG}use")
        if f"fill: {colour}" in e.attrib["style"]
    ]
    return lines[0], marks


def test_the_lines_hold_the_points_as_they_were_given():
    lines = paper.figure(chart(*TWO)).axes[0].lines
    for line, curve in zip(lines, TWO, strict=True):
        assert np.array_equal(line.get_xydata(), curve.points)


def test_points_stand_where_their_values_are_and_a_tick_at_its_number():
    text = paper.svg(chart(*TWO))
    line, marks = path(text, inks.OURS.colour)
    assert line == marks[: len(line)] and len(marks) == len(line) + 1  # and that of the legend
    (x0, y0), (x1, y1), (x2, y2) = line
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.01)  # equal factors, equal steps
    assert (y0 - y1) / 9.5 == pytest.approx((y1 - y2) / 20, abs=0.001) and y0 > y1 > y2
    places = {
        e.text: (float(e.attrib["x"]), float(e.attrib["y"]))
        for e in ElementTree.fromstring(text).iter(f"{SVG}text")
    }
    assert [places[n][0] for n in ("1", "100")] == pytest.approx([x0, x2], abs=0.1)
    low, high = places["20"][1], places["40"][1]
    assert low - high == pytest.approx(y1 - y2, abs=0.1)


def test_every_curve_is_named_beside_its_points_not_over_them():
    names = ["_ours $x^2$", "<b>", *(f"a codec of a long name {i}" for i in range(6))]
    curves = [Curve(n, [(1, i), (10, i + 1)], inks.OTHER) for i, n in enumerate(names)]
    drawn = paper.figure(chart(*curves, mark=(3, "chosen")))
    (legend,) = drawn.legends
    assert [text.get_text() for text in legend.get_texts()] == [*names, "chosen"]
    drawn.draw_without_rendering()
    box, axes = legend.get_window_extent(), drawn.axes[0].get_window_extent()
    assert box.y0 >= axes.y1 and 0 <= box.x0 and box.x1 <= drawn.bbox.x1
    assert {*names, "chosen"} <= set(letters(paper.svg(chart(*curves, mark=(3, "chosen")))))
    assert not paper.figure(chart(curves[0])).legends  # one curve needs no name


def test_letters_stay_letters_and_numbers_are_the_language_s():
    curve = Curve("a", [(0.5, 0.02), (2, 0.05), (2000, 0.9)])
    axes = {"y": Axis("loss", log=True)}
    english = letters(paper.svg(chart(curve, **axes)))
    portuguese = letters(paper.svg(chart(curve, **axes, language="pt-BR")))
    assert {"bits & bytes", "loss", "0.02", "0.05", "0.5", "1,000"} <= set(english)
    assert {"0,02", "0,05", "0,5", "1.000"} <= set(portuguese)
    assert len(portuguese) == len(english) and "0.05" not in portuguese


def test_what_has_no_place_is_left_out():
    gaps = chart(Curve("a", [(0, 1), (2, math.nan), (3, 3), (4, 4)]), Curve("b", []))
    (line,) = paper.figure(gaps).axes[0].lines
    assert line.get_xydata().tolist() == [[3, 3], [4, 4]]
    assert paper.inline(chart(Curve("a", []), Curve("b", [(0, 1)]))) == ""
    for one in (chart(Curve("a", [(5, 7)])), chart(Curve("a", [(5, 7)]), x=Axis(""))):
        text = paper.inline(one)
        assert text and not re.search(r"\b(nan|inf)\b", text)


def test_ticks_and_limits_of_ones_own_are_kept():
    x = Axis("values", log=True, ticks=[1, 4, 49, 196, 999], limits=(1, 200))
    drawn = paper.figure(chart(*TWO, x=x, y=Axis("y", limits=(0, 30))))
    (axes,) = drawn.axes
    assert axes.get_xlim() == (1, 200) and axes.get_ylim() == (0, 30)
    assert axes.get_xticks().tolist() == [1, 4, 49, 196]
    assert axes.lines[0].get_clip_on()  # what is outside of the view stays there


def test_an_arrow_begins_at_the_first_point_and_ends_at_the_last():
    curves = (*TWO, Curve("situations", [(100, 15), (25, 15)], arrow=True))
    curves += (Curve("situations", [(50, 30), (10, 30)], arrow=True),)
    drawn = paper.figure(chart(*curves))
    arrows = [(a.xyann, a.xy) for a in drawn.axes[0].texts]
    assert arrows == [((100, 15), (25, 15)), ((50, 30), (10, 30))]
    assert [t.get_text() for t in drawn.legends[0].get_texts()] == ["ours", "JPEG", "situations"]


def test_the_same_chart_is_the_same_file_whoever_draws_beside_it():
    charts = [
        chart(*TWO, mark=(10, f"epoch {n}"), language=language)
        for n in range(4)
        for language in ("en", "pt-BR")
    ]
    alone = [paper.svg(one) for one in charts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(paper.svg, charts)) == alone
    assert "<dc:date>" not in alone[0]


def test_a_persons_own_settings_neither_change_a_chart_nor_are_changed():
    import matplotlib

    usual = paper.svg(chart(*TWO))
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        assert paper.svg(chart(*TWO)) == usual
        assert dict(matplotlib.rcParams) == before


def test_charts_stand_beside_each_other_in_a_page():
    texts = [paper.inline(chart(*TWO)), paper.inline(chart(*TWO, mark=(10, "here")))]
    texts.append(paper.inline(chart(TWO[0])))
    ids = [re.findall(r'\bid="([^"]+)"', text) for text in texts]
    for text, own in zip(texts, ids, strict=True):
        root = ElementTree.fromstring(text)
        assert root.attrib["role"] == "img" and root.attrib["aria-label"] == "Title <1>"
        assert root.find(f"{SVG}title").text == "Title <1>"
        assert "<style" not in text and "<metadata" not in text and "<!--" not in text
        used = re.findall(r'href="#([^"]+)"', text)
        assert "url(" not in text and used and set(used) == set(own) and len(own) == len(set(own))
    every = [name for own in ids for name in own]
    assert len(every) == len(set(every))
