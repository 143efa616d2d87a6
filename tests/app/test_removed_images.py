"""Links to a run, or to own images, after the images were removed: said so, on every page."""

import json

import pytest
from app_support import ROOT, texts

GONE = "own-cats"
PAGES = ("explore", "latent", "denoise", "report", "design", "data", "train")


@pytest.fixture(autouse=True)
def unloaded(monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)


@pytest.fixture
def run(artifacts):
    """The visitor's own run, as if it had learned images that were removed since."""
    (path,) = (artifacts / "runs").glob("*/config.json")
    info = json.loads(path.read_text())
    info["config"]["data"] = GONE
    path.write_text(json.dumps(info))
    return path.parent.name


def page(name):
    return str(ROOT / "dashboard" / "app_pages" / name / "page.py")


@pytest.mark.parametrize("where", PAGES)
def test_one_sentence_says_that_the_images_are_gone(where, run, app):
    at = app(page(where), run=run, data=GONE)
    (said,) = [i.value for i in at.info if "cats" in i.value]
    assert "not on this machine (any more)" in said or "no images called cats" in said
    assert "not understood" not in texts(at)


def test_in_portuguese_too(run, app):
    at = app(page("explore"), run=run, data=GONE, locale="pt-BR")
    (said,) = [i.value for i in at.info]
    assert said.startswith("As imagens de cats não estão (mais) nesta máquina")


@pytest.mark.parametrize("where", PAGES)
def test_a_link_to_the_images_alone_says_so_too(where, artifacts, app):
    at = app(page(where), data=GONE)
    said = [i.value for i in at.info if "cats" in i.value]
    assert said == ["There are no images called cats on this machine (any more)."]
    assert "not understood" not in texts(at)


def test_what_makes_no_sense_is_still_said_beside_it(run, app):
    at = app(page("explore"), run=run, data=GONE, code="many")
    assert [("code" in i.value, "cats" in i.value) for i in at.info] == [(False, True), (True, False)]
    at = app(page("explore"), data="own-../cats")
    assert ["not understood" in i.value and "data" in i.value for i in at.info] == [True]


def test_the_network_itself_is_drawn_for_that_takes_no_images(run, app):
    at = app(page("architecture"), run=run)
    assert not at.info and not at.error and at.query_params["run"] == run
    assert at.selectbox(key="architecture_run").value == run
    assert len(at.dataframe[0].value) > 4
    at = app(page("architecture"), run=run, layer="2")
    (error,) = at.error
    assert "cats" in error.value
