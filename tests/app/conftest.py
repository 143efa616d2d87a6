"""The dashboard through its entry point, on small real runs, without a browser."""

import hashlib
import importlib
import shutil
from pathlib import Path

import pytest
from app_support import APP


@pytest.fixture(autouse=True, scope="session")
def settings_of_the_dashboard():
    """Those beside ``app.py``, as ``streamlit run`` reads them; a test goes by Streamlit's own else.

    By these it would have Python look through all of TensorFlow for what can be thrown away, after
    every run of a page, and count what the page asked for.
    """
    from streamlit import config

    config._main_script_path = str(APP)
    config.get_config_options(force_reparse=True)
    config.set_option("client.showErrorDetails", "full")  # for who reads why a test failed
    assert config.get_option("runner.postScriptGC") is False


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


@pytest.fixture(autouse=True, scope="module")
def asking_as_before():
    """The app says who asks, for as long as its process lives: other tests have one of their own."""
    from ae_core.jobs import deeds, owners

    before = deeds.who, owners.asking
    yield
    deeds.who, owners.asking = before


@pytest.fixture(scope="session")
def files_read():
    """What was read of whole files, by what tells one from another but for the folder of its test."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def files_of_one_copy(files_read):
    """What a file of the small runs holds is the same in each test's copy of them: read once."""
    reading = importlib.import_module("ae_core.files.reading.kept")
    real = reading._read

    def once(read, path, *stand):
        if path.is_dir():  # whose time is not that of what is in it
            return real(read, path, *stand)
        key = (read, *path.parts[-3:], *stand)
        if key not in files_read:
            value, fault = real(read, path, *stand)
            if fault is not None:  # which may name the folder
                return value, fault
            files_read[key] = value
        return files_read[key], None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_read", once)
        yield


@pytest.fixture(scope="session")
def loaded_networks():
    """The networks that pages have loaded, by the content of their files."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def networks_of_one_content(loaded_networks):
    """A file of the same bytes is the same network, wherever it lies: loaded and compiled once.

    Each test has its own copy of the small runs, and no page writes into a network that it loads.
    """
    from ae_core import networks

    load = networks.load

    def once(path):
        if not Path(path).is_file():
            return load(path)
        content = hashlib.sha256(Path(path).read_bytes()).digest()
        if content not in loaded_networks:
            loaded_networks[content] = load(path)
        return loaded_networks[content]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "load", once)
        yield


@pytest.fixture(autouse=True, scope="module")
def trials_of_devices():
    """What a device can do is tried by a process of its own, which loads TensorFlow and XLA."""
    from ae_core.machine import abilities

    can = abilities.Abilities(xla=True, bfloat16=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abilities, "of", lambda device: can)
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
        at = AppTest.from_file(APP, default_timeout=240)
        at.context = {"locale": locale}
        if page:  # as its address does; by the menu: test_the_menu_leads_to_every_page
            at._page_hash = calc_hash(Path(page).parent.name)
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return start
