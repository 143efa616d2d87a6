"""A report from beginning to end: the notebook runs, and the page holds what was measured."""

import base64
import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ae_core import report
from ae_core.errors import UserError
from ae_core.i18n import LANGUAGES
from ae_core.report import notebook, tables
from ae_core.report.pairs import pairs
from ae_core.report.store import Report
from ae_core.report.wording import Words, markdown

AUTHOR = "Ana <b>Lima</b> & *Filhos*"
LIMIT = 3 << 20


@dataclass(frozen=True)
class Built:
    """The folder of a report, its two files' contents, and the runs that it is about."""

    folder: Path
    notebook: dict
    page: str
    runs: list


class Reader(HTMLParser):
    """Collects elements with their attributes, and the text of the page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def built(tiny_runs, tmp_path_factory):
    """The report in Portuguese."""
    folder = tmp_path_factory.mktemp("out") / "deep" / "er"
    order = report.Order(tuple(run.id for run in tiny_runs), "pt-BR", AUTHOR, "Título $x$")
    said = []
    paths = report.build(order, folder, lambda share, words: said.append((share, words)))
    assert paths == (folder / "report.ipynb", folder / "report.html")
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[-1][0] == 1.0 and any("Small <i>code</i>" in words for _, words in said)
    page = paths[1].read_text(encoding="utf-8")
    return Built(folder, json.loads(paths[0].read_text(encoding="utf-8")), page, tiny_runs)


@pytest.fixture(scope="module")
def page(built):
    return Reader(built.page)


def cells(built, kind):
    return [cell for cell in built.notebook["cells"] if cell["cell_type"] == kind]


def test_every_cell_was_run_in_order_and_none_failed(built):
    code = cells(built, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    kinds = {output["output_type"] for cell in code for output in cell["outputs"]}
    assert kinds <= {"execute_result", "display_data"}
    assert sorted(path.name for path in built.folder.iterdir()) == ["report.html", "report.ipynb"]


def test_the_cells_are_short_and_name_no_folder_of_the_machine(built):
    for cell in cells(built, "code"):
        source = "".join(cell["source"])
        plain = "keras.Model(" in source or "def train(" in source  # a whole network stays whole
        assert plain or len(source.splitlines()) <= 12
        compile(source, "cell", "exec")
        assert str(built.runs[0].folder.parent) not in source


def test_the_page_has_its_language_its_author_and_its_title_as_words(built, page):
    assert page.all("html") == [{"lang": "pt-BR"}]
    assert AUTHOR in page.text and "Título $x$" in page.text
    assert "<b>Lima" not in built.page and "<i>code" not in built.page
    assert Words("pt-BR")("observations.title") in page.text


def test_the_page_opens_without_a_network(built, page):
    assert not page.all("script", "link", "iframe", "object", "embed")
    assert all(a["src"].startswith("data:image/png;base64,") for a in page.all("img"))
    assert "url(" not in built.page and "@import" not in built.page
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in page.all("a")]
    assert all(link[1:] in ids for link in links if link.startswith("#"))
    outside = [link for link in links if not link.startswith("#")]
    before = built.page.index('id="references"')
    assert outside and all(built.page.index(f'"{link}"') > before for link in outside)
    assert len(built.page.encode()) < LIMIT


def test_every_picture_is_described(page):
    images = page.all("img")
    assert images and all(a["alt"].strip() for a in images)
    drawings = [a for a in page.all("svg") if a.get("aria-hidden") != "true"]
    assert len(drawings) >= 2 * 3  # an architecture and two charts of each network
    for drawing in drawings:
        assert drawing["role"] == "img" and {"aria-label", "aria-labelledby"} & drawing.keys()


def test_long_drawings_are_cut_into_rows_for_paper(page):
    ids = {a["id"] for _, a in page.elements if "id" in a}
    shown = [a["href"][1:] for a in page.all("use") if "href" in a]
    marks = [a["xlink:href"][1:] for a in page.all("use") if "xlink:href" in a]  # of the charts
    assert marks and set(marks) <= ids
    assert len(shown) > len(set(shown)) > 0 and set(shown) <= ids


def test_the_figures_are_those_of_the_evaluation(built, page):
    from ae_core.evaluation import evaluate

    words = Words("pt-BR")
    for run in built.runs:
        result = run.evaluation() or evaluate.evaluate(run, write=False)
        test = result["tests"][0]
        wanted = [test["network"], *([test["pca"]] if test.get("pca") else [])]
        for figures in wanted:
            assert words.decibels(figures["psnr"]) in page.text
            assert words.number(figures["ssim"], 4) in page.text
        assert words.number(result["parameters"]) in page.text
        if result["code"]:
            assert f"{words.number(result['code']['stored_bits'])} bits" in page.text
    assert built.runs[-1].evaluation() is None  # a report changes no run


def test_the_grid_holds_the_very_pixels(built, page):
    from ae_core import data, networks
    from ae_core.images import noise
    from ae_core.images.noise import Noise

    clean, _, denoiser = built.runs
    x = data.load(clean.config.data).test.x[: notebook.PICTURES]
    x_noisy = noise.corrupt(x, Noise("gaussian", notebook.SHOWN_LEVEL), seed=notebook.SEED)
    x_hat = networks.load(denoiser.model_path).reconstruct(x_noisy, notebook.SHOWN_LEVEL)
    words = Words("pt-BR")
    for kind, wanted in (("original", x), ("noisy", x_noisy), ("reconstruction", x_hat)):
        begin = words("alt_picture", kind=words(f"row.{kind}"), n="")
        shown = [a["src"] for a in page.all("img") if a["alt"].startswith(begin)][-len(wanted) :]
        for source, image in zip(shown, wanted, strict=True):
            file = io.BytesIO(base64.b64decode(source.partition(",")[2]))
            assert np.array_equal(np.asarray(Image.open(file)), image[..., 0])


def test_a_network_has_its_title_and_what_it_is(built, page):
    words, headings = Words("pt-BR"), ["".join(c["source"]) for c in cells(built, "markdown")]
    titles = {run.id: tables.name(words, run) for run in built.runs}
    assert list(titles.values())[:2] == ["Small <i>code</i>", "Came with it"]
    assert list(titles.values())[2].startswith("waves, ")  # nobody gave it another
    for run in built.runs:
        heading = next(h for h in headings if markdown(titles[run.id]) in h)
        assert markdown(tables.kind(words, run)) in heading
        assert page.text.count(titles[run.id]) > 2  # its heading, figures and speed


def test_two_networks_of_one_title_are_told_apart_wherever_they_are_named(tiny_runs, monkeypatch):
    from ae_core.report import request

    monkeypatch.setattr(tables.naming, "given", lambda run, language: "Mine")
    order = report.Order(tuple(run.id for run in tiny_runs[:2]))
    found = notebook.cells(order, request.chosen(order), ".")
    show = report.Show("en")
    for run in tiny_runs[:2]:
        name = f"Mine ({run.id})"
        assert any(cell.source.startswith(f"### {markdown(name)}") for cell in found)
        (called,) = (cell.source for cell in found if f"show.call(run, {name!r})" in cell.source)
        assert f"runs.get({run.id!r})" in called
        show.call(run, name)
        for output in (show.architecture(run), show.history(run)):
            assert name in output.html
    results = {run.id: run.evaluation() for run in tiny_runs[:2]}
    for output in (show.sizes(results), show.observations(results), show.devices(results)):
        assert all(f"Mine ({run.id})" in output.html for run in tiny_runs[:2])


def test_what_the_figures_say_is_kept_beside_them_in_every_language(built):
    found = Report(built.folder)
    for language in LANGUAGES:
        said = found.observations(language)
        assert len(said) > 2
        lead = Words(language)("observe.extremes", data="waves", best="|", worst="|").split("|")[0]
        assert said[0].startswith(lead) and "Small <i>code</i>" in said[0]
        assert (said[0] in Reader(built.page).text) == (language == "pt-BR")
    assert found.observations("fr") == [] and Report(built.folder / "none").observations("en") == []


def test_an_own_training_stands_beside_the_shipped_one_of_its_task(built, page):
    words = Words("pt-BR")
    (table,) = re.findall(r"<table><caption>Antes e depois.*?</table>", built.page)
    assert "antes: Came with it" in table and "depois: Small" in table
    psnr = words.decibels(built.runs[0].evaluation()["tests"][0]["network"]["psnr"])
    assert table.count(psnr) == 2 and words("before_after.gain", gain="+0,00") in page.text
    for kind in ("before", "after"):
        begin = words("alt_picture", kind=words(f"row.{kind}"), n="")
        shown = [a["src"] for a in page.all("img") if a["alt"].startswith(begin)]
        alone = words("alt_picture", kind=words("row.reconstruction"), n="")
        clean = [a["src"] for a in page.all("img") if a["alt"].startswith(alone)]
        assert shown == clean[: len(shown)] and len(shown) == notebook.PICTURES


def test_pairs_are_of_one_task(built):
    clean, shipped, denoiser = built.runs
    there = [(run, "own-waves") for run in built.runs]
    assert [(p.before.id, p.after.id) for p in pairs(there)] == [(shipped.id, clean.id)]
    assert pairs([(shipped, "own-waves"), (denoiser, "own-waves")]) == []


@pytest.mark.long
def test_the_notebook_runs_again_elsewhere_with_a_number_changed_and_the_same_figures(
    built, tmp_path
):
    import nbformat
    from nbclient import NotebookClient

    found = nbformat.read(built.folder / "report.ipynb", as_version=4)
    before = shown(found)
    first = next(cell for cell in found.cells if cell.cell_type == "code")
    root = str(Path(notebook.__file__).parents[2])
    first.source = re.sub(r"insert\(0, '[^']*'\)", f"insert(0, {root!r})", first.source)
    first.source = first.source.replace(f"COUNT = 0, {notebook.PICTURES}", "COUNT = 0, 3")
    assert root in first.source and "COUNT = 0, 3" in first.source
    for cell in found.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(found, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    after = shown(found)
    tables = tables_of(before)
    assert len(tables) >= 2 * len(built.runs) + 2  # layers and figures of each, data, sizes ...
    assert tables == tables_of(after)
    for text, again in zip(before, after, strict=True):
        if "class='ae-row'" in text:  # the grids: the first three images of eight
            rows = text.count("class='ae-row'")
            assert text.count("<img") == rows * notebook.PICTURES
            assert again.count("<img") == rows * 3
            assert again.partition("</figure>")[0] == text.partition("</figure>")[0]


def tables_of(texts):
    return re.findall(r"<table.*?</table>", "".join(texts), re.DOTALL)


def shown(found):
    """The HTML of every code cell's output, in order."""
    return [
        "".join(output.data["text/html"] for output in cell.outputs if "data" in output)
        for cell in found.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.long
def test_the_notebook_trains_when_it_is_asked_to(tiny_runs, tmp_path):
    from ae_core import runs
    from ae_core.evaluation import evaluate

    before = {run.id for run in runs.list_runs()}
    order = report.Order((tiny_runs[0].id,), train=True, epochs=2)
    _, path = report.build(order, tmp_path)
    (new,) = [run for run in runs.list_runs() if run.id not in before]
    assert new.epochs_done() == 2 and new.config.code == tiny_runs[0].config.code
    test = evaluate.evaluate(new, write=False)["tests"][0]
    text = Reader(path.read_text(encoding="utf-8")).text
    assert Words("en").decibels(test["network"]["psnr"]) in text and new.id in text
    new.remove()


def test_a_cell_that_fails_is_one_sentence_and_leaves_the_old_report(built, monkeypatch):
    failing = [notebook.Cell("1 / 0", code=True)]
    monkeypatch.setattr(notebook, "cells", lambda *_: failing)
    with pytest.raises(UserError, match="^A cell of the report failed: ZeroDivisionError"):
        report.build(report.Order((built.runs[0].id,)), built.folder)
    assert (built.folder / "report.html").read_text(encoding="utf-8") == built.page


def test_missing_packages_are_named(built, monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "nbformat", None)
    with pytest.raises(UserError, match="nbclient"):
        report.build(report.Order((built.runs[0].id,)), tmp_path)


def test_the_command_line(tiny_runs, tmp_path, capsys):
    from ae_core.cli import main

    assert main(["report", "no-such-run", "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"error: There is no run 'no-such-run'.*\n", said)
    assert main(["report", tiny_runs[0].id, "--data", "letters", "-o", str(tmp_path / "out")]) == 2
    assert "28×28" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
