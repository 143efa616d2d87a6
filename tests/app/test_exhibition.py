"""An exhibition: visitors look and move sliders, and no button changes this machine."""

import os
import re

import numpy as np
import pytest
from app_support import APP, texts

from ae_core import runs
from ae_core.data.own import store
from dashboard.components import widgets

DEEDS = re.compile(
    r"train_(start|try)|sweep_(start|stop|resume)|job_(cancel|resume|delete)|data_(start|store|remove)"
    r"|fetch_|report_(make|delete)|devices_start|rate_(measure|delete)|compare_measure|lessons_(keep|remove)"
    r"|design_import|explore_train|latent_train|denoise_train"
)
PAGES = sorted(path.parent for path in (APP.parent / "app_pages").glob("*/page.py"))


def deeds(at):
    keys = [w.key or "" for w in (*at.button, *at.file_uploader)]
    return sorted(key for key in keys if DEEDS.match(key))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_offers_to_change_anything(page, artifacts, app, monkeypatch):
    monkeypatch.setenv("AE_EXHIBITION", "1")
    at = app(str(page / "page.py"))
    assert deeds(at) == []
    assert not [u.key for u in at.file_uploader if u.key != "explore_files"] or page.name == "lessons"


def test_without_it_they_are_there(artifacts, app):
    at = app(str(APP.parent / "app_pages" / "train" / "page.py"))
    assert "train_start" in deeds(at)


def test_devices_says_what_is_set(artifacts, app, monkeypatch):
    monkeypatch.setenv("AE_MOST_JOBS", "12")
    at = app(str(APP.parent / "app_pages" / "devices" / "page.py"))
    assert "AE_MOST_JOBS</th><td>12" in texts(at)
    assert "Damaged runs: 0" in "".join(x.value for x in at.text)


def test_a_page_that_was_open_before_starts_and_deletes_nothing(artifacts, app, monkeypatch):
    pages = APP.parent / "app_pages"
    x = np.random.default_rng(0).integers(0, 256, (24, 16, 16, 1), np.uint8)
    store.save("mine", "Mine", x, np.zeros(24), ["-"])
    before = {run.id for run in runs.list_runs()}
    train, data = (app(str(pages / name / "page.py")) for name in ("train", "data"))
    data.session_state["data_removing"] = "own-mine"
    data.session_state["data_name"] = "own-mine"
    data.run()
    monkeypatch.setenv("AE_EXHIBITION", "1")
    train.button(key="train_start").click().run()
    data.button(key="data_remove_yes").click().run()
    assert {run.id for run in runs.list_runs()} == before
    assert store.find("own-mine")
    assert deeds(train) == deeds(data) == []


def test_a_click_of_before_the_exhibition_does_nothing(monkeypatch):
    done = []
    click = widgets.allowed(done.append)
    click("before")
    monkeypatch.setenv("AE_EXHIBITION", "1")
    click("after")
    assert done == ["before"]


@pytest.mark.parametrize("page", ["explore", "train", "data"])
def test_a_setting_that_cannot_be_is_said_on_every_page(page, artifacts, app, monkeypatch):
    data_dir = os.environ["AE_DATA_DIR"]
    for variable, value, sound in (
        ("AE_MOST_JOBS", "some", "1"),
        ("AE_POLL_SECONDS", "x", "1"),
        ("AE_DATA_DIR", "a" * 300, data_dir),
        ("AE_ARTIFACTS_DIR", "a" * 300, str(artifacts)),
    ):
        monkeypatch.setenv(variable, value)
        at = app(str(APP.parent / "app_pages" / page / "page.py"))
        assert [e.value for e in at.error] and variable in at.error[0].value
        monkeypatch.setenv(variable, sound)
    assert not at.run().error


@pytest.mark.parametrize("page", ["data", "design", "explore", "lessons"])
def test_a_page_and_the_server_take_files_of_the_size_that_is_set(page, artifacts, app, monkeypatch):
    from streamlit import config

    path = str(APP.parent / "app_pages" / page / "page.py")
    app(path)
    assert config.get_option("server.maxUploadSize") == 201
    monkeypatch.setenv("AE_MOST_UPLOAD_MB", "3")
    at = app(path)
    assert config.get_option("server.maxUploadSize") == 4
    sizes = {uploader.proto.max_upload_size_mb for uploader in at.file_uploader}
    assert sizes == {1 if page == "lessons" else 3}


@pytest.mark.parametrize("page", ["data", "design"])
def test_without_a_limit_a_file_may_be_as_large_as_an_import_reads(page, artifacts, app, monkeypatch):
    monkeypatch.setenv("AE_MOST_UPLOAD_MB", "0")
    at = app(str(APP.parent / "app_pages" / page / "page.py"))
    assert not at.error
    assert {u.proto.max_upload_size_mb for u in at.file_uploader} == {2048}
