"""Every reader against files that are nearly right: ``tests/fuzz.py --inputs 10000 --kind npz``.

Each input must give a value or a UserError; take no 10 s and no GiB; and write nothing but what is
asked for. Inputs come from a seed, so that a number names one.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import pickle
import random
import shutil
import struct
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "core"), str(ROOT / "tests" / "app")]

import numpy as np  # noqa: E402

from ae_core.errors import UserError  # noqa: E402

RUN = ROOT / "tests" / "fixtures" / "run"
MOST_SECONDS, MOST_BYTES = 10.0, 1 << 30
BATCH = 40  # inputs of one process
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_WORDS = (b"nan", b"-1", b"1e999", b"9" * 400, b"null", b"[]", b'"', b"\\ud800", b"{", b"[" * 900)


@dataclass(frozen=True)
class Kind:
    """A kind of file: whole ones, what reads one, and what makes a damaged one whole outside."""

    seeds: Callable[[], list[bytes]]
    read: Callable[[Path], object]
    name: str
    mend: Callable[[bytes], bytes] = bytes
    apart: bool = False  # the program reads it in a process of its own, whose crash it tells


def damage(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return nearly the same bytes."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place = chance.randrange(len(made) + 1)
        end = min(len(made), place + chance.choice((1, 2, 4, 8, 64, 512)))
        what = chance.randrange(8)
        if what == 0 and made:
            made[place % len(made)] ^= 1 << chance.randrange(8)
        elif what == 1:
            number, size = chance.choice(_NUMBERS), chance.choice((1, 2, 4, 8))
            order = chance.choice(("little", "big"))
            made[place : place + size] = (number % 256**size).to_bytes(size, order)
        elif what == 2:
            made[place:end] = b""
        elif what == 3:
            made[place:place] = made[place:end] * chance.choice((1, 2, 50))
        elif what == 4:
            made[place:end] = chance.randbytes(end - place)
        elif what == 5:
            made[place:end] = chance.choice(_WORDS)
        elif what == 6:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            made[place:] = other[start:]
        elif chance.random() < 0.3:
            del made[place:]
    return bytes(made)


def inputs(kind: str, count: int, seed: int = 0, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give (number, bytes) of damaged files."""
    about = KINDS[kind]
    seeds = about.seeds()
    for number in range(first, first + count):
        chance = random.Random(f"{kind} {seed} {number}")
        data = chance.choice(seeds)
        yield number, about.mend(damage(data, seeds, chance))


def attack(kind: str, given: Iterator[tuple[int, bytes]], folder: Path) -> list[str]:
    """Read damaged files in this process; return a line for each that broke something."""
    broken, about = [], KINDS[kind]
    for number, data in given:
        start = time.process_time()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                about.read(_put(folder, about.name, data))
        except UserError as error:
            str(error).encode()  # sayable
        except BaseException:  # noqa: BLE001 - that is what is looked for
            broken.append(f"{kind} {number}: {traceback.format_exc(limit=-4)}")
        if (took := time.process_time() - start) > MOST_SECONDS:
            broken.append(f"{kind} {number}: {took:.0f} s")
    return broken


def _put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# How each kind is read, as the program does it


def _image(path: Path) -> None:
    from ae_core.images import files

    content = path.read_bytes()
    for page in range(min(files.head(content).pages, 3)):
        files.read(content, page=page)


def _own(path: Path) -> None:
    from ae_core.data.own import convert

    convert.prepare([path], 8, "grey")


def _run(path: Path) -> None:
    from ae_core import runs
    from ae_core.cli import main
    from ae_core.training import examples

    folder = path.parent if path.parent.name != "samples" else path.parent.parent
    for whole in RUN.rglob("*"):
        target = folder / whole.relative_to(RUN)
        if whole.is_file() and target != path and not target.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(whole, target)
    os.environ["AE_ARTIFACTS_DIR"] = str(folder.parents[1])
    for run in runs.list_runs():
        str((run.title, run.state(), run.message())).encode()
        run.history(), runs.faults(run), run.evaluation()
        examples.read(run)
        with contextlib.suppress(UserError):
            samples = run.samples()
            samples.at(samples.epochs[-1])
    runs.broken_runs()
    with contextlib.redirect_stderr(io.StringIO()):
        main(["runs", "show", folder.name])
        main(["runs", "list"])


def _keras(path: Path) -> None:
    from ae_core.drawing import layers

    layers.read(path)


def _hdf5_model(path: Path) -> None:
    from ae_core.networks import foreign_files

    foreign_files._hdf5(path, path.name)


def _codec(path: Path) -> None:
    from tiny_codec import TinyNetwork

    from ae_core.codec import archive

    data = path.read_bytes()
    archive.inspect(data)
    archive.decompress(data, TinyNetwork())


def _whole_pictures(path: Path) -> None:
    from ae_core.codec import archive, photo

    archive.decompress(path.read_bytes(), photo.load())


def _codes(path: Path) -> None:
    from ae_core.evaluation import codes

    codes.read(path, (1, 1, 4))


def _boxes(path: Path) -> None:
    from ae_core.data import photographs

    boxes = photographs.read(path)
    photographs.crops(boxes, np.arange(min(len(boxes.names), 100)), 2, seed=0)


def _bench(path: Path) -> None:
    from ae_core.evaluation.bench import store

    store.read(path)


def _sweep(path: Path) -> None:
    from ae_core.training.sweeps import store

    os.environ["AE_ARTIFACTS_DIR"] = str(path.parents[2])
    for sweep in store.list_sweeps():
        store.matrix(sweep)


def _order(path: Path) -> None:
    from ae_core.report.store import Report

    report = Report(path.parent)
    report.order(), report.created(), report.state(), report.message()


# Whole files


def _images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (24, 8, 8, 1), np.uint8)


def _pictures(*endings: str) -> Callable[[], list[bytes]]:
    def made() -> list[bytes]:
        import image_files

        found = image_files.whole() | image_files.refused()
        return [content for name, (content, _) in found.items() if name.endswith(endings)]

    return made


def _npy() -> list[bytes]:
    buffer = io.BytesIO()
    np.save(buffer, _images())
    return [buffer.getvalue()]


def _npy_codes() -> list[bytes]:
    buffer = io.BytesIO()
    np.save(buffer, np.ones((9, 1, 1, 4), np.float32))
    return [buffer.getvalue()]


def _npz() -> list[bytes]:
    found = []
    for save in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        save(buffer, x=_images(), y=np.arange(24), names=np.array(["a"] * 24))
        found.append(buffer.getvalue())
    return found


def _mat() -> list[bytes]:
    from scipy.io import savemat

    found = []
    for packed in (False, True):
        buffer = io.BytesIO()
        content = {"X": _images(), "y": np.arange(24), "s": {"names": ["a", "b"]}}
        savemat(buffer, content, do_compression=packed)
        found.append(buffer.getvalue())
    return found


def _zip() -> list[bytes]:
    import image_files

    found = []
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", kind) as archive:
            for number, x in enumerate(_images()):
                archive.writestr(f"{number % 2}/{number}.png", image_files.file(x, "png"))
        found.append(buffer.getvalue())
    return found


def _tar() -> list[bytes]:
    import image_files

    files = enumerate(image_files.file(x, "png") for x in _images())
    return _tars({f"{number % 2}/{number}.png": content for number, content in files})


def _tars(members: dict[str, bytes]) -> list[bytes]:
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return [buffer.getvalue(), gzip.decompress(buffer.getvalue())]


def _csv() -> list[bytes]:
    rows = ["label," + ",".join(f"pixel{i}" for i in range(64))]
    rows += [f"{n % 3}," + ",".join(map(str, x.reshape(-1))) for n, x in enumerate(_images())]
    return ["\n".join(rows).encode()]


def _parquet() -> list[bytes]:
    import image_files
    import pandas

    images = [{"bytes": image_files.file(x, "png"), "path": "a.png"} for x in _images()]
    buffer = io.BytesIO()
    pandas.DataFrame({"image": images, "label": range(24)}).to_parquet(buffer)
    return [buffer.getvalue()]


def _h5() -> list[bytes]:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("x", data=_images(), compression="gzip")
        file["y"] = np.arange(24)
    return [buffer.getvalue()]


def _svhn_full() -> list[bytes]:
    import h5py
    import image_files

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        names = file.create_dataset("digitStruct/name", (2, 1), h5py.ref_dtype)
        boxes = file.create_dataset("digitStruct/bbox", (2, 1), h5py.ref_dtype)
        several = file.create_dataset("#refs#/labels", (2, 1), h5py.ref_dtype)
        for n in range(2):
            text = np.array([[ord(c)] for c in f"{n}.png"], np.uint16)
            names[n, 0] = file.create_dataset(f"#refs#/name{n}", data=text).ref
            several[n, 0] = file.create_dataset(f"#refs#/label{n}", data=[[1.0 + n]]).ref
            group = file.create_group(f"#refs#/box{n}")
            for key in ("label", "left", "top", "width", "height"):
                group[key] = several if n and key == "label" else np.full((1 + n, 1), 5.0)
            boxes[n, 0] = group.ref
    pictures = {f"{n}.png": image_files.file(x, "png") for n, x in enumerate(_images()[:2])}
    return _tars(pictures | {"digitStruct.mat": content.getvalue()})


def _crops_csv() -> list[bytes]:
    return [b"photo,label,left,top,side\na.png,1,5,5,20\na.png,10,9.5,9,30\n"]


def _h5_model() -> list[bytes]:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        with zipfile.ZipFile(RUN / "model.keras") as archive:
            file.attrs["model_config"] = archive.read("config.json")
        file.create_group("model_weights")["a"] = np.zeros((3, 4), np.float32)
    return [buffer.getvalue()]


def _idx() -> list[bytes]:
    plain = struct.pack(">BBBBIII", 0, 0, 8, 3, 24, 8, 8) + _images().tobytes()
    return [plain, gzip.compress(plain)]


def _aep() -> list[bytes]:
    from tiny_codec import TinyNetwork

    from ae_core.codec import archive

    pictures = [np.repeat(x, 3, axis=2) for x in _images()]
    return [
        archive.compress(pictures, TinyNetwork(), level, group=g) for level, g in ((0, 5), (99, 9))
    ]


def _aep_of_photographs() -> list[bytes]:
    from ae_core.codec import archive, photo

    pictures = [x[: 8 - n, :, :] for n, x in enumerate(_images()[:3])]
    found = [archive.compress(pictures, photo.load(), level) for level in (0, 99)]
    colour = np.zeros((40, 50, 3), np.uint8)
    return [*found, archive.compress([colour], photo.load(), 0)]


def _checksummed(data: bytes) -> bytes:
    """Return a codec's file whose checksum is right, else nothing behind it would be looked at."""
    return data[:-4] + struct.pack("<I", zlib.crc32(data[:-4]))


def _files(*names: str) -> Callable[[], list[bytes]]:
    return lambda: [(RUN / name).read_bytes() for name in names]


def _measured(name: str) -> Callable[[], list[bytes]]:
    def made() -> list[bytes]:
        import measured_files

        with tempfile.TemporaryDirectory() as folder:
            if name == "devices":
                return [json.dumps(measured_files.devices(Path(folder), "a")).encode()]
            getattr(measured_files, name)(Path(folder))
            return [(Path(folder) / f"{name}.json").read_bytes()]

    return made


def _sweeps() -> list[bytes]:
    from ae_core.config import TrainConfig

    config = TrainConfig().to_dict()
    trials = [{"id": f"trial-{n}", "config": config | {"seed": n}} for n in range(3)]
    return [json.dumps({"schema": 1, "base": config, "trials": trials, "created": "2026"}).encode()]


def _orders() -> list[bytes]:
    order = {"runs": ["a"], "language": "en", "data": "drawn", "train": False, "epochs": 3}
    return [json.dumps({"order": order, "created": "2026-11-24T00:00:00+00:00"}).encode()]


def _tables_of_codes() -> list[bytes]:
    rows = "".join(f"a{n}.png,{n},0.5,1.5,-2,7\n" for n in range(9))
    return [f"file,class,y1,y2,y3,y4\na.png,0,1,2,3,4\n{rows}".encode()]


_IN_RUN = "artifacts/runs/mine"
KINDS = {
    **{
        kind: Kind(_pictures(*endings), _image, f"a.{kind}")
        for kind, endings in {
            "png": (".png",),
            "jpg": (".jpg",),
            "gif": (".gif",),
            "bmp": (".bmp",),
            "webp": (".webp",),
            "tif": (".tif", ".tiff"),
            "ppm": (".ppm", ".pgm"),
            "avif": (".avif",),
            "jp2": (".jp2",),
        }.items()
    },
    "npy": Kind(_npy, _own, "a.npy", apart=True),
    "npz": Kind(_npz, _own, "a.npz", apart=True),
    "mat": Kind(_mat, _own, "a.mat", apart=True),
    "zip": Kind(_zip, _own, "a.zip", apart=True),
    "tar": Kind(_tar, _own, "a.tar", apart=True),
    "csv": Kind(_csv, _own, "a.csv", apart=True),
    "parquet": Kind(_parquet, _own, "a.parquet", apart=True),
    "hdf5": Kind(_h5, _own, "a.h5", apart=True),
    "svhn-full": Kind(_svhn_full, _boxes, "train.tar.gz"),
    "crops": Kind(_crops_csv, _boxes, "crops.csv"),
    "idx": Kind(_idx, _own, "a-idx3-ubyte", apart=True),
    "pickle": Kind(lambda: [pickle.dumps({b"data": _images()})], _own, "data_batch_1", apart=True),
    "keras": Kind(_files("model.keras"), _keras, "model.keras"),
    "h5": Kind(_h5_model, _hdf5_model, "model.h5"),
    "aep": Kind(_aep, _codec, "a.aep", _checksummed),
    "photographs": Kind(_aep_of_photographs, _whole_pictures, "a.aep", _checksummed),
    "codes": Kind(_npy_codes, _codes, "codes.npy"),
    "codes-csv": Kind(_tables_of_codes, _codes, "codes.csv"),
    "config": Kind(_files("config.json"), _run, f"{_IN_RUN}/config.json"),
    "status": Kind(_files("status.json"), _run, f"{_IN_RUN}/status.json"),
    "history": Kind(_files("history.csv"), _run, f"{_IN_RUN}/history.csv"),
    "evaluation": Kind(_files("evaluation.json"), _run, f"{_IN_RUN}/evaluation.json"),
    "rates": Kind(_measured("rate_quality"), _run, f"{_IN_RUN}/rate_quality.json"),
    "denoising": Kind(_measured("denoising"), _run, f"{_IN_RUN}/denoising.json"),
    "samples": Kind(_files("samples/x.npy"), _run, f"{_IN_RUN}/samples/epoch-0002.npy"),
    "examples": Kind(_files("examples.npz"), _run, f"{_IN_RUN}/examples.npz"),
    "model": Kind(_files("model.keras"), _run, f"{_IN_RUN}/model.keras"),
    "devices": Kind(_measured("devices"), _bench, "own/a.json"),
    "sweep": Kind(_sweeps, _sweep, "artifacts/sweeps/mine/sweep.json"),
    "order": Kind(_orders, _order, "reports/mine/order.json"),
}


def in_a_process(kind: str, count: int, seed: int, first: int) -> tuple[list[str], int]:
    """Attack in a child, which a library may crash; return what broke and the most memory."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        os.chdir(root)
        said = root / "broken.txt"
        child = os.fork()
        if child == 0:
            code = 1
            try:
                box = root / "in"
                box.mkdir()
                broken = attack(kind, inputs(kind, count, seed, first), box)
                broken += [f"{kind}: wrote {path}" for path in root.iterdir() if path != box]
                said.write_text("\n".join(broken))
                code = 0
            finally:
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        os.chdir(ROOT)
        broken = said.read_text().splitlines() if said.exists() else []
        if status and not (KINDS[kind].apart and os.WIFSIGNALED(status)):
            broken.append(f"{kind} {first} to {first + count - 1}: the process ended with {status}")
        return broken, used.ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="a kind")
    parser.add_argument("--kind", action="append", choices=KINDS, help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    options = parser.parse_args()
    failed = False
    for kind in options.kind or KINDS:
        broken, start = [], time.monotonic()
        with tempfile.TemporaryDirectory() as folder:  # what all need is loaded once
            attack(kind, enumerate(KINDS[kind].seeds()), Path(folder))
        _, usual = in_a_process(kind, 1, options.seed, options.first)
        most = 0
        for first in range(options.first, options.first + options.inputs, BATCH):
            count = min(BATCH, options.first + options.inputs - first)
            found, used = in_a_process(kind, count, options.seed, first)
            broken += found
            most = max(most, used)
            if used - usual > MOST_BYTES:
                broken.append(f"{kind} {first} to {first + count - 1}: {used / 2**30:.1f} GiB")
        print("\n".join(broken[:200]))
        seconds = time.monotonic() - start
        print(
            f"{kind}: {options.inputs:,} inputs, {len(broken)} lines of what broke, "
            f"{seconds:.0f} s, at most {most / 2**20:.0f} MB",
            flush=True,
        )
        failed |= bool(broken)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
