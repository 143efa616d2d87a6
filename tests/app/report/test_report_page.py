"""Report: what is asked for, how far it is, the files, and the list of reports made."""

import json
import time

import pytest
from app_support import ROOT, texts

REPORT = str(ROOT / "dashboard" / "app_pages" / "report" / "page.py")
PAGE = "<!doctype html><html lang='en'><title>t</title><p>the page itself</p></html>"


def made(state="finished", title="Mine", **status):
    """A report's folder as a worker would have left it."""
    from ae_core.report import Order, store

    report = store.create(Order(("situation-1-letters",), title=title))
    if state == "finished":
        report.page_path.write_text(PAGE)
        report.notebook_path.write_text("{}")
    report.update_status(state=state, **status)
    return report


def alive():
    from ae_core.jobs import states

    return states.myself() | {"heartbeat": time.time()}


def keys(at):
    return {button.key for button in at.button} | {b.key for b in at.get("download_button")}


def test_without_networks_it_says_what_to_do(empty, app):
    at = app(REPORT)
    assert "train one first" in texts(at) and "No report has been made yet" in texts(at)


def test_the_order_is_what_was_chosen(artifacts, app, monkeypatch):
    from ae_core.report import store, worker

    orders = []

    def start(order):
        orders.append(order)
        return store.create(order)

    monkeypatch.setattr(worker, "start", start)
    at = app(REPORT)
    assert at.segmented_control(key="report_language").value == "en"
    runs = at.multiselect(key="report_runs")
    assert runs.options[0] == "My own network"
    runs.set_value(["denoiser-letters", "situation-2-letters"])
    at.segmented_control(key="report_language").set_value("pt-BR")
    at.segmented_control(key="report_data").set_value("real")
    at.text_input(key="report_author").set_value("Ana -- Lima")
    at.text_input(key="report_title").set_value("Meu <b>").run()
    assert "notMNIST" in texts(at)  # it is not on this machine
    assert "--author 'Ana -- Lima'" in at.code[0].value and "--data real" in at.code[0].value
    at.button(key="report_make").click().run()
    assert not at.exception
    (order,) = orders
    assert order.runs == ("denoiser-letters", "situation-2-letters")
    assert (order.language, order.author, order.title) == ("pt-BR", "Ana -- Lima", "Meu <b>")
    assert order.data == "real" and not order.train
    assert at.query_params["report"] == store.list_reports()[0].id


def test_nothing_chosen_cannot_be_made(artifacts, app):
    at = app(REPORT)
    assert at.multiselect(key="report_runs").value
    at.multiselect(key="report_runs").set_value([]).run()
    assert at.button(key="report_make").disabled and "at least one network" in texts(at)


def test_progress_is_shown_with_what_is_left_and_can_be_cancelled(artifacts, app, monkeypatch):
    report = made(
        "running",
        fraction=0.4,
        doing="The data",
        eta_seconds=75.0,
        started=time.time() - 50,
        **alive(),
    )
    monkeypatch.setattr(type(report), "_enforce", lambda report, pid: None)
    at = app(REPORT)
    bar = at.get("progress")[0].proto
    assert bar.value == 40 and "The data" in bar.text
    assert "1:15" in texts(at)
    assert f"report_delete_{report.id}" not in keys(at)
    at.button(key="report_cancel").click().run()
    assert report.cancel_path.exists() and "report_cancel" not in keys(at)
    assert "Stopping" in at.get("progress")[0].proto.text


def test_what_is_being_done_is_text(artifacts, app, monkeypatch):
    made("running", fraction=0.4, doing="![a](http://foreign.invalid/1.png) :red[b] $x$", **alive())
    text = app(REPORT).get("progress")[0].proto.text
    assert r"!\[a\]" in text and r"\$x\$" in text and r":red\[" in text.replace("\u2060", "")


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 5])
def test_a_report_of_no_day_has_none(created, artifacts, app):
    report = made()
    order = json.loads((report.folder / "order.json").read_text())
    (report.folder / "order.json").write_text(json.dumps(order | {"created": created}))
    assert report.created() is None
    assert "the page itself" in app(REPORT).get("iframe")[0].proto.srcdoc


def test_a_page_that_is_no_text_is_shown_as_far_as_it_is(artifacts, app):
    made().page_path.write_bytes(b"\xff\xfethe rest")
    assert "the rest" in app(REPORT).get("iframe")[0].proto.srcdoc


def test_a_page_that_is_too_large_is_not_read(artifacts, app, monkeypatch):
    from dashboard.app_pages.report import panel

    monkeypatch.setattr(panel, "MOST", 10)
    made()
    at = app(REPORT)
    assert "larger than" in at.error[0].value and not at.get("iframe")


@pytest.mark.parametrize("moment", [2, 3, 4])
def test_a_report_that_is_deleted_meanwhile_breaks_nothing(moment, artifacts, app, monkeypatch):
    from ae_core.report import store

    report = made()
    real, looked = store.Report.state, []

    def state(self):
        found = real(self)
        looked.append(found)
        if len(looked) == moment:  # somebody deletes it after it was found to be finished
            report.page_path.unlink()
        return found

    monkeypatch.setattr(store.Report, "state", state)
    app(REPORT)  # which asserts that there is no exception
    assert not report.page_path.exists()


def test_a_finished_report_is_seen_and_taken_home(artifacts, app):
    made(title="Olá [world](x)")
    at = app(REPORT)
    files = {b.key: b.proto.label for b in at.get("download_button")}
    assert set(files) == {"report_get_page", "report_get_notebook"}
    assert "the page itself" in at.get("iframe")[0].proto.srcdoc
    assert r"Olá \[world\](x)" in texts(at)


def test_the_most_general_of_what_its_figures_say_stands_above_it(artifacts, app):
    from ae_core.report.store import OBSERVED

    report = made()
    at = app(REPORT)
    assert not at.exception  # one from before this was kept
    said = {"en": ["A *is* the best.", "More."], "pt-BR": ["A é a melhor.", "Mais."]}
    output = {"metadata": {"text/html": {OBSERVED: said}}}
    cells = [{"cell_type": "markdown"}, {"outputs": [{}, output]}]
    report.notebook_path.write_text(json.dumps({"cells": cells}))
    at.run()
    assert r"A \*is\* the best." in texts(at) and "More." not in texts(at)
    assert "A é a melhor." in texts(app(REPORT, lang="pt"))
    for broken in ("[", '{"cells": [1]}', '{"cells": [{"outputs": [{"metadata": 1}]}]}'):
        report.notebook_path.write_text(broken)
        assert not app(REPORT).exception


def test_the_files_have_names_that_can_be_read(artifacts):
    from dashboard.app_pages.report import panel

    report = made(title="Olá, Mundo: <1>")
    day = f"{report.created().astimezone():%Y-%m-%d}"
    assert panel._stem(report) == f"ola-mundo-1-_en_{day}"


@pytest.mark.parametrize(
    "status, words",
    [
        ({"state": "failed", "error": "The disk is full."}, "The disk is full."),
        ({"state": "running", "pid": 1, "pid_started": 5.0}, "ended unexpectedly"),
        ({"state": "cancelled"}, "nothing was written"),
    ],
)
def test_what_went_wrong_is_one_sentence(artifacts, app, status, words):
    made(**status)
    at = app(REPORT)
    assert words in texts(at) and "report_get_page" not in keys(at)


def test_damaged_reports_and_senseless_links_are_forgiven(artifacts, app):
    from ae_core.report import store

    report = made()
    (report.folder / "order.json").write_text("[")
    at = app(REPORT, report="../../runs", colour="red")
    assert len(at.error) == 1 and len(at.info) == 1 and report.id in texts(at).replace("\\", "")
    at.button(key=f"report_delete_{report.id}").click().run()
    assert not at.exception and "gone for good" in texts(at)  # asks a second time
    assert store.list_reports() == [report]
    report.remove()
    at.run()
    assert "Reports made" not in texts(at) and not at.exception


@pytest.mark.long
def test_a_report_from_its_order_to_its_files(artifacts, app):
    """Through a worker and its notebook, really; another visitor sees it, and cancels the next."""
    from ae_core import runs
    from ae_core.evaluation import evaluate
    from ae_core.report import store

    evaluate.evaluate(runs.get("situation-2-letters"), images=20)  # or the notebook measures all
    at = app(REPORT)
    at.multiselect(key="report_runs").set_value(["situation-2-letters"])
    at.text_input(key="report_author").set_value("Zoë").run()
    at.button(key="report_make").click().run()
    assert not at.error and not at.exception
    (report,) = store.list_reports()
    other = app(REPORT)
    assert other.get("progress") and other.query_params["report"] == report.id
    assert until(other, lambda: "report_get_page" in keys(other)), report.status()
    page = report.page_path.read_text(encoding="utf-8")
    assert "Zoë" in page and page in other.get("iframe")[0].proto.srcdoc
    assert json.loads(report.notebook_path.read_text())["nbformat"] == 4
    other.button(key="report_make").click().run()
    assert until(other, lambda: store.list_reports()[0].status().get("fraction", 0) > 0)
    other.button(key="report_cancel").click().run()
    assert until(other, lambda: "nothing was written" in texts(other))
    assert not store.list_reports()[0].page_path.exists()


def until(at, holds, seconds=240):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.5)
        at.run()
        assert not at.exception
    return False
