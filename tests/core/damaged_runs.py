"""About a hundred run folders as no program writes them: damaged, edited by hand, or hostile.

``CASES[name](folder)`` damages a whole run; :func:`write` makes them all.
"""

from __future__ import annotations

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

WHOLE = Path(__file__).parents[1] / "fixtures" / "run"
HUGE = "9" * 400
LONE = "\ud800"  # half of a pair: no text that can be sent or written
CASES: dict[str, Callable[[Path], None]] = {}


def write(parent: Path, names: list[str] | None = None) -> list[str]:
    """Write a folder for each case into ``parent``; return their names."""
    parent.mkdir(parents=True, exist_ok=True)
    names = list(CASES) if names is None else names
    for name in names:
        shutil.copytree(WHOLE, parent / name)
        rename(parent / name)
        CASES[name](parent / name)
    return names


def rename(folder: Path) -> None:
    """Give a copy of the whole run the name of its folder."""
    edit(folder / "config.json", "id", folder.name)


def edit(path: Path, place: str, value: Any) -> None:
    """Set an entry of a JSON file; ``place`` is "tests.0.psnr", its value JSON or :class:`Raw`."""
    content = json.loads(path.read_text())
    *way, last = place.split(".")
    inner = content
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[int(last) if isinstance(inner, list) else last] = value
    path.write_text(_text(content))


class Raw(str):
    """Text that stands in a JSON file as it is: a number that Python would not write."""


def _text(content: Any) -> str:
    raw: list[str] = []

    def mark(value: Any) -> Any:
        if isinstance(value, Raw):
            raw.append(value)
            return f"@raw{len(raw) - 1}@"
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        return [mark(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(mark(content))
    for place, value in enumerate(raw):
        text = text.replace(f'"@raw{place}@"', value)
    return text


def _edited(file: str, place: str, values: dict[str, Any]) -> None:
    """Add a case for each value at a place of a file."""
    for word, value in values.items():
        stem = file.partition(".")[0].replace("_", "-")
        name = f"{stem}-{place.replace('.', '-').replace('_', '-') or 'whole'}-{word}"
        CASES[name] = lambda folder, value=value: edit(folder / file, place, value)


def _bytes(file: str, contents: dict[str, bytes | None]) -> None:
    """Add a case for each content of a file; None: there is none."""
    for word, content in contents.items():
        name = f"{file.partition('.')[0].replace('_', '-').replace('/', '-')}-{word}"

        def replace(folder: Path, content: bytes | None = content) -> None:
            path = folder / file
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content)

        CASES[name] = replace


DEEP = b'{"a":' * 900 + b"1" + b"}" * 900
DEEPER = b"[" * 100_000 + b"]" * 100_000
BAD = {
    "empty": b"",
    "no-json": b"{not JSON",
    "list": b"[1, 2]",
    "null": b"null",
    "deep": DEEP,
    "deeper": DEEPER,
    "zeros": bytes(2000),
    "latin": '{"title": "maçã"}'.encode("latin-1"),
    "huge": b'{"schema": ' + HUGE.encode() + b"}",
    "large": b'{"title": "' + b"x" * 17_000_000 + b'"}',
}
for _file in ("config", "status", "evaluation", "rate_quality", "denoising"):
    _bytes(f"{_file}.json", BAD)

_edited(
    "config.json",
    "title",
    {
        "number": 7,
        "list": ["a"],
        "object": {"a": 1},
        "surrogate": LONE,
        "long": "long " * 200_000,
        "lines": "one\ntwo\x1b[2J\x00",
        "empty": "",
        "false": False,
    },
)
_edited("config.json", "created", {"number": 7, "word": "yesterday", "surrogate": LONE, "null": None})
_edited("config.json", "created", {"year-zero": "0000-00-00T00:00:00", "list": [1]})
_edited(
    "config.json",
    "created",
    {"before": "0001-01-01T00:00:00+14:00", "beyond": "9999-12-31T23:59:59-14:00"},
)
_edited("config.json", "config", {"null": None, "list": [], "empty": {}, "deep": Raw(DEEP.decode())})
_edited(
    "config.json",
    "config.network",
    {"unknown": "transformer", "number": 3, "surrogate": LONE, "list": ["conv"], "space": " "},
)
_edited(
    "config.json",
    "config.data",
    {
        "unknown": "cifar",
        "own-gone": "own-gone",
        "path": "../../../etc",
        "surrogate": LONE,
        "pluses": "+++",
        "null": None,
        "many": "+".join(["letters"] * 500),
    },
)
_edited("config.json", "config.code", {"huge": Raw(HUGE), "other": 7, "word": "many", "minus": -1})
_edited("config.json", "config.epochs", {"huge": Raw(HUGE), "nan": Raw("NaN"), "zero": 0})
_edited("config.json", "config.learning_rate", {"infinite": Raw("1e999"), "huge": Raw(HUGE)})
_edited("config.json", "config.noise", {"word": "much", "null": None})
_edited("config.json", "config.noise.level", {"huge": Raw(HUGE), "word": "25", "nan": Raw("NaN")})
_edited("config.json", "config.noise.kind", {"unknown": "snow", "surrogate": LONE})
_edited("config.json", "config.seed", {"huge": Raw(HUGE)})
_edited("config.json", "config.start", {"gone": "no-such-run", "path": "../x", "number": 5})
_edited("config.json", "config.design", {"text": "conv32 > vector9", "hostile": LONE})
CASES["config-code-of-another"] = lambda folder: (
    edit(folder / "config.json", "config.network", "conv"),
    edit(folder / "config.json", "config.code", 7),
)
CASES["config-design-rubbish"] = lambda folder: (
    edit(folder / "config.json", "config.network", "designed"),
    edit(folder / "config.json", "config.design", "rubbish > > x9"),
)
_edited("config.json", "data", {"word": "letters", "list": [], "null": None, "name": {"name": 5}})
_edited("config.json", "sweep", {"number": 5, "surrogate": LONE})
_edited("config.json", "imported", {"word": "net.h5", "file": {"file": 3}, "lone": {"file": LONE}})
_edited("config.json", "versions", {"word": "new", "lists": {"keras": [1]}})
_edited("config.json", "machine", {"word": "mine", "cores": {"cores": Raw(HUGE)}})
_edited("config.json", "id", {"number": 4, "other": "other"})
_edited("config.json", "schema", {"future": 99})

for _place in ("epoch", "epochs", "step", "steps", "position"):
    _edited("status.json", _place, {"word": "two", "huge": Raw(HUGE), "minus": -3})
for _place in ("started", "heartbeat", "finished", "asked", "eta_seconds", "pid_started"):
    _edited("status.json", _place, {"word": "noon", "list": [1], "infinite": Raw("1e999")})
_edited("status.json", "state", {"unknown": "asleep", "number": 1, "list": ["running"]})
_edited("status.json", "error", {"object": {"a": [1]}, "surrogate": LONE, "number": 5})
_edited(
    "status.json",
    "error",
    {
        "template": {"template": "{a:,.9f}", "values": {"a": Raw(HUGE)}},
        "values": {"template": "{a!r}", "values": [1]},
    },
)
_edited("status.json", "pid", {"word": "one", "huge": Raw(HUGE), "true": True})
_edited("status.json", "device", {"list": ["cpu"], "surrogate": LONE})


def _running(place: str, value: Any, word: str) -> None:
    """A training under way, as far as its status goes, with an odd entry."""
    import os

    import psutil

    def damage(folder: Path) -> None:
        path = folder / "status.json"
        here = {"pid": os.getpid(), "pid_started": psutil.Process().create_time(), "host": None}
        for name, entry in ({"state": "running", "heartbeat": 4e9} | here | {place: value}).items():
            edit(path, name, entry)

    CASES[f"running-{place}-{word}".replace("_", "-")] = damage


for _place in ("epoch", "step", "started", "heartbeat", "eta_seconds", "measured", "doing"):
    _running(_place, ["odd"], "list")
    _running(_place, Raw("-1e300"), "far")
_running("position", "first", "word")
_running("state", "queued", "waiting")

_HEAD = "epoch,loss,val_loss,val_psnr,learning_rate,seconds,images_per_second\n"
_bytes(
    "history.csv",
    {
        "empty": b"",
        "no-psnr": b"epoch,loss\n1,0.5\n2,0.4\n",
        "no-seconds": b"epoch,loss,val_loss,val_psnr\n1,0.5,0.5,9\n",
        "words": (_HEAD + "one,low,low,good,small,long,many\n").encode(),
        "words-in-psnr": (_HEAD + "1,0.1,0.1,good,0.1,1,1\n2,0.1,0.1,9,0.1,1,1\n").encode(),
        "huge": (_HEAD + f"{HUGE},0.1,0.1,{HUGE},0.1,1,1\n").encode(),
        "infinite": (_HEAD + "1,inf,-inf,inf,nan,1e308,1e308\n2,inf,-inf,inf,nan,1e308,1\n").encode(),
        "minus": (_HEAD + "-5,0.1,0.1,9,0.1,-1,1\n").encode(),
        "zeros": bytes(3000),
        "quotes": _HEAD.encode() + b'1,"0.1\n' * 5000,
        "ragged": (_HEAD + "1\n2,1,1,1,1,1,1,1,1,1\n").encode(),
        "long-row": b"epoch," + b"x" * 3_000_000 + b"\n1,2\n",
        "latin": "epoch,val_psnr,maçã\n1,9,1\n".encode("latin-1"),
        "rows": (_HEAD + "".join(f"{e},1,1,9,1,1,1\n" for e in range(1, 200_001))).encode(),
        "same-epochs": (_HEAD + "1,1,1,9,1,1,1\n" * 50).encode(),
    },
)


def npy(x: np.ndarray) -> bytes:
    """Return an array as the bytes of a ``.npy`` file."""
    buffer = io.BytesIO()
    np.save(buffer, x, allow_pickle=x.dtype.hasobject)
    return buffer.getvalue()


def claims(shape: str, dtype: str = "|u1") -> bytes:
    """Return a ``.npy`` file whose header claims what is not there."""
    head = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + b"abc"


_ARRAYS = {
    "empty": b"",
    "cut": npy(np.zeros((16, 28, 28, 1), np.uint8))[:500],
    "claims-730-gib": claims("(1000000, 28, 28, 1000)"),
    "claims-minus": claims("(16, -28, 28, 1)"),
    "claims-words": claims("('a', 28, 28, 1)"),
    "claims-huge": claims(f"({HUGE},)"),
    "claims-token": claims("(16, 28"),
    "claims-deep": claims("(" * 3000 + ")" * 3000),
    "floats": npy(np.zeros((16, 28, 28, 1), np.float32)),
    "objects": npy(np.array([{"a": 1}], object)),
    "flat": npy(np.zeros(16, np.uint8)),
    "no-images": npy(np.zeros((0, 28, 28, 1), np.uint8)),
    "other-side": npy(np.zeros((16, 32, 32, 3), np.uint8)),
    "two-channels": npy(np.zeros((16, 28, 28, 2), np.uint8)),
    "fewer": npy(np.zeros((3, 28, 28, 1), np.uint8)),
    "no-side": npy(np.zeros((16, 0, 28, 1), np.uint8)),
}
for _name in ("x", "epoch-0002"):
    _bytes(f"samples/{_name}.npy", _ARRAYS)
_bytes("samples/x_noisy.npy", {"other-side": _ARRAYS["other-side"], "missing": None})
_bytes("samples/filters-0002.npy", {"flat": _ARRAYS["flat"], "claims": _ARRAYS["claims-730-gib"]})


def npz(arrays: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ``.npz`` file of these ``.npy`` files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def flipped(data: bytes, every: int) -> bytes:
    """Return bytes of which one in so many has a bit turned."""
    return bytes(byte ^ (place % every == 5) for place, byte in enumerate(data))


def _examples(**changes: bytes) -> bytes:
    with np.load(WHOLE / "examples.npz") as stored:
        return npz({name: npy(stored[name]) for name in stored.files} | changes)


_bytes(
    "examples.npz",
    {
        "empty": b"",
        "flipped": flipped((WHOLE / "examples.npz").read_bytes(), 97),
        "bomb": _examples(x=npy(np.zeros((1, 9000, 9000, 1), np.uint8))),
        "other-side": _examples(x=_ARRAYS["other-side"]),
        "code-other": _examples(y=npy(np.zeros((16, 3, 5, 7), np.float32))),
        "code-words": _examples(y=npy(np.array(["a"] * 16))),
        "x-hat-other": _examples(x_hat=_ARRAYS["other-side"]),
        "claims": _examples(x_hat=_ARRAYS["claims-730-gib"]),
    },
)

for _place, _values in {
    "tests": {"word": "many", "empty": [], "object": {}, "of-words": ["a"]},
    "tests.0.data": {"number": 5, "surrogate": LONE, "path": "../x"},
    "tests.0.images": {"word": "many", "huge": Raw(HUGE), "minus": -5, "half": 0.5},
    "tests.0.network": {"word": "good", "null": None, "empty": {}},
    "tests.0.network.psnr": {"word": "good", "huge": Raw(HUGE), "infinite": Raw("1e999")},
    "tests.0.network.mse": {"null": None, "list": [1]},
    "tests.0.stored": {"word": "much", "empty": {}},
    "tests.0.pca": {"word": "x", "list": []},
    "tests.0.duplicates": {"word": "some"},
    "code": {"word": "long", "empty": {}},
    "code.shape": {"word": "flat", "huge": [Raw(HUGE)], "empty": []},
    "parameters": {"word": "many", "huge": Raw(HUGE)},
    "noise": {"word": "loud", "null": None},
    "noise.level": {"word": "loud"},
}.items():
    _edited("evaluation.json", _place, _values)


def _table(file: str, place: str, values: dict[str, Any]) -> None:
    import measured_files

    made = getattr(measured_files, file.partition(".")[0])
    stem = file.partition(".")[0].replace("_", "-")
    for word, value in values.items():

        def damage(folder: Path, value: Any = value) -> None:
            made(folder)
            edit(folder / file, place, value)

        CASES[f"{stem}-{place.replace('.', '-').replace('_', '-')}-{word}"] = damage


for _file in ("rate_quality.json", "denoising.json"):
    _table(_file, "tests", {"word": "many", "empty": [], "of-words": ["a"]})
    _table(_file, "tests.0.data", {"number": 5, "surrogate": LONE, "unknown": "cifar"})
    _table(_file, "tests.0.images", {"word": "many", "huge": Raw(HUGE)})
    _table(_file, "tests.0.rows", {"word": "many", "of-words": ["a"], "empty": []})
    _table(_file, "tests.0.rows.0.psnr", {"word": "good", "huge": Raw(HUGE), "far": 1e300})
_table("rate_quality.json", "tests.0.shape", {"word": "flat", "short": [28], "zero": [0, 0, 0]})
_table("rate_quality.json", "tests.0.bd_rate", {"word": "x", "of-words": ["x"]})
_table("rate_quality.json", "tests.0.rows.0.bits_per_image", {"minus": -5, "zero": 0})
_table("denoising.json", "tests.0.rows.0.sigma", {"word": "loud", "minus": -5})


def _model(word: str) -> Callable:
    def add(damage: Callable[[bytes], bytes]) -> Callable:
        def do(folder: Path) -> None:
            path = folder / "model.keras"
            path.write_bytes(damage(path.read_bytes()))

        CASES[f"model-{word}"] = do
        return damage

    return add


def _entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def keras(entries: dict[str, bytes]) -> bytes:
    """Return a ``.keras`` file of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_model("empty")(lambda data: b"")
_model("text")(lambda data: b"no network")
_model("cut")(lambda data: data[: len(data) // 2])
_model("no-weights")(lambda data: keras({"config.json": _entries(data)["config.json"]}))
_model("empty-weights")(lambda data: keras(_entries(data) | {"model.weights.h5": b""}))
_model("no-config")(lambda data: keras({"model.weights.h5": _entries(data)["model.weights.h5"]}))
_model("config-list")(lambda data: keras(_entries(data) | {"config.json": b"[]"}))
_model("config-null")(lambda data: keras(_entries(data) | {"config.json": b'{"config": null}'}))
_model("config-huge")(lambda data: keras(_entries(data) | {"config.json": BAD["huge"]}))
_model("deep")(lambda data: keras(_entries(data) | {"config.json": DEEP}))
_model("deeper")(lambda data: keras(_entries(data) | {"config.json": DEEPER}))
_model("bomb")(lambda data: keras(_entries(data) | {"config.json": b" " * 20_000_000 + b"{}"}))
_model("flipped")(lambda data: flipped(data, 997))


@_model("encrypted")
def _encrypted(data: bytes) -> bytes:
    """Set the flag of encryption in every header, as an archive with a password has it."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = changed.find(mark)
        while found >= 0:
            changed[found + place] |= 1
            found = changed.find(mark, found + 1)
    return bytes(changed)


@_model("new-version")
def _new_version(data: bytes) -> bytes:
    changed = bytearray(data)
    found = changed.find(b"PK\x01\x02")
    while found >= 0:
        changed[found + 6] = 99
        found = changed.find(b"PK\x01\x02", found + 1)
    return bytes(changed)


CASES["model-folder"] = lambda folder: (
    (folder / "model.keras").unlink(),
    (folder / "model.keras").mkdir(),
)
CASES["model-missing"] = lambda folder: (folder / "model.keras").unlink()
CASES["config-missing"] = lambda folder: (folder / "config.json").unlink()
CASES["config-folder"] = lambda folder: (
    (folder / "config.json").unlink(),
    (folder / "config.json").mkdir(),
)
CASES["history-folder"] = lambda folder: (
    (folder / "history.csv").unlink(),
    (folder / "history.csv").mkdir(),
)
CASES["status-missing"] = lambda folder: (folder / "status.json").unlink()
CASES["everything-empty"] = lambda folder: shutil.rmtree(folder) or folder.mkdir()
CASES["samples-file"] = lambda folder: (
    shutil.rmtree(folder / "samples"),
    (folder / "samples").write_bytes(b"no folder"),
)
CASES["epoch-far"] = lambda folder: (folder / "samples" / "epoch-999999999.npy").write_bytes(b"")
