"""Photographs on Rate and quality: what our codec saves, what it costs and where it loses."""

import json

import pytest
from app_support import ROOT, texts

from ae_core.evaluation import photographs
from ae_core.runs import tables
from dashboard.app_pages.rate import chart, costs, curves
from dashboard.i18n import as_text

PAGE = str(ROOT / "dashboard" / "app_pages" / "rate" / "page.py")
COSTS = {
    "ours": (20, (900.0, 800.0), 60.0, 0),
    "WebP": (25, (90.0, 9.0), 20.0, -16.0),
    "AVIF 4:4:4": (30, (9000.0, 9.0), 90.0, 25.0),
}


def rows():
    for codec, (start, spent, memory, _) in COSTS.items():
        for k, setting in enumerate((10, 40, 70, 100)):
            yield {
                "codec": codec,
                "setting": setting,
                "accounting": "file",
                "bits_per_image": 1e5 * 2**k,
                "bpp": 2**k / 1.5,
                "ratio": 36 / 2**k,
                "psnr": start + 4.0 * k,
                "images": 8,
                "encode_ms": spent[0],
                "decode_ms": spent[1],
                "memory_mb": memory + k,
            }


def savings():
    for codec, (*_, percent) in COSTS.items():
        if percent:
            span = {"from_db": 26.0, "to_db": 36.0, "fewer_bits_everywhere": percent < 0}
            about = {"codec": "ours", "against": codec, "against_accounting": "file"}
            yield {**about, "percent": percent, **span}


@pytest.fixture
def table(empty):
    made = photographs.measured()
    made.folder.mkdir(parents=True)
    block = {"data": "Kodak24/3", "images": 8, "shape": [512, 768, 3]}
    tables.put(made, tables.RATE, block | {"rows": [*rows()], "bd_rate": [*savings()]})
    ((found,), problems) = tables.every([made], tables.RATE)
    assert not problems
    return found


def test_seconds_a_megapixel_and_memory_are_those_of_the_rows(table):
    found = photographs.costs(table.rows)
    assert found["ours"].encode == pytest.approx(0.9 / 0.15)
    assert found["WebP"].decode == pytest.approx(0.009 / 0.15)
    assert found["AVIF 4:4:4"].memory_mb == 93
    assert photographs.costs([row | {"memory_mb": None} for row in table.rows]) == {}


@pytest.mark.parametrize("name", ["memory_mb", "bpp", "encode_ms", "decode_ms"])
def test_rows_that_lack_what_a_cost_is_made_of_are_left_out(table, name):
    kept = [row | {"memory_mb": 7.0} for row in table.rows if row["codec"] == "ours"]
    without = [{key: row[key] for key in row if key != name} for row in table.rows]
    for rows in ([*kept, *without], [*kept, *(row | {name: None} for row in without)]):
        found = photographs.costs(rows)
        assert list(found) == ["ours"] and found["ours"].memory_mb == 7


def test_two_blocks_of_the_same_photographs_are_told_by_what_they_belong_to(table, app, monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)
    path = photographs.measured().folder / tables.RATE
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole | {"tests": 2 * whole["tests"]}))
    at = app(PAGE)
    assert not at.exception
    assert at.selectbox(key="rate_table").options[0].endswith(f"· {photographs.ID}")


def test_losses_are_said_in_one_sentence_and_gains_are_not(table):
    saved = {line["against"]: line for line in curves.savings(table, "file")}
    said = costs.lost(saved, photographs.costs(table.rows))
    assert f"25 % more bits than {as_text('AVIF 4:4:4')} at equal" in said
    assert "10 times the time of WebP" in said and "WebP at equal quality" not in said
    assert costs.lost({"WebP": saved["WebP"]}, {}) == ""


def test_the_chart_has_what_the_table_has(table):
    assert curves.counts(table) == ["file"] and curves.qualities(table) == ["psnr"]
    assert curves.codecs(table) == ["ours", "WebP", "AVIF 4:4:4"]
    assert chart.set_label(table) == "Kodak24, one in 3"
    drawn = chart.figure(table, "file", "bpp", "psnr", [])
    assert [trace.name for trace in drawn.data[:3]] == ["ours", "WebP", "AVIF 4:4:4"]
    assert drawn.data[2].line.color == chart.ink({"codec": "AVIF"}).theme


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_page_shows_them_without_pictures(table, app, monkeypatch, language):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "ready", lambda: True)
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    at = app(PAGE, locale=language)
    (chart_,) = at.get("plotly_chart")
    said = texts(at)
    assert not at.get("image")
    assert "see the images there" not in said and "ver as imagens nele" not in said
    assert "+25.0 %" in said or "+25,0 %" in said
    assert "93 MB" in said and "−16" in said
    assert ("not yet good enough" if language == "en" else "ainda não é bom") in said
