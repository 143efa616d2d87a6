"""Small files that unpack to much hold nothing: they are refused before they are unpacked."""

import io
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest

from ae_core.data.own import apart, convert, limits, place
from ae_core.errors import DataError, UserError

MUCH = 150 << 20  # bytes; more than every file may unpack to


def zeros(count):
    """Give zeros piece by piece."""
    for _ in range(count >> 20):
        yield bytes(1 << 20)


def packed(head, count=MUCH):
    packer = zlib.compressobj(1)
    parts = [packer.compress(head), *map(packer.compress, zeros(count)), packer.flush()]
    return b"".join(parts)


def zip_of(name, head, count=MUCH):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(name, "w") as file:
            file.write(head)
            for piece in zeros(count):
                file.write(piece)
    return buffer.getvalue()


def npz():
    buffer = io.BytesIO()
    shape = (MUCH // 784, 28, 28)
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return zip_of("x.npy", buffer.getvalue())


def mat():
    side = MUCH // 784
    matrix = struct.pack("<IIIIII", 6, 8, 9, 0, 5, 12) + struct.pack("<iii", side, 28, 28) + bytes(4)
    matrix += struct.pack("<HHI", 1, 1, ord("X")) + struct.pack("<II", 2, MUCH)
    inner = packed(struct.pack("<II", 14, len(matrix) + MUCH) + matrix)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49)[:4]
    return head[:124] + b"\x00\x01IM" + struct.pack("<II", 15, len(inner)) + inner


BOMBS = {"a.npz": npz, "a.mat": mat, "a.zip": lambda: zip_of("a.png", b"\x89PNG\r\n\x1a\n")}


@pytest.mark.parametrize("name", BOMBS)
def test_what_unpacks_to_far_more_than_its_size_is_refused_at_once(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < MUCH / 100
    start = time.process_time()
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        convert.prepare([path], 28, "grey")
    assert time.process_time() - start < 5


def test_memory_and_time_grow_with_the_bytes():
    assert limits.memory(1) < 1.1 * 2**30 and limits.memory(2**40) == limits.MOST_MEMORY
    assert limits.seconds(1) < 11 and limits.seconds(2**40) == limits.LONGEST


def test_a_file_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(apart, "_COMMAND", [*apart._COMMAND[:1], "-c", SLOW])
    path = tmp_path / "a.npz"
    path.write_bytes(b"PK")
    with pytest.raises(UserError, match="far more time than one of its size"):
        apart.prepare([path], 28, "grey")
    assert [p for p in (tmp_path / "data").rglob("*") if p.is_file()] == []


SLOW = """
from ae_core.data.own import apart, convert, limits
limits.LEAST_SECONDS = 0
def steps(*given):
    while True:
        pass
convert.steps = steps
apart.serve(apart._Work().answer)
"""


@pytest.mark.parametrize("folder", ["~nosuchuser/x", "~nosuchuser"])
def test_the_home_of_nobody_is_no_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(UserError, match="There is no folder ~nosuchuser"):
        place.given(folder)
    with pytest.raises(UserError, match="There is no folder ~nosuchuser"):
        apart.prepare([folder], 28, "grey")


@pytest.mark.parametrize("root", [True, False])
@pytest.mark.parametrize("words", ["a\0b", "loop", "a" * 5000])
def test_what_is_no_path_is_one_sentence(root, words, tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    if root:
        monkeypatch.setenv("AE_IMPORT_ROOT", str(tmp_path))
    with pytest.raises(UserError):
        apart.prepare([place.given(words)], 28, "grey")
