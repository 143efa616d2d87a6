"""Where own images come from: walks folders, archives and arrays, one image at a time.

Nothing is ever unpacked to disk, so an archive cannot write anywhere, and nothing is unpickled.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ae_core.errors import DataError, Message, UserError
from ae_core.files import UNREADABLE
from ae_core.images import files

LARGEST_ARCHIVE = 2 << 30  # bytes that one archive or array may unpack to
MOST_ENTRIES = 300_000
ARRAYS = (".npy", ".npz", ".mat")


@dataclass(frozen=True)
class Found:
    """One image of a source: its name, its class, and how to get it.

    `picture` is a function that gives uint8 (H, W, 1 or 3), or raises a UserError; or a sentence
    that says why it is skipped.
    """

    name: str
    label: str
    picture: Callable[[], np.ndarray] | str


def pictures(source: Path | list[Path]) -> Iterator[Found]:
    """All images of a file, a folder, or a list of them; DataError for one that cannot be read."""
    for path in source if isinstance(source, (list, tuple)) else [source]:
        path = Path(path)
        if path.is_dir():
            yield from _folder(path)
        elif not path.is_file():
            raise DataError("A file or folder was expected at {path}, but there is none.", path=path)
        elif path.suffix.lower() == ".zip":
            yield from _archive(path)
        elif path.suffix.lower() in ARRAYS:
            yield from _array(path)
        else:
            yield Found(path.name, "image", lambda path=path: files.read(path))


def _folder(root: Path) -> Iterator[Found]:
    """Files under a folder; a file's class is the name of the folder it lies in, if below `root`."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        label = "image" if Path(folder) == root else Path(folder).name
        for name in sorted(names):
            path = Path(folder) / name
            if not _is_clutter(path.relative_to(root).as_posix()):
                short = path.relative_to(root).as_posix()
                yield Found(short, label, _unfit(name) or (lambda path=path: files.read(path)))


def _archive(path: Path) -> Iterator[Found]:
    """Image files of a ZIP, read in memory one at a time."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(
            "{path} was expected to be a whole ZIP file, but it cannot be read ({error}); make it "
            "again.",
            path=path,
            error=error,
        ) from error
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        entries = [entry for entry in entries if not _is_clutter(entry.filename)]
        if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_ARCHIVE:
            raise DataError(
                "{path} was expected to unpack to at most 2 GB and {most:,} files, but it says "
                "more; import it in parts.",
                path=path,
                most=MOST_ENTRIES,
            )
        for entry in sorted(entries, key=lambda entry: entry.filename):
            inside = PurePosixPath(entry.filename.replace("\\", "/"))
            label = inside.parent.name or "image"
            reason = _unfit(inside.name)
            if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
                reason = Message("its path points out of the archive")
            elif entry.flag_bits & 1:
                reason = Message("it is encrypted")
            name = f"{path.name}/{entry.filename}"
            yield Found(name, label, reason or (lambda entry=entry: _unpack(archive, entry)))


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    try:
        with archive.open(entry) as file:
            content = file.read(files.LARGEST_FILE + 1)
    except UNREADABLE as error:
        raise UserError("It is damaged inside its archive; make the archive again.") from error
    return files.read(content)


def _is_clutter(name: str) -> bool:
    """What systems leave in folders without anybody's wish."""
    parts = name.split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return hidden or "__MACOSX" in parts or parts[-1].lower() in ("thumbs.db", "desktop.ini")


def _unfit(name: str) -> str:
    """Why a file in a folder or an archive is not opened at all, or ""."""
    suffix = Path(name).suffix.lower()
    if suffix in (*ARRAYS, ".zip"):
        return Message(
            "arrays and archives are imported by themselves, not inside a folder or archive"
        )
    return ""


def _array(path: Path) -> Iterator[Found]:
    if path.suffix.lower() == ".mat":
        from ae_core.data.svhn import read_mat

        x, labels = read_mat(path, advice=Message("check the file, or save it again"), side=None)
        names = [str(label) for label in labels]
    else:
        x, labels = _numpy(path)
        x = _as_images(path, x)
        if labels is not None and labels.dtype.kind in "iuU" and labels.shape == (len(x),):
            names = [str(label) for label in labels]
        else:
            names = ["image"] * len(x)
    if x.dtype != np.uint8:
        yield from _numbers(path, x, names)
        return
    for number, label in enumerate(names):
        yield Found(f"{path.name}[{number}]", label, lambda number=number: _shown(x[number]))


def _numpy(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        if path.suffix.lower() == ".npy":
            return np.load(path, mmap_mode="r", allow_pickle=False), None
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_ARCHIVE:
                raise DataError(
                    "{path} was expected to unpack to at most 2 GB, but it says more; import it in "
                    "parts.",
                    path=path,
                )
        with np.load(path, allow_pickle=False) as content:
            names = content.files
            key = next((name for name in ("x", "X", "images") if name in names), None)
            key = key or next(iter(names), None)
            if key is None:
                raise DataError("{path} was expected to hold an array x, but it is empty.", path=path)
            label_key = next((name for name in ("labels", "y") if name in names), None)
            return content[key], content[label_key] if label_key else None
    except UNREADABLE as error:
        if "pickle" in str(error).lower():
            why = Message("it holds Python objects, which are never opened")
        else:
            why = Message("it cannot be read ({reason})", reason=" ".join(str(error).split())[:120])
        raise DataError(
            "{path} was expected to hold a whole array of images, but {why}; save it again with "
            "numpy.save as uint8.",
            path=path,
            why=why,
        ) from error


def _as_images(path: Path, x: np.ndarray) -> np.ndarray:
    """The array as (N, H, W, C); images may also come as (N, H, W) or (N, C, H, W)."""
    shape, kind = x.shape, x.dtype
    if x.ndim == 3:
        x = x[..., None]
    elif x.ndim == 4 and shape[-1] not in (1, 3, 4) and shape[1] in (1, 3, 4):
        x = x.transpose(0, 2, 3, 1)
    if x.ndim != 4 or x.shape[-1] not in (1, 3, 4) or 0 in x.shape or kind.kind not in "buif":
        raise DataError(
            "{path} was expected to hold images as numbers of shape N x height x width or N x "
            "height x width x 1, 3 or 4, but holds {kind} {shape}; arrange it so and save it again.",
            path=path,
            kind=kind,
            shape=shape,
        )
    return x


def _numbers(path: Path, x: np.ndarray, names: list[str]) -> Iterator[Found]:
    """Images of other number types: bool, integers 0..255, floats in [0, 1] or [0, 255].

    Which of the two ranges floats have is decided once for the whole array.
    """
    low, high = np.inf, -np.inf
    for start in range(0, len(x), 256):  # in blocks: the file may be larger than the memory
        block = x[start : start + 256]
        block = block[np.isfinite(block)] if x.dtype.kind == "f" else block
        if block.size:
            low, high = min(low, float(block.min())), max(high, float(block.max()))
    if high < low:
        raise DataError(
            "{path} was expected to hold images, but all its values are NaN or infinite.", path=path
        )
    if low < 0 or high > 255:
        raise DataError(
            "{path} was expected to hold values from 0 to 255, or from 0 to 1 as floats, but they "
            "go from {low:g} to {high:g}; scale them and save the array again.",
            path=path,
            low=low,
            high=high,
        )
    factor = 255.0 if x.dtype.kind == "b" or (x.dtype.kind == "f" and high <= 1) else 1.0
    for number, label in enumerate(names):
        finite = x.dtype.kind != "f" or bool(np.isfinite(x[number]).all())
        yield Found(
            f"{path.name}[{number}]",
            label,
            (lambda number=number: _shown(np.rint(x[number] * factor).astype(np.uint8)))
            if finite
            else Message("it holds NaN or infinite values"),
        )


def _shown(x: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 1, 3 or 4) without its fourth channel, which is shown on white."""
    return files.from_pillow(files.to_pillow(x)) if x.shape[-1] == 4 else x
