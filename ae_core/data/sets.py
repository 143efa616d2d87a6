"""What a data set is: its description (`SetInfo`), its images (`Dataset`, `Split`), its names.

Light on purpose: nothing here imports NumPy, so that the command line's help and the dashboard's
first page can list the sets at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ae_core.errors import Message, UserError

if TYPE_CHECKING:
    import numpy as np

LETTERS = tuple("ABCDEFGHIJ")
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Download:
    """Where the files of a set come from, and who reads them.

    `module` has `load()`, which gives the `Dataset`, and `check(path)`, which raises DataError for a
    damaged file. `files` and `extra` hold the (kind, hexadecimal digest) of each file under
    `address`; `extra` files are fetched only when they are asked for, as is `load(extra=True)`.
    Where no digest is published but git's own name for a content, kind is "git": sha1 over
    "blob <length>\\0" and the bytes. They lie in the folder `folder` of the data folder, "" for one
    of the set's name; what `instead` names in the data folder is read where a file is not there.
    """

    module: str
    address: str
    files: Mapping[str, tuple[str, str]]
    extra: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    folder: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SetInfo:
    """What can be said about a data set before it is read.

    `shape` is (H, W, C); `kind` is "drawn", "download",
    "folder" (images put there by hand) or "own"; `terms` is one sentence that a
    page shows where the set is first used, or ""; `photographs` says that they come with it, so
    that its crops can be cut again.
    """

    name: str
    title: str
    shape: tuple[int, int, int]
    kind: str
    licence: str
    description: str
    citation: str = ""
    terms: str = ""
    download: Download | None = None
    photographs: bool = False


@dataclass(frozen=True, eq=False)
class Split:
    """Images `x`, uint8 (N, H, W, C), and `labels`, int64 (N,); both are read-only arrays.

    `names` are the files' of own images, in the test images only; else there are none.
    """

    x: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory; shared by everyone who loads it, so its arrays are read-only.

    `classes[label]` is a label's name. `origin` says in words where the images come from.
    `fingerprint` is 16 hex characters of a sha256 over name, shapes and bytes. `duplicates` counts
    byte-for-byte copies: "test_in_train" (test images that occur in train or validation),
    "within_test" and "within_train" (images that repeat an earlier one of the same split) and
    "validation_in_train". `recut(count, rounds, seed)`, where there are photographs, cuts the
    first training images again out of theirs, each `rounds` times with jitter: uint8 (rounds count,
    H, W, C).
    """

    name: str
    title: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    origin: str
    fingerprint: str
    duplicates: dict[str, int]
    recut: Callable[[int, int, int], np.ndarray] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of one image."""
        return tuple(int(side) for side in self.train.x.shape[1:])


SETS: dict[str, SetInfo] = {
    "letters": SetInfo(
        name="letters",
        title="Drawn letters",
        shape=(28, 28, 1),
        kind="drawn",
        licence="Made by this program; typefaces from packages with free licences",
        description="Letters A to J in many typefaces, weights, slants and fills, drawn by the "
        "program from a seed.",
    ),
    "notmnist": SetInfo(
        name="notmnist",
        title="notMNIST",
        shape=(28, 28, 1),
        kind="download",
        licence="Collected by Yaroslav Bulatov from publicly available fonts",
        citation="Y. Bulatov, notMNIST dataset, 2011; MNIST-format files by D. Flanagan",
        description="Letters A to J cut from fonts found on the web: 60,000 images for training "
        "and validation, 10,000 for the test.",
        download=Download(
            "ae_core.data.notmnist",
            "https://raw.githubusercontent.com/davidflanagan/notMNIST-to-MNIST/master/",
            {
                "train-images-idx3-ubyte.gz": ("git", "6cf3076b36bafa7da1563b28bbe863fd78a008a8"),
                "train-labels-idx1-ubyte.gz": (
                    "sha256",
                    "0db4c4ec5d019838a57f8c9dd764ada7dc3c73e6ccc93032c538c5845f332545",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    "sha256",
                    "70ae9e06201f2827e5b0a3781a3169d735dd2efc69996b9eeaee7f10ed4044d7",
                ),
                "t10k-labels-idx1-ubyte.gz": (
                    "sha256",
                    "1fa03836e01c862542f8eb83463bb951bebec6fcb3efa28dad748c6b38a9021b",
                ),
            },
        ),
    ),
    "numbers": SetInfo(
        name="numbers",
        title="Drawn house numbers",
        shape=(32, 32, 3),
        kind="drawn",
        licence="Made by this program; typefaces and photographs from packages with free licences",
        description="House numbers in colour, a digit in the middle and neighbours cut at the "
        "edges, drawn by the program from a seed.",
    ),
    "svhn": SetInfo(
        name="svhn",
        title="SVHN cropped digits",
        shape=(32, 32, 3),
        kind="download",
        licence="Non-commercial use only",
        citation="Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng, Reading Digits in "
        "Natural Images with Unsupervised Feature Learning, NIPS Workshop on Deep Learning and "
        "Unsupervised Feature Learning, 2011",
        terms="SVHN may be used for non-commercial purposes only, and work that uses it cites "
        "Netzer et al. (2011).",
        description="Real house numbers from street photographs: 73,257 images for training and "
        "validation, 26,032 for the test.",
        download=Download(
            "ae_core.data.svhn",
            "http://ufldl.stanford.edu/housenumbers/",
            {
                "train_32x32.mat": ("md5", "e26dedcc434d2e4c54c9b2d4a06d8373"),
                "test_32x32.mat": ("md5", "eb5a983be6a315427106f1b164d9cef3"),
            },
            {"extra_32x32.mat": ("md5", "a93ce644f1a588dc4d68dda5feec44a7")},
        ),
    ),
}

SETS["svhn-full"] = replace(
    SETS["svhn"],
    name="svhn-full",
    title="SVHN full numbers",
    description="The photographs that SVHN's digits are cut from, with a box around each: 33,402 for "
    "training and validation, so that crops can be cut again with jitter; the test has SVHN's crops.",
    download=Download(
        "ae_core.data.svhn_full",
        SETS["svhn"].download.address,
        {
            "train.tar.gz": (
                "sha256",
                "4b17bb33b6cd8f963493168f80143da956f28ec406cc12f8e5745a9f91a51898",
            ),
            "test_32x32.mat": SETS["svhn"].download.files["test_32x32.mat"],
        },
        folder="svhn",
        instead={"train.tar.gz": "svhn_photographs/crops.csv"},
    ),
    photographs=True,
)

# What the shipped denoiser of photographs learned from; listed once there are photographs.
SETS["photos"] = SetInfo(
    name="photos",
    title="Photographs",
    shape=(64, 64, 3),
    kind="folder",
    licence="That of the photographs put there",
    citation="P. Arbeláez, M. Maire, C. Fowlkes, J. Malik, Contour Detection and Hierarchical Image "
    "Segmentation, IEEE TPAMI 33(5), 2011",
    terms="The shipped network of photographs has learned from 432 of BSDS500, which may be used for "
    "non-commercial research and education (Arbeláez et al., 2011), and from 168 of clothing, which "
    "are free.",
    description="Photographs of any size in the folder photos/train of the data folder, cut into "
    "tiles of 64 by 64 pixels.",
)

# Read only when asked for by name: 531,131 further, easier images join SVHN's training images.
SVHN_EXTRA = replace(
    SETS["svhn"],
    name="svhn-extra",
    title="SVHN cropped digits with the extra images",
    download=None,
    description="SVHN with its 531,131 extra images added to those for training and validation.",
)


def shape_in_words(shape: tuple[int, int, int]) -> Message:
    """Say what images of a shape (height, width, channels) are, as people do: the width first."""
    height, width, channels = shape
    if channels == 1:
        return Message("{width}×{height} grey pixels", height=height, width=width)
    return Message("{width}×{height} colour pixels", height=height, width=width)


def members(name: str) -> list[str]:
    """The sets that a name joins: "notmnist+letters" is ["notmnist", "letters"].

    Raises UserError for an empty or a repeated member.
    """
    parts = [part.strip() for part in name.split("+")] if isinstance(name, str) else [""]
    if not all(parts) or len(set(parts)) != len(parts):
        raise UserError(
            "A data set's name was expected, or different names joined by +, such as "
            "notmnist+letters, but got {name!r}; the sets are {known}.",
            name=name,
            known=", ".join(SETS),
        )
    return parts
