"""The download that a page offers where a data set is missing."""

import http.server
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
                self.wfile.write(b"\0" * 2_000)
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
