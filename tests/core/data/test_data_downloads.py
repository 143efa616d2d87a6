"""Downloads from a server on this machine: whole, cut, altered, cancelled, refused."""

import hashlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from ae_core import data as sets
from ae_core.data import downloads, official
from ae_core.errors import Cancelled, DataError, UserError

IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture
def server(folders, monkeypatch):
    """A server with small files whose checksums pass for the official ones.

    `fault[file]` is "cut", "cut-quietly" (no length given), "altered", "slow" or "404".
    """
    content = {}
    for number, name in enumerate(official.OFFICIAL):
        content[name] = bytes([number]) * (300_000 + number)
        kind = official.OFFICIAL[name][0]
        if kind == "git":
            seen = hashlib.sha1(b"blob %d\0" % len(content[name]) + content[name])
        else:
            seen = hashlib.new(kind, content[name])
        monkeypatch.setitem(official.OFFICIAL, name, (kind, seen.hexdigest()))
    fault, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            asked.append(name)
            body, wrong = content.get(name), fault.get(name)
            if body is None or wrong == "404":
                self.send_error(404)
                return
            if wrong == "altered":
                body = body[:-1] + b"!"
            self.send_response(200)
            if wrong != "cut-quietly":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:150_000] if wrong in ("cut", "cut-quietly") else body)

        def log_message(self, *_):
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, args=(0.02,))
    thread.start()
    yield SimpleNamespace(
        url=f"http://127.0.0.1:{web.server_port}/some/where",
        content=content,
        fault=fault,
        asked=asked,
        folder=folders / "data",
    )
    web.shutdown()
    web.server_close()
    thread.join()


def kept(server, name="notmnist"):
    return sorted(
        path.relative_to(server.folder / name).as_posix()
        for path in (server.folder / name).rglob("*")
        if path.name != ".download.lock"
    )


def test_whole(server):
    calls = []
    downloads.download("notmnist", lambda *call: calls.append(call), base_url=server.url)
    assert kept(server) == sorted(downloads.FILES["notmnist"])
    for name in downloads.FILES["notmnist"]:
        assert (server.folder / "notmnist" / name).read_bytes() == server.content[name]
        mine = [(done, total) for done, total, file in calls if file == name]
        total = len(server.content[name])
        assert mine[-1] == (total, total) and len(mine) > 3
        assert all(0 < done <= total for done, total in mine) and mine == sorted(mine)
        assert mine[1][0] == 2 * mine[0][0]  # counted from nothing, in blocks of one size
    downloads.download("notmnist", base_url=server.url)
    assert len(server.asked) == 4, "what is there already is not fetched again"


def test_a_bar_that_is_set_back_counts_from_nothing():
    calls = []
    bar = downloads._Hook("file", lambda *call: calls.append(call), None)
    bar.total = 9
    bar.update(7)
    bar.reset()
    bar.update(8)
    assert calls == [(7, 9, "file"), (8, 9, "file")]


def test_a_bar_without_an_end_keeps_what_it_has_counted():
    calls = []
    bar = downloads._Hook("file", lambda *call: calls.append(call), None)
    bar.update(7)
    bar.reset()
    bar.update(0)  # pooch adds a total that the server did not say
    assert calls == [(7, 0, "file"), (7, 0, "file")]


def test_extra_only_on_request(server):
    downloads.download("svhn", base_url=server.url)
    assert kept(server, "svhn") == ["test_32x32.mat", "train_32x32.mat"]
    downloads.download("svhn", extra=True, base_url=server.url)
    assert kept(server, "svhn") == ["extra_32x32.mat", "test_32x32.mat", "train_32x32.mat"]
    assert len(server.asked) == 3


def test_a_sets_name_with_extra_behind_it_asks_for_the_extra_images(server):
    downloads.download("svhn-extra", base_url=server.url)
    assert kept(server, "svhn") == ["extra_32x32.mat", "test_32x32.mat", "train_32x32.mat"]


@pytest.mark.parametrize("wrong", ["cut", "cut-quietly", "altered", "404"])
@pytest.mark.parametrize("name", [IMAGES, "train-labels-idx1-ubyte.gz"])
def test_not_kept(server, wrong, name):
    server.fault[name] = wrong
    with pytest.raises(DataError) as caught:
        downloads.download("notmnist", base_url=server.url)
    sentence = str(caught.value)
    assert name in sentence and "\n" not in sentence
    word = {"cut": "cut", "cut-quietly": "cut or altered", "altered": "altered", "404": "404"}[wrong]
    assert word in sentence
    assert "again" in sentence
    before = downloads.FILES["notmnist"].index(name)
    assert kept(server) == sorted(downloads.FILES["notmnist"][:before])
    server.fault.clear()
    downloads.download("notmnist", base_url=server.url)
    assert kept(server) == sorted(downloads.FILES["notmnist"])


def test_cancel_in_the_middle(server, monkeypatch):
    monkeypatch.setitem(downloads.SOURCES, "notmnist", server.url)
    calls = []
    with pytest.raises(Cancelled):
        sets.download("notmnist", lambda *call: calls.append(call), lambda: len(calls) >= 2)
    assert len(calls) == 2 and calls[-1][0] < calls[-1][1]
    assert kept(server) == []


def test_remains_of_a_killed_download_are_cleared(server):
    partial = server.folder / "notmnist" / ".partial"
    partial.mkdir(parents=True)
    (partial / "tmpabc").write_bytes(b"half")
    downloads.download("notmnist", base_url=server.url)
    assert kept(server) == sorted(downloads.FILES["notmnist"])


def test_two_at_a_time_are_refused(server):
    sentences = []

    def again(*_):
        if not sentences:
            with pytest.raises(DataError) as caught:
                downloads.download("notmnist", base_url=server.url)
            sentences.append(str(caught.value))

    downloads.download("notmnist", again, base_url=server.url)
    assert "is running" in sentences[0]


def test_unwritable_folder(server):
    server.folder.mkdir()
    server.folder.chmod(0o555)
    try:
        with pytest.raises(DataError, match="written to.*AE_DATA_DIR"):
            downloads.download("notmnist", base_url=server.url)
        assert server.asked == [] and list(server.folder.iterdir()) == []
    finally:
        server.folder.chmod(0o755)


def test_a_file_in_the_folders_place(server):
    server.folder.mkdir()
    (server.folder / "notmnist").write_bytes(b"")
    with pytest.raises(DataError, match="written to"):
        downloads.download("notmnist", base_url=server.url)


def test_no_network(folders):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DataError, match=f"{IMAGES} could not be downloaded.*network.*by hand"):
        downloads.download("notmnist", base_url=url)
    assert list((folders / "data" / "notmnist").glob("[!.]*")) == []


def test_own_copies_are_never_overwritten(server, notmnist):
    before = (notmnist / IMAGES).read_bytes()
    with pytest.raises(DataError, match=f"{IMAGES} is an own copy.*move it away"):
        downloads.download("notmnist", base_url=server.url)
    assert (notmnist / IMAGES).read_bytes() == before and server.asked == []


def test_a_cut_file_is_replaced(server, notmnist):
    for path in notmnist.iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    downloads.download("notmnist", base_url=server.url)
    assert (notmnist / IMAGES).read_bytes() == server.content[IMAGES]


@pytest.mark.parametrize("name", ["letters", "own-mine", "mnist", "", "notmnist+svhn"])
def test_what_cannot_be_downloaded(name, folders):
    with pytest.raises(UserError):
        sets.download(name)
    assert not (folders / "data").exists()


def test_only_svhn_has_extra_images(folders):
    with pytest.raises(UserError, match="extra"):
        sets.download("notmnist", extra=True)


def test_official_bytes_are_known_by_their_checksums(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"what is up, doc?")
    # the example of the Git book, chapter "Git Internals - Git Objects"
    assert official.checksum(path, "git") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    path.write_bytes(b"changed")
    assert official.checksum(path, "git") != "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


def test_the_published_addresses_and_digests_are_those_written_down():
    """One digest over all of them: a slip in one would refuse what everybody else can download."""
    offered = {info.name: info.download for info in sets.SETS.values() if info.download}
    assert {name: about.address for name, about in offered.items()} == {
        "notmnist": "https://raw.githubusercontent.com/davidflanagan/notMNIST-to-MNIST/master/",
        "svhn": "http://ufldl.stanford.edu/housenumbers/",
        "svhn-full": "http://ufldl.stanford.edu/housenumbers/",
    }
    known = [[n, about.address, {**about.files, **about.extra}] for n, about in offered.items()]
    assert hashlib.sha256(json.dumps(known).encode()).hexdigest() == (
        "ddb30c275b32be22f64dc73cc3086b24d65f1f6979bf7abf7f757d718db9ee02"
    )


def test_what_is_said_of_each_set():
    found = {s.name: (s.title, s.shape, s.kind) for s in (*sets.SETS.values(), sets.SVHN_EXTRA)}
    assert found == {
        "letters": ("Drawn letters", (28, 28, 1), "drawn"),
        "notmnist": ("notMNIST", (28, 28, 1), "download"),
        "numbers": ("Drawn house numbers", (32, 32, 3), "drawn"),
        "svhn": ("SVHN cropped digits", (32, 32, 3), "download"),
        "svhn-full": ("SVHN full numbers", (32, 32, 3), "download"),
        "photos": ("Photographs", (64, 64, 3), "folder"),
        "svhn-extra": ("SVHN cropped digits with the extra images", (32, 32, 3), "download"),
    }
    for about in sets.SETS.values():
        assert about.description[0].isupper() and about.description.endswith(".")
        assert "svhn" not in about.description  # as its makers write it
    assert list(sets.SETS) == ["letters", "notmnist", "numbers", "svhn", "svhn-full", "photos"]
    assert "Netzer" in sets.SVHN_EXTRA.citation and "non-commercial" in sets.SVHN_EXTRA.terms
