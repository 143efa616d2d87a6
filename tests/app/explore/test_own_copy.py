"""Files that the user put into the data folder are used, and said not to be the official ones."""

import gzip
import struct

import numpy as np
from app_support import texts


def _write(folder, name: str, images: np.ndarray) -> None:
    n = len(images)
    shape = struct.pack(">4I", 2051, n, 28, 28)
    labels = struct.pack(">2I", 2049, n) + bytes(i % 10 for i in range(n))
    files = {"images-idx3": shape + images.tobytes(), "labels-idx1": labels}
    for kind, content in files.items():
        (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(content))


def test_an_own_copy_is_shown_and_named(artifacts, app, tmp_path):
    folder = tmp_path / "no-data" / "notmnist"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    _write(folder, "train", random.integers(0, 256, (60, 28, 28), np.uint8))
    _write(folder, "t10k", random.integers(0, 256, (20, 28, 28), np.uint8))
    at = app(data="notmnist")
    assert not at.exception
    assert "own copy: 60 + 20 images" in texts(at)
