"""The two sets that the program draws itself: drawn once, kept as .npz, read from there after.

The kept file's name carries a hash of the drawing code, so that changed code draws anew. Images
are drawn in blocks, each from its own seed, so that progress can be shown.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae_core.data.folders import place_to_write, places
from ae_core.data.sets import DIGITS, LETTERS, SETS, Dataset
from ae_core.data.splits import assemble
from ae_core.errors import DataError, Message
from ae_core.files import replacing
from ae_core.files.reading import UNREADABLE

# (images for train and validation, images for the test, names of the labels)
SIZES = {"letters": (12_000, 2_000, LETTERS), "numbers": (8_000, 1_000, DIGITS)}
SEED = 0
BLOCK = 500
KEPT_VERSIONS = 3

Progress = Callable[[int, int, str], None]


def load(name: str, progress: Progress | None = None) -> Dataset:
    """The drawn set `name`, from the kept file or drawn now; progress(drawn, total, title)."""
    trainval_count, test_count, classes = SIZES[name]
    x, labels = _kept(name) or _draw_and_keep(name, trainval_count + test_count, progress)
    return assemble(
        name,
        SETS[name].title,
        (x[:trainval_count], labels[:trainval_count]),
        (x[trainval_count:], labels[trainval_count:]),
        classes,
        Message("drawn by the program, seed {seed}", seed=SEED),
    )


def is_kept(name: str) -> bool:
    """Whether the set needs no drawing."""
    return _find(name) is not None


def file_name(name: str) -> str:
    """The kept file's name: set, seed, counts and the drawing code's version."""
    trainval_count, test_count, _ = SIZES[name]
    return f"{name}-seed{SEED}-{trainval_count}-{test_count}-{code_version()}.npz"


@functools.cache  # what this process runs, whatever is saved over it meanwhile
def code_version() -> str:
    """8 hex characters of a sha256 over the drawing code."""
    digest = hashlib.sha256(str(BLOCK).encode())
    for path in sorted((Path(__file__).parent / "drawn").glob("**/*.py")):
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]


def _find(name: str) -> Path | None:
    found = [folder / file_name(name) for folder in places("drawn")]
    return next((path for path in found if path.is_file()), None)


def _kept(name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """(x, labels) of the kept file; None when it is absent or damaged, so that it is drawn anew."""
    path = _find(name)
    if path is None:
        return None
    try:
        with np.load(path, allow_pickle=False) as content:
            x, labels = content["x"], content["labels"]
    except UNREADABLE:
        return None
    count = sum(SIZES[name][:2])
    if x.shape != (count, *SETS[name].shape) or x.dtype != np.uint8 or labels.shape != (count,):
        return None
    return x, labels


def _draw_and_keep(name: str, total: int, progress: Progress | None):
    """Draw the set and keep it; where nothing can be written, it is drawn all the same."""
    from filelock import FileLock

    try:
        folder = place_to_write("drawn")
    except DataError:
        return _draw(name, total, progress)
    # Another process may be drawing the same images: wait for them instead of drawing them twice.
    with FileLock(folder / f".{name}.lock"):
        kept = _kept(name)
        if kept:
            return kept
        x, labels = _draw(name, total, progress)
        try:
            with replacing(folder / file_name(name)) as temporary:
                np.savez(temporary, x=x, labels=labels)
            _forget_old_versions(folder, name)
        except OSError:
            pass  # a full disk costs the next start some seconds, nothing else
    return x, labels


def _draw(name: str, total: int, progress: Progress | None) -> tuple[np.ndarray, np.ndarray]:
    """Train and validation images from one run of seeds, test images from another."""
    if name == "letters":
        from ae_core.data.drawn.letters import draw
    else:
        from ae_core.data.drawn.numbers import draw
    trainval_count, test_count, _ = SIZES[name]
    parts = []
    done = 0
    for part, count in enumerate((trainval_count, test_count)):
        for block, start in enumerate(range(0, count, BLOCK)):
            size = min(BLOCK, count - start)
            parts.append(draw(size, (2 * SEED + part) * 1_000_000 + block))
            done += size
            if progress:
                progress(done, total, SETS[name].title)
    x = np.concatenate([part[0] for part in parts])
    labels = np.concatenate([part[1] for part in parts]).astype(np.int64)
    return x, labels


def _forget_old_versions(folder: Path, name: str) -> None:
    """Keep the newest files only: each change of the drawing code leaves one behind."""
    files = sorted(folder.glob(f"{name}-seed*.npz"), key=lambda path: path.stat().st_mtime)
    for path in files[:-KEPT_VERSIONS]:
        path.unlink(missing_ok=True)
