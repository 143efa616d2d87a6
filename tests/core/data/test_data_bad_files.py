"""Damaged and wrong files: one sentence that names the file and says what to do."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from ae_core import data as sets
from ae_core.data.notmnist import read_labels
from ae_core.data.svhn import read_mat
from ae_core.errors import DataError

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
BAD = Path(os.environ.get("AE_DATA_DIR", "/nowhere")) / "bad" / "train_32x32.truncated.mat"


def refused(name, file, *words):
    with pytest.raises(DataError) as caught:
        sets.load(name)
    sentence = str(caught.value)
    assert file in sentence and "\n" not in sentence and len(sentence) < 500
    assert "download" in sentence
    for word in words:
        assert word in sentence, sentence


@pytest.mark.parametrize("keep", [0, 5, 15, 1000, -4])
def test_cut_gzip(notmnist, keep):
    path = notmnist / IMAGES
    path.write_bytes(path.read_bytes()[:keep])
    refused("notmnist", IMAGES, "delete it")


def test_altered_gzip(notmnist):
    path = notmnist / IMAGES
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    refused("notmnist", IMAGES, "delete it")


def test_not_gzip(notmnist):
    (notmnist / LABELS).write_bytes(b"<html>not found</html>")
    refused("notmnist", LABELS, "gzip")


@pytest.mark.parametrize(
    ("magic", "sizes", "length", "word"),
    [
        (2049, (100, 28, 28), 78_400, "magic"),
        (2051, (100, 28, 28), 78_399, "only 78,399"),
        (2051, (100, 28, 28), 78_401, "more"),
        (2051, (100, 32, 32), 102_400, "32 x 32"),
        (2051, (0, 28, 28), 0, "header says 0"),
        (2051, (10, 28, 27), 10 * 28 * 27, "but holds 27 x 28"),
        (2051, (4_000_000_000, 28, 28), 10, "4,000,000,000"),
        (2051, (100, 4_000_000_000, 4_000_000_000), 10, "expected"),
        (2051, (99, 28, 28), 99 * 784, "differ in number, 99 and 100"),
    ],
)
def test_wrong_headers(notmnist, write_idx, magic, sizes, length, word):
    write_idx(notmnist / IMAGES, magic, sizes, bytes(length))
    refused("notmnist", IMAGES, word)


def test_labels_out_of_range(notmnist, write_idx):
    write_idx(notmnist / LABELS, 2049, (100,), bytes([10] * 100))
    refused("notmnist", LABELS, "0 to 9")


def test_header_only(notmnist):
    (notmnist / LABELS).write_bytes(gzip.compress(b"\0\0"))
    refused("notmnist", LABELS, "too short for one (bytes: 2)")


def test_what_the_system_says_of_a_file_is_passed_on(tmp_path):
    with pytest.raises(DataError, match="could not be read .*[Ii]s a directory.*; check"):
        read_labels(tmp_path)


def test_a_folder_in_a_files_place_is_missing(svhn):
    (svhn / "train_32x32.mat").unlink()
    (svhn / "train_32x32.mat").mkdir()
    refused("svhn", "train_32x32.mat")


@pytest.mark.parametrize("keep", [0, 50, 127, 200, 5000, -10])
def test_cut_mat(svhn, keep):
    path = svhn / "train_32x32.mat"
    path.write_bytes(path.read_bytes()[:keep])
    refused("svhn", "train_32x32.mat", "cut or damaged")


@pytest.mark.skipif(not BAD.is_file(), reason="AE_DATA_DIR holds no truly truncated SVHN file")
def test_truly_cut_mat(svhn):
    (svhn / "train_32x32.mat").write_bytes(BAD.read_bytes())
    refused("svhn", "train_32x32.mat", "cut or damaged", "delete it")


X, Y = np.zeros((32, 32, 3, 20), np.uint8), np.ones((20, 1), np.uint8)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"y": Y}, "X is not there"),
        ({"X": X}, "y is not there"),
        ({"X": X.astype(float), "y": Y}, "float64"),
        ({"X": X[:28], "y": Y}, "(28, 32, 3, 20)"),
        ({"X": X.transpose(3, 0, 1, 2), "y": Y}, "(20, 32, 32, 3)"),
        ({"X": X, "y": Y[:19]}, "but holds 19"),
        ({"X": X, "y": Y * 11}, "1 to 10"),
        ({"X": X, "y": Y * np.nan}, "1 to 10"),
        ({"X": "text", "y": Y}, "8-bit"),
    ],
)
def test_wrong_mat(svhn, content, word):
    savemat(svhn / "test_32x32.mat", content)
    refused("svhn", "test_32x32.mat", word)


def test_mat_of_version_7_3(svhn):
    head = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (svhn / "test_32x32.mat").write_bytes(head.ljust(600, b"\0"))
    with pytest.raises(DataError, match="-v7"):
        read_mat(svhn / "test_32x32.mat")
