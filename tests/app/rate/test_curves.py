"""What the page asks of a table of rates: pure functions on tables made of formulas."""

import csv
import io
import re
import tomllib
from xml.etree import ElementTree

import measured_files
import pytest
from app_support import ROOT

from ae_core.drawing import paper
from ae_core.runs import tables
from dashboard import i18n
from dashboard.app_pages.rate import chart, curves, sections, view
from dashboard.app_pages.rate import paper as rate_paper
from dashboard.components import theme as look


@pytest.fixture
def table(tmp_path):
    block = measured_files.rate_quality(tmp_path)["tests"][0]
    about = {k: v for k, v in block.items() if k != "rows"}
    return tables.Table("codec", block["data"], tuple(block["rows"]), about)


def test_a_curve_is_counted_as_asked_or_as_it_can_be(table):
    for count in curves.COUNTS:
        assert {r["accounting"] for r in curves.curve(table, "AVIF", count)} == {count}
        assert {r["accounting"] for r in curves.curve(table, "ours", count)} == {"archive"}
    bits = [row["bits_per_image"] for row in curves.curve(table, "WebP", "file")]
    assert bits == sorted(bits) and len(bits) == len(measured_files.SETTINGS["WebP"])


def test_ours_comes_first_and_networks_of_one_code_size_are_points(table):
    assert curves.codecs(table)[0] == "ours"
    alone = curves.points(table)
    assert list(alone) == [f"letters-situation-{k}" for k in (1, 2, 3, 4)]
    for rows, values in zip(alone.values(), (196, 49, 4, 1), strict=True):
        assert [row["accounting"] for row in rows] == ["nominal", "stored"]
        assert rows[0]["bits_per_image"] == 32 * values
        assert chart.group(rows[0]) == "situations" and chart.group({"own": True}) == "own"
    assert not alone.keys() & curves.by_codec(table, "file").keys()


@pytest.mark.parametrize("count", curves.COUNTS)
@pytest.mark.parametrize("x", curves.AXES)
def test_the_view_holds_the_points_of_every_rival_that_the_headline_speaks_of(table, count, x):
    left, right, low, high = chart.frame(table, count, x, "psnr")
    rivals = [line["against"] for line in curves.savings(table, count)]
    assert len(rivals) == 4 and "AVIF" in rivals
    for codec in ["ours", *rivals]:
        for row in curves.curve(table, codec, count):
            assert left < row[curves.AXES[x]] < right and low < row["psnr"] < high, codec


@pytest.mark.parametrize("limit", [5, 30, 100, 1000])
def test_best_within_bytes_is_the_best_of_all_that_fit(table, limit):
    for count, found in curves.best(table, "bytes", limit):
        fit = [r for r in table.rows if r["accounting"] == count and r["bits_per_image"] <= 8 * limit]
        assert (found is None) == (not fit)
        if found is not None:
            assert found in fit and found["psnr"] == max(row["psnr"] for row in fit)


def test_best_for_a_quality_is_the_smallest_that_reaches_it(table):
    answers = dict(curves.best(table, "db", 30))
    assert next(iter(answers)) == "archive"
    for count, found in answers.items():
        fit = [r for r in table.rows if r["accounting"] == count and r["psnr"] >= 30]
        assert found["bits_per_image"] == min(row["bits_per_image"] for row in fit)
    assert dict(curves.best(table, "db", 99)) == dict.fromkeys(answers)


def test_savings_are_those_of_the_accounting_without_empty_ones(table):
    found = [(li["against"], li["percent"]) for li in curves.savings(table, "mosaic")]
    assert found == [("PCA", 12.0), ("AVIF", -31.0), ("WebP", -42.0), ("JPEG", -55.0)]


def test_nearest_rate_is_by_ratio(table):
    rows = [{"bits_per_image": 100.0}, {"bits_per_image": 400.0}]
    assert curves.nearest(rows, "bits_per_image", 210)["bits_per_image"] == 400
    assert curves.nearest(rows, "bits_per_image", 190)["bits_per_image"] == 100
    assert curves.nearest([], "bits_per_image", 1) is None


def test_csv_holds_every_row_and_number(table):
    read = list(csv.DictReader(io.StringIO(curves.as_csv(table))))
    assert len(read) == len(table.rows)
    assert [float(r["psnr"]) for r in read] == [row["psnr"] for row in table.rows]


def test_a_click_chooses_a_peer_and_one_on_our_curve_moves_it_to_that_rate(table, monkeypatch):
    monkeypatch.setattr(sections.st, "session_state", {"rate_codec": "WebP"})
    assert sections.click(table, ["JPEG", "file", 35], "file") == ("JPEG", 35)
    own = curves.curve(table, "ours", "archive")[5]
    codec, setting = sections.click(table, ["ours", "archive", own["setting"]], "mosaic")
    near = {r["setting"]: r["bits_per_image"] for r in curves.curve(table, "WebP", "mosaic")}
    distance = {
        s: max(b, own["bits_per_image"]) / min(b, own["bits_per_image"]) for s, b in near.items()
    }
    assert codec == "WebP" and distance[setting] == min(distance.values())
    assert sections.click(table, ["nothing", "file", 1], "file") is None


@pytest.mark.parametrize("x", curves.AXES)
@pytest.mark.parametrize("y", curves.QUALITIES)
def test_the_drawing_holds_every_curve_and_arrow_in_the_view_of_the_page(table, x, y, monkeypatch):
    monkeypatch.setattr(i18n, "language", lambda: "en")
    monkeypatch.setattr(rate_paper, "language", lambda: "en")
    drawn = paper.figure(rate_paper.drawing(table, "mosaic", x, y))
    (axes,), (legend,) = drawn.axes, drawn.legends
    by_codec = curves.by_codec(table, "mosaic")
    arrows = curves.points(table)
    lines = axes.lines[: len(by_codec)]
    for line, (codec, rows) in zip(lines, by_codec.items(), strict=True):
        wanted = [(row[curves.AXES[x]], row[y]) for row in rows]
        assert line.get_xydata().tolist() == [list(point) for point in wanted], codec
        assert line.get_color() == look.ink(codec).paper
    names = [text.get_text() for text in legend.get_texts()]
    assert names == [*map(chart.label, by_codec), i18n.t("rate.points_situations")]
    assert len(axes.texts) == len(arrows)
    view_of_page = chart.frame(table, "mosaic", x, y)
    assert (*axes.get_xlim(), *axes.get_ylim()) == pytest.approx(view_of_page)
    assert axes.get_xlabel() == i18n.t(f"rate.axis_{x}")


def test_the_drawing_is_made_outside_of_the_visitors_session_in_their_language(table, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    files = {}
    for language in ("en", "pt-BR"):
        with monkeypatch.context() as patch:
            patch.setattr(i18n, "language", lambda language=language: language)
            patch.setattr(rate_paper, "language", i18n.language)
            files[language] = rate_paper.file(table, "mosaic", "bits", "ssim")
    with ThreadPoolExecutor(2) as threads:  # as the server calls them
        drawn = {language: threads.submit(file).result() for language, file in files.items()}
    texts = {
        language: [node.text for node in ElementTree.fromstring(file).iter() if "text" in node.tag]
        for language, file in drawn.items()
    }
    assert "bits per image" in texts["en"] and "bits por imagem" in texts["pt-BR"]
    assert any("." in (text or "") for text in texts["en"] if text and text[0].isdigit())
    assert all("," in text for text in texts["pt-BR"] if re.fullmatch(r"0.\d+", text or ""))


def test_the_view_goes_through_its_address(table):
    wanted = view.View(table.key, "no container", "ratio", "ssim", "JPEG", 25.0, "db", 50, 34)
    assert view.from_address(wanted.address(table), [table]) == (wanted, [])


def test_colours_are_the_theme_s_and_no_two_curves_look_alike():
    from streamlit.elements.lib import streamlit_plotly_theme as marks

    theme = tomllib.loads((ROOT / "dashboard/.streamlit/config.toml").read_text())["theme"]
    drawn = {
        getattr(marks, f"{kind}_{k}"): (theme["light"][name][k], theme["dark"][name][k])
        for kind, name in (
            ("CATEGORY", "chartCategoricalColors"),
            ("SEQUENTIAL", "chartSequentialColors"),
        )
        for k in range(10)
    }
    for inks in (look.CODECS, look.DENOISERS):
        assert all(drawn[ink.theme] == (ink.paper, ink.night) for ink in inks.values())
        assert len({ink.theme for ink in inks.values()}) == len(inks)
        assert len({(ink.dash, ink.symbol) for ink in inks.values()}) == len(inks)
    assert chart._TEXT == marks.GRAY_90
    assert all(re.fullmatch("#[0-9a-f]{6}", ink.paper) for ink in look.CODECS.values())
