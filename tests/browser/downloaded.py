"""Files that the browser was given: each is read as what its name says it is."""

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image


def check(name, path):
    """Read a file whole; fail unless it is what ``name`` says and holds something."""
    content = Path(path).read_bytes()
    assert content, f"{name} is empty"
    ending = Path(name).suffix.lower()
    assert ending in _KINDS, f"{name}: no check for such a file"
    _KINDS[ending](content)


def _picture(content, kind):
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == kind
        picture.load()
        return getattr(picture, "n_frames", 1)


def _moving(kind):
    def read(content):
        assert _picture(content, kind) > 1

    return read


def _png(content):
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    _picture(content, "PNG")


def _zip(content):
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        assert box.testzip() is None
        names = [name for name in box.namelist() if not name.endswith("/")]
        assert names
        for name in names:
            if (ending := Path(name).suffix.lower()) in _KINDS and ending != ".json":
                _KINDS[ending](box.read(name))


def _keras(content):
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        assert box.testzip() is None
        assert json.loads(box.read("config.json"))["class_name"]
        assert "model.weights.h5" in box.namelist()


def _onnx(content):
    import onnx

    onnx.checker.check_model(onnx.load_model_from_string(content))


def _csv(content):
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(lines) > 1 and {len(line) for line in lines} == {len(lines[0])}


def _json(content):
    assert json.loads(content)


def _array(content):
    assert np.load(io.BytesIO(content), allow_pickle=False).size


def _text(content):
    assert len(content.decode().splitlines()) > 1


def _svg(content):
    assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"


def _notebook(content):
    import nbformat

    book = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    never_run = all(cell.execution_count is None for cell in code)  # it is for somewhere else
    assert code and (never_run or any(cell.outputs for cell in code))


def _page(content):
    seen = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, dict(attrs)))

    Reader().feed(content.decode())
    assert dict(seen)["html"]["lang"]
    images = [attributes for tag, attributes in seen if tag == "img"]
    assert images and all(image.get("alt") for image in images)


_KINDS = {
    ".png": _png,
    ".gif": _moving("GIF"),
    ".webp": _moving("WEBP"),
    ".zip": _zip,
    ".npy": _array,
    ".csv": _csv,
    ".json": _json,
    ".svg": _svg,
    ".keras": _keras,
    ".onnx": _onnx,
    ".ipynb": _notebook,
    ".html": _page,
    ".py": lambda content: compile(content, "a program", "exec"),
    ".txt": _text,
}
