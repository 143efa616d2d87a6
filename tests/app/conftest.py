"""The dashboard through its entry point, on small real runs, without a browser."""

import shutil

import pytest
from app_support import APP


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder of small runs; do not write into it."""
    import tiny

    folder = tmp_path_factory.mktemp("trained") / "artifacts"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_ARTIFACTS_DIR", str(folder))
        tiny.build(folder)
    return folder


@pytest.fixture(scope="session")
def trained_elastic(trained, tmp_path_factory):
    """The small runs, an elastic network and a codec beside them; do not write into it."""
    import tiny

    folder = tmp_path_factory.mktemp("elastic") / "artifacts"
    shutil.copytree(trained, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_ARTIFACTS_DIR", str(folder))
        tiny.add_elastic(folder)
        tiny.add_codec(folder)
    return folder


@pytest.fixture
def elastic(trained_elastic, tmp_path, monkeypatch):
    """A copy of these, in use by the program, data sets missing but the drawn ones."""
    folder = tmp_path / "artifacts"
    shutil.copytree(trained_elastic, folder)
    _use(folder, tmp_path, monkeypatch)
    return folder


@pytest.fixture
def artifacts(trained, tmp_path, monkeypatch):
    """A copy of the small runs, in use by the program, data sets missing but the drawn ones."""
    folder = tmp_path / "artifacts"
    shutil.copytree(trained, folder)
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
def app():
    """Start the app at an address: ``app(data="letters", code="49")``."""
    from streamlit.testing.v1 import AppTest

    def start(page=None, locale="en-US", **address):
        at = AppTest.from_file(APP, default_timeout=90)
        at.context = {"locale": locale}
        if page:
            at.run()
            assert not at.exception
            at.switch_page(page)
            at.query_params.clear()  # as the menu does
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return start
