"""notMNIST in MNIST's file format: four gzipped IDX files in data_dir()/notmnist.

The official files hold 60,000 + 10,000 images; any other files of that format under these names
are taken as an own copy. IDX is described at the foot of Y. LeCun's MNIST page: a big-endian magic
number (2051 images, 2049 labels), the sizes, then bytes.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data import official
from ae_core.data.sets import LETTERS, SETS, Dataset
from ae_core.data.splits import assemble
from ae_core.errors import DataError, Message

FILES = tuple(SETS["notmnist"].download.files)  # train images and labels, test images and labels
MOST_IMAGES = 2_000_000  # a header that claims more is damaged, and is not believed


def load() -> Dataset:
    """Read, check and split the files; DataMissing when one is absent, DataError when one is bad."""
    paths = official.there("notmnist", FILES)
    trainval, test = read_pair(*paths[:2]), read_pair(*paths[2:])
    origin = official.origin(paths, len(trainval[0]), len(test[0]))
    return assemble("notmnist", SETS["notmnist"].title, trainval, test, LETTERS, origin)


def read_pair(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """(x uint8 (N, 28, 28, 1), labels int64 (N,)) of two files that must agree."""
    x, y = read_images(images), read_labels(labels)
    if len(x) != len(y):
        raise DataError(
            "{images} and {labels} in {folder} were expected to belong together, but differ "
            "in number, {images_count:,} and {labels_count:,}; {advice}",
            images=images.name,
            labels=labels.name,
            folder=images.parent,
            images_count=len(x),
            labels_count=len(y),
            advice=official.fetch_again("notmnist"),
        )
    return x, y


def read_images(path: Path) -> np.ndarray:
    """uint8 (N, 28, 28, 1) from an IDX image file."""
    (height, width), pixels = _read(path, 2051, Message("images"), sides=2)
    if (height, width) != (28, 28):
        raise _bad(
            "{path} was expected to hold images of 28 x 28 pixels, but holds {width} x {height}; "
            "{advice}",
            path,
            height=height,
            width=width,
        )
    return pixels.reshape(-1, 28, 28, 1)


def read_labels(path: Path) -> np.ndarray:
    """int64 (N,) in 0..9 from an IDX label file."""
    _, labels = _read(path, 2049, Message("labels"), sides=0)
    if labels.max() > 9:
        raise _bad(
            "{path} was expected to hold labels from 0 to 9, but holds {largest}; {advice}",
            path,
            largest=labels.max(),
        )
    return labels.astype(np.int64)


def check(path: Path) -> None:
    """Read one of the four files, whichever it is; DataError when it is bad."""
    read_labels(path) if "labels" in path.name else read_images(path)


def _read(path: Path, magic: int, what: str, sides: int) -> tuple[tuple[int, ...], np.ndarray]:
    """(sizes of one item, its bytes) of a gzipped IDX file whose header and length are right."""
    try:
        with gzip.open(path, "rb") as file:
            header = file.read(8 + 4 * sides)
            if len(header) < 8 + 4 * sides:
                raise _bad(
                    "{path} was expected to begin with an IDX header, but is too short for one "
                    "(bytes: {count}); {advice}",
                    path,
                    count=len(header),
                )
            found, count, *item = struct.unpack(f">{2 + sides}I", header)
            if found != magic:
                raise _bad(
                    "{path} was expected to hold IDX {what} (magic number {magic}), but its magic "
                    "number is {found}; {advice}",
                    path,
                    what=what,
                    magic=magic,
                    found=found,
                )
            length = count * math.prod(item)
            if not 2 <= count <= MOST_IMAGES or length > MOST_IMAGES * 784:
                raise _bad(
                    "{path} was expected to hold between 2 and {most:,} {what}, but its header says "
                    "{count:,}; {advice}",
                    path,
                    most=MOST_IMAGES,
                    what=what,
                    count=count,
                )
            # One byte more than there should be: its absence makes gzip check its checksum.
            content = file.read(length + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _bad(
            "{path} was expected to be a whole gzip file, but it is cut or damaged ({error}); "
            "{advice}",
            path,
            error=error,
        ) from error
    except OSError as error:
        raise DataError(
            "{path} could not be read ({reason}); check that it is a file that you may read.",
            path=path,
            reason=error,
        ) from error
    if len(content) != length:
        cut = len(content) < length
        raise _bad(
            "{path} was expected to hold {length:,} bytes of {what} after its header, but holds "
            "{size}; {advice}",
            path,
            length=length,
            what=what,
            size=Message("only {count:,}", count=len(content)) if cut else Message("more"),
        )
    return tuple(item), np.frombuffer(content, np.uint8)


def _bad(template: str, path: Path, **values: Any) -> DataError:
    return DataError(template, path=path, advice=official.fetch_again("notmnist"), **values)
