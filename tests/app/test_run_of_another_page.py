"""Links to a run that the page cannot show: one sentence says why, and where it is to be seen."""

import measured_files
import pytest
from app_support import ROOT, texts

from ae_core import runs

OWN, CODEC, RATE = "My own network", "Letters codec", "Rate and quality"


@pytest.fixture(autouse=True)
def unloaded(monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)


def said(app, where, **asked):
    """Return the notes at the top of a page, and the pages and runs that links beside them name."""
    at = app(str(ROOT / "dashboard" / "app_pages" / where / "page.py"), **asked)
    assert "not understood" not in texts(at) and "não foi entendida" not in texts(at)
    links = [link.proto for link in at.get("page_link") if "run=" in link.proto.query_string]
    return [note.value for note in at.info], [(to.page, to.query_string) for to in links]


@pytest.mark.parametrize("where", ["explore", "latent", "denoise", "data", "design"])
def test_a_rate_network_is_on_a_page_of_its_own(where, elastic, app):
    (note,), links = said(app, where, run="letters-codec")
    assert note == f"The network {CODEC} cannot be shown on this page; it is on the page {RATE}."
    assert links == [("rate", "run=letters-codec")]


def test_it_is_said_in_portuguese_too(elastic, app):
    assert said(app, "explore", run="letters-codec", locale="pt-BR")[0] == [
        f"A rede {CODEC} não pode ser mostrada nesta página; ela está na página Taxa e qualidade."
    ]


@pytest.mark.parametrize(
    ("where", "run", "to"),
    [("latent", "denoiser-letters", "denoise"), ("denoise", "situation-2-letters", "")],
)
def test_other_kinds_are_where_they_can_be_shown(where, run, to, artifacts, app):
    (note,), links = said(app, where, run=run)
    assert "cannot be shown on this page" in note and links == [(to, f"run={run}")]


def test_what_the_address_says_besides_can_forbid_it(artifacts, app):
    (own,) = [run.id for run in runs.list_runs() if not run.pretrained]
    for where, run, asked in (
        ("explore", own, {"data": "numbers"}),
        ("explore", own, {"code": "49"}),
        ("denoise", own, {"noise": "masking", "level": "30"}),
    ):
        notes, links = said(app, where, run=run, **asked)
        assert OWN in notes[0] and "does not go with" in notes[0] and not links, where


@pytest.mark.parametrize("where", ["explore", "latent", "denoise", "architecture", "compare"])
def test_a_training_without_a_network_is_on_train(where, artifacts, app):
    (own,) = [run for run in runs.list_runs() if not run.pretrained]
    own.model_path.unlink()
    (own.folder / "history.csv").unlink()
    named = {"runs": f"{own.id},situation-2-letters"} if where == "compare" else {"run": own.id}
    (note,), links = said(app, where, **named)
    assert OWN in note and "no finished network yet" in note
    assert links == [("train", f"run={own.id}")]


def test_rate_and_quality_says_what_is_not_measured(elastic, app):
    measured_files.rate_quality(runs.get("letters-codec").folder)
    (own,) = [run.id for run in runs.list_runs() if not run.pretrained]
    (note,), links = said(app, "rate", run=own)
    assert OWN in note and "not been measured for rate and quality" in note and not links
    (note,), links = said(app, "rate", run="denoiser-letters")
    assert "cannot be shown on this page" in note and links == [("denoise", "run=denoiser-letters")]
    assert said(app, "rate", run="letters-codec") == ([], [])


def test_a_damaged_run_is_said_to_be(artifacts, app):
    (own,) = [run for run in runs.list_runs() if not run.pretrained]
    (own.folder / "config.json").write_text("{")
    notes, links = said(app, "architecture", run=own.id)
    assert ["damaged" in note for note in notes] == [True] and not links


def test_a_run_that_is_not_there_is_as_before(artifacts, app):
    at = app(run="nobody")
    assert [("not understood" in note.value, "run" in note.value) for note in at.info] == [
        (True, True)
    ]
    at = app(str(ROOT / "dashboard" / "app_pages" / "compare" / "page.py"), runs="nobody")
    assert ["not understood" in note.value for note in at.info] == [True]
