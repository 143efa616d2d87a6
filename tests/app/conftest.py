"""The dashboard through its entry point, on small real runs, without a browser."""

import shutil
from pathlib import Path

import pytest
from app_support import APP


@pytest.fixture(autouse=True, scope="session")
def components_of_packages():
    """What components the installed packages bring is the same for every visitor: none, found once.

    Each start of an app looks through all of them, which takes longer than most pages.
    """
    from streamlit.components.v2 import manifest_scanner

    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda *_, **__: found)
        yield


@pytest.fixture
def artifacts(built, tmp_path, monkeypatch):
    """A copy of the small runs, in use by the program, data sets missing but the drawn ones."""
    folder = tmp_path / "artifacts"
    shutil.copytree(built("trained"), folder)
    _use(folder, tmp_path, monkeypatch)
    return folder


@pytest.fixture
def elastic(built, tmp_path, monkeypatch):
    """A copy of them with an elastic network and a codec beside them."""
    folder = tmp_path / "artifacts"
    shutil.copytree(built("elastic"), folder)
    _use(folder, tmp_path, monkeypatch)
    return folder


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """No runs at all."""
    folder = tmp_path / "artifacts"
    _use(folder, tmp_path, monkeypatch)
    return folder


def _use(folder, tmp_path, monkeypatch):
    import streamlit as st

    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(folder))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "no-data"))
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def saved(monkeypatch):
    """What the buttons that save files offered last, by the file's name: a function gives it."""
    import streamlit as st

    offered, real = {}, st.download_button

    def listen(label, data, file_name=None, *rest, **options):
        offered[file_name] = data if callable(data) else lambda: data
        return real(label, data, file_name, *rest, **options)

    monkeypatch.setattr(st, "download_button", listen)
    return offered


@pytest.fixture
def app():
    """Start the app at an address: ``app(data="letters", code="49")``, ``app(PAGE, run="mine")``."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    def start(page=None, locale="en-US", **address):
        at = AppTest.from_file(APP, default_timeout=90)
        at.context = {"locale": locale}
        if page:  # as its address does; by the menu: test_the_menu_leads_to_every_page
            at._page_hash = calc_hash(Path(page).parent.name)
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return start
