"""The dashboard in a real browser, on small real runs, with every foreign request refused.

Every page that a test opens is watched: a console error, an exception box, a failed request or one to
another host fails the test, and so does a traceback or a deprecation in the server's log.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import hostile
import pytest
from browser_support import ROOT, TOKEN, settle

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
PATIENCE = 120_000  # ms; loading TensorFlow on two busy cores takes long
# Each loads TensorFlow once more, beside the first server: what needs one is among the long tests.
FURTHER_SERVERS = {"elastic_server", "shipped_server", "hostile_server", "class_server"}

# Streamlit clears a session that is left while its script ends, which then stumbles; nobody is there.
_CLOSED_MEANWHILE = re.compile(
    r"Exception in thread ScriptRunner\.scriptThread:\nTraceback \(most recent call last\):\n"
    r"(  .*\n)+?  .*in _reset_triggers\n(  .*\n)+RuntimeError: dictionary changed size .*"
)


@dataclass
class Server:
    url: str
    artifacts: Path
    log: Path


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if FURTHER_SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(browser, built, tmp_path_factory):
    yield from _serve(tmp_path_factory.mktemp("served"), built("trained"))


@pytest.fixture(scope="session")
def elastic_server(browser, built, tmp_path_factory):
    """The same with an elastic network beside the small runs."""
    yield from _serve(tmp_path_factory.mktemp("served-elastic"), built("elastic"))


@pytest.fixture(scope="session")
def shipped_server(browser, built, tmp_path_factory):
    """The shipped networks, a run and measurements of the visitor's own; no data downloaded."""
    folder = tmp_path_factory.mktemp("served-shipped")
    shipped = ROOT / "artifacts" / "pretrained"
    yield from _serve(folder, built("own"), shipped, AE_DATA_DIR=str(folder / "data"))


@pytest.fixture(scope="session")
def hostile_server(browser, built, tmp_path_factory):
    """Runs, a set, its classes and files, and a report, named by somebody who wants the page."""
    folder = tmp_path_factory.mktemp("served-hostile")
    shutil.copytree(built("trained"), folder / "made")
    hostile.write(folder / "made", folder / "data")
    yield from _serve(folder, folder / "made", AE_DATA_DIR=str(folder / "data"))


@pytest.fixture(scope="session")
def class_server(browser, built, tmp_path_factory):
    """A class: visitors who see what is their own, and a teacher's token."""
    settings = {"AE_CLASSROOM": "1", "AE_TEACHER_TOKEN": TOKEN}
    yield from _serve(tmp_path_factory.mktemp("served-class"), built("trained"), **settings)


def _serve(folder, runs, shipped=None, **more):
    artifacts = folder / "artifacts"
    shutil.copytree(runs, artifacts)
    if shipped is not None:
        (artifacts / "pretrained").symlink_to(shipped)
    found = Server(f"http://localhost:{_free_port()}", artifacts, folder / "server.log")
    with found.log.open("w") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                "dashboard/app.py",
                "--server.port",
                found.url.rsplit(":", 1)[1],
                "--server.headless",
                "true",
            ],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(artifacts) | more,
        )
    try:
        _wait_until_healthy(found, process)
        yield found
    finally:
        _stop_workers(artifacts)
        process.terminate()
        process.wait(timeout=60)
    _listen_to_server(found, 0)


@pytest.fixture(scope="session")
def tabs():
    """Tabs that no test uses now, by the server and the options that they were opened with."""
    return {}


@pytest.fixture
def visit(browser, tabs, server):
    """Open an address as a new, watched visitor: ``page = visit("/?code=49")``."""
    yield from _visits(browser, tabs, server)


@pytest.fixture
def visit_elastic(browser, tabs, elastic_server):
    """Like ``visit``, where an elastic network is."""
    yield from _visits(browser, tabs, elastic_server)


@pytest.fixture
def visit_shipped(browser, tabs, shipped_server):
    """Like ``visit``, where the shipped networks are."""
    yield from _visits(browser, tabs, shipped_server)


@pytest.fixture
def visit_hostile(browser, tabs, hostile_server):
    """Like ``visit``, where everything has a hostile name."""
    yield from _visits(browser, tabs, hostile_server)


@pytest.fixture
def visit_class(browser, tabs, class_server):
    """Like ``visit``, each a visitor of a class."""
    yield from _visits(browser, tabs, class_server)


def _visits(browser, tabs, server):
    used, troubles = [], []
    said_before = server.log.stat().st_size

    def open_page(path="/", **options):
        kind = server.url, repr(sorted(options.items()))
        kept = tabs.setdefault(kind, [])
        page = kept.pop() if kept else _new_tab(browser, server, options)
        used.append((kind, page))
        page.troubles = troubles  # also for a test that wants to name the step that led to them
        page.set_default_timeout(PATIENCE)
        page.goto(server.url + path)
        settle(page)
        return page

    yield open_page
    for _, page in used:
        if page.locator("[data-testid=stException]").count():
            troubles.append("an exception box is on the page")
    for kind, page in used:
        _leave(page, server)
        tabs[kind].append(page)
    assert not troubles
    _listen_to_server(server, said_before)


def _new_tab(browser, server, options):
    """Open a tab in a context of its own: no other shares its cookies, storage or cache."""
    options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | options
    context = browser.new_context(accept_downloads=True, base_url=server.url, **options)
    page = context.new_page()
    context.route(re.compile(r"^https?://(?!localhost[:/])"), lambda route: _refuse(route, page))
    page.on("console", lambda message: _listen(message, page.troubles))
    page.on("pageerror", lambda error: page.troubles.append(f"page error: {error}"))
    page.on("response", lambda answer: _look_at(answer, page.troubles))
    return page


def _leave(page, server):
    """End the visit, so that the next one is a new visitor's; the program's own files stay loaded.

    Compiling those anew for every test took most of its time.
    """
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.context.clear_cookies()
    page.mouse.move(0, 0)
    page.goto(f"{server.url}/_stcore/health")


def _listen_to_server(server, start):
    said = server.log.read_bytes()[start:].decode(errors="replace")
    said = _CLOSED_MEANWHILE.sub("", said)
    assert not re.search(r"deprecat", said, re.IGNORECASE), said
    assert "Traceback" not in said, said


def _look_at(answer, troubles):
    if answer.status >= 400 and not _own_search(answer.url):
        troubles.append(f"answer {answer.status}: {answer.url}")


def _own_search(url):
    """Below a page's own address Streamlit first looks for itself in the wrong place; it says so."""
    return re.search(r"/[a-z%0-9A-Z-]+/_stcore/(health|host-config)$", url) is not None


def _listen(message, troubles):
    own_search = "404" in message.text and _own_search(message.location.get("url", ""))
    if message.type == "error" and not own_search:
        troubles.append(f"console: {message.text} {message.location}")


def _refuse(route, page):
    page.troubles.append(f"foreign request: {route.request.url}")
    route.abort()


def _stop_workers(artifacts):
    """End the workers that a failed test left behind; they would outlive everything else."""
    import psutil

    for worker in psutil.process_iter(["cmdline", "environ"]):
        at_home = (worker.info["environ"] or {}).get("AE_ARTIFACTS_DIR") == str(artifacts)
        if at_home and "ae_core" in (worker.info["cmdline"] or []):
            worker.kill()


def _environment(artifacts):
    return os.environ | {"AE_ARTIFACTS_DIR": str(artifacts)}


def _free_port():
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


def _wait_until_healthy(server, process):
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            assert process.poll() is None, server.log.read_text()
        time.sleep(0.2)
    raise AssertionError(server.log.read_text())
