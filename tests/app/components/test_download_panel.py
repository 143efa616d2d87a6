"""The download that a page offers where a data set is missing."""

import http.server
import json
import threading
import time

import pytest


@pytest.fixture
def source(monkeypatch):
    """Stand in for the official address; ``source(handler)`` serves on this machine."""
    from ae_core.data import downloads

    servers = []

    def serve(handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(downloads, "SOURCES", dict.fromkeys(downloads.SOURCES, address))

    yield serve
    for server in servers:
        server.shutdown()


class Slow(http.server.BaseHTTPRequestHandler):
    """A file that never ends within a test."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "10000000")
        self.end_headers()
        try:
            for _ in range(6000):  # minutes: it is cancelled long before
                self.wfile.write(b"\0" * 20_000)
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, *words):
        pass


class Endless(Slow):
    """The same, from a server that does not say how long it is."""

    def send_header(self, name, value):
        if name != "Content-Length":
            super().send_header(name, value)


class Gone(Slow):
    def do_GET(self):
        self.send_error(404)


def test_a_missing_set_offers_its_download_shows_progress_and_can_be_cancelled(
    artifacts, app, source, tmp_path
):
    source(Slow)
    at = app(data="notmnist")
    assert not at.exception
    at.button(key="fetch_notmnist").click().run()
    assert _until(at, lambda: at.get("progress") and "of 10.0 MB" in at.get("progress")[0].proto.text)
    at.button(key="fetch_cancel_notmnist").click().run()
    assert _until(at, lambda: _has(at, "fetch_notmnist"))
    assert not at.error[1:] and not at.exception
    assert not list((tmp_path / "no-data").rglob("*.gz"))


def test_who_began_a_download_and_who_ended_it_is_written_down_and_is_one(tmp_path, monkeypatch):
    from ae_core import data
    from ae_core.jobs import deeds, owners
    from ae_core.jobs.owners import Visitor
    from dashboard.components import download_panel

    def ask(*who):
        monkeypatch.setattr(owners, "asking", lambda: Visitor(*who) if who else None)

    ended = threading.Event()
    monkeypatch.setattr(deeds, "who", lambda: owners.asking().name)
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "sets"))
    monkeypatch.setattr(data, "download", lambda *_: ended.wait(60))
    fetches = {}
    monkeypatch.setattr(download_panel, "_fetches", lambda: fetches)
    ask("a" * 16, "Ana")
    download_panel.start("svhn")
    download_panel.start("svhn")  # is under way
    for who in (("b" * 16, "Ben"), ("c" * 16, "", False)):
        ask(*who)
        download_panel.cancel("svhn")
        assert not fetches["svhn"].cancelled.is_set()
    ask("e" * 16, "Eva", True)
    download_panel.cancel("svhn")
    download_panel.cancel("svhn")
    assert fetches["svhn"].cancelled.is_set()
    ended.set()
    lines = (tmp_path / deeds.LOG).read_text().splitlines()
    said = [(e["do"], e["what"], e["by"]) for e in map(json.loads, lines)]
    assert said == [("download", "sets/svhn", "Ana"), ("cancel", "sets/svhn", "Eva")]


def test_a_download_of_unknown_length_counts_what_has_come(artifacts, app, source):
    source(Endless)
    at = app(data="notmnist")
    at.button(key="fetch_notmnist").click().run()
    assert _until(at, lambda: at.get("progress") and "MB so far" in at.get("progress")[0].proto.text)
    at.button(key="fetch_cancel_notmnist").click().run()
    assert _until(at, lambda: _has(at, "fetch_notmnist"))


def test_a_failed_download_says_why_and_can_be_tried_again(artifacts, app, source):
    source(Gone)
    at = app(data="notmnist")
    at.button(key="fetch_notmnist").click().run()
    assert _until(at, lambda: any("404" in error.value for error in at.error))
    assert _has(at, "fetch_notmnist") and not at.exception


def _has(at, key: str) -> bool:
    return any(button.key == key for button in at.button)


def _until(at, holds, seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.3)
        at.run()
    return False
