"""SVHN cropped digits: MATLAB files in data_dir()/svhn (Netzer et al., 2011).

`X` is uint8 (32, 32, 3, N), `y` is (N, 1) where 10 means digit 0; a third variable, `photo`, may
number the photographs that the images were cut from. The official files hold
73,257 + 26,032 images, and 531,131 in the extra file, which is read only on request.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data import official
from ae_core.data.sets import DIGITS, SETS, SVHN_EXTRA, Dataset
from ae_core.data.splits import assemble
from ae_core.errors import DataError

_FROM = SETS["svhn"].download
TRAIN, TEST, EXTRA = *_FROM.files, *_FROM.extra


def load(extra: bool = False) -> Dataset:
    """Read, check and split the files; DataMissing when one is absent, DataError when one is bad.

    With `extra`, its images join those for train and validation.
    """
    paths = official.there("svhn", [TRAIN, TEST] + [EXTRA] * extra, " --extra" * extra)
    train, test, *more = paths
    files = [train, *more]
    about = [_about(path) for path in files]
    labels = np.concatenate([one for one, _ in about])
    # One file after another: all of them, and the parts that they are for, are too much at once.
    pieces = (_images(path, len(one)) for path, (one, _) in zip(files, about, strict=True))
    info = SVHN_EXTRA if extra else SETS["svhn"]
    test = read_mat(test)[:2]
    origin = official.origin(paths, len(labels), len(test[0]))
    return assemble(
        info.name, info.title, (pieces, labels), test, DIGITS, origin, _photographs(about)
    )


def read_mat(path: Path):
    """(x uint8 (N, 32, 32, 3), labels int64 (N,) in 0..9, photographs) of one of SVHN's files.

    The photographs are int64 (N,), or None where the file does not name them.

    Raises DataError when the file is cut, damaged or holds something else.
    """
    labels, photographs = _about(path)
    return np.ascontiguousarray(_images(path, len(labels))), labels, photographs


def _content(path: Path, names: list[str]) -> dict[str, Any]:
    """The variables of a file that are called so, as far as they are there."""
    from scipy.io import loadmat

    try:
        return loadmat(path, variable_names=names)
    except NotImplementedError as error:
        raise DataError(
            "{path} was expected to be a MATLAB file of version 5 to 7, but it is of version 7.3; "
            "save it again in MATLAB with the option -v7.",
            path=path,
        ) from error
    except PermissionError as error:
        raise DataError("{path} could not be read; check that you may read it.", path=path) from error
    except Exception as error:  # a cut file shows as any of a dozen errors
        raise _bad(
            "{path} was expected to be a whole MATLAB file, but it is cut or damaged ({reason}); "
            "{advice}",
            path,
            reason=" ".join(str(error).split())[:100] or type(error).__name__,
        ) from error


def _about(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """The labels of a file, and what its images were cut from; the images are not read."""
    content = _content(path, ["y", "photo"])
    if "y" not in content:
        _images(path)  # a file that is cut ends within them
        raise _missing(path, "y")
    y, photographs = np.asarray(content["y"]), content.get("photo")
    if y.dtype.kind not in "iuf" or not np.isin(y, np.arange(11)).all():
        raise _bad(
            "{path} was expected to hold labels from 1 to 10 (10 is digit 0), but holds others; "
            "{advice}",
            path,
        )
    if photographs is not None:
        photographs = np.asarray(photographs).reshape(-1)
        if photographs.shape != (y.size,) or photographs.dtype.kind not in "iu":
            photographs = None  # another variable of that name
    return y.reshape(-1).astype(np.int64) % 10, photographs


def _photographs(about: list[tuple]) -> np.ndarray | None:
    """What each image of several files was cut from, (N,); None where no file says it.

    An image of a file that does not say it counts as one of a photograph of its own.
    """
    if all(photographs is None for _, photographs in about):
        return None
    named = [
        [f"{file}-{k}" for k in range(len(labels))]
        if photographs is None
        else photographs.astype(str)
        for file, (labels, photographs) in enumerate(about)
    ]
    return np.concatenate(named)


def check(path: Path) -> None:
    """Read one of the files; DataError when it is bad."""
    read_mat(path)


def _images(path: Path, labels: int | None = None) -> np.ndarray:
    """The images of a file with so many labels, uint8 (N, 32, 32, 3), as they lie in the file."""
    x = _content(path, ["X"]).get("X")
    if x is None:
        raise _missing(path, "X")
    right = getattr(x, "ndim", 0) == 4 and x.shape[2] == 3 and min(x.shape) > 0 and x.shape[3] >= 2
    if not right or x.shape[:2] != (32, 32) or x.dtype != np.uint8:
        raise _bad(
            "{path} was expected to hold X as 8-bit images, 32 x 32 x 3 x N, but holds {dtype} "
            "{shape}; {advice}",
            path,
            dtype=getattr(x, "dtype", type(x).__name__),
            shape=getattr(x, "shape", ""),
        )
    if labels is not None and labels != x.shape[3]:
        raise _bad(
            "{path} was expected to hold as many labels as images, {count:,}, but holds "
            "{size:,}; {advice}",
            path,
            count=x.shape[3],
            size=labels,
        )
    return x.transpose(3, 0, 1, 2)


def _missing(path: Path, name: str) -> DataError:
    return _bad(
        "{path} was expected to hold images X and labels y, but {name} is not there; {advice}",
        path,
        name=name,
    )


def _bad(template: str, path: Path, **values: Any) -> DataError:
    return DataError(template, path=path, advice=official.fetch_again("svhn"), **values)
