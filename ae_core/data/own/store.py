"""Where own images are kept after their import: data_dir()/own/<slug>/images.npz, never pickled.

One file holds everything: x, labels, classes, title, shape and, as JSON, the images' names, parts
where the images came in parts of their own, and which photographs they were cut from where that is
known; so it is there whole or not at all.
"""

from __future__ import annotations

import json
import math
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ae_core.data.folders import place_to_write, places
from ae_core.data.sets import Dataset, SetInfo
from ae_core.errors import DataError, DataMissing, Message
from ae_core.files import replacing, writing
from ae_core.files.reading import UNREADABLE
from ae_core.files.reading.arrays import header
from ae_core.jobs import deeds, owners

FILE = "images.npz"
_IMAGES = "x.npy"  # in it


def load(name: str) -> Dataset:
    """The own set "own-<slug>" in its parts; without them, 15 % test, the rest 70/30, by fixed seeds.

    A part that a person has not made is taken by chance from the training images.
    """
    import numpy as np

    from ae_core.data.splits import AT_ONCE, finish, frozen, parted

    path = _found(name)
    try:
        with np.load(path, allow_pickle=False) as content:
            labels = content["labels"]
            classes = tuple(str(entry) for entry in content["classes"])
            title = str(content["title"])
            # An import of former times kept no names.
            names = unpacked(content["names"]) if "names" in content else []
            parts = content["parts"] if "parts" in content else np.zeros(len(labels), np.int8)
            photographs = content["photographs"] if "photographs" in content else None
        shape, dtype = _about(path)
        count = shape[0] if len(shape) == 4 else 0
        if dtype != np.uint8 or labels.shape != (count,) or count < 4:
            raise ValueError(f"x is {dtype} {shape}, labels {labels.shape}")
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(classes):
            raise ValueError(Message("labels without a class"))
        if names and len(names) != count:
            raise ValueError(Message("names of other images"))
        if parts.shape != (count,) or parts.dtype.kind != "i" or not np.isin(parts, range(3)).all():
            raise ValueError(f"parts {parts.dtype} {parts.shape}")
        if photographs is not None and photographs.shape != (count,):
            raise ValueError(f"photographs {photographs.shape}")
        rows = rows_of_parts(parts, photographs)
        images = parted(_pieces(path, AT_ONCE), rows)
    except UNREADABLE as error:
        raise DataError(
            "{path} was expected to hold imported images, but it is damaged ({error}); delete it "
            "and import the images again.",
            path=path,
            error=error,
        ) from error
    whole = finish(
        name,
        title,
        *(frozen(x, labels[some]) for x, some in zip(images, rows, strict=True)),
        classes,
        Message("own images: {count:,}", count=count),
    )
    in_test = tuple(str(names[row]) for row in rows[2]) if names else ()
    named = replace(whole.test, names=in_test)
    return replace(whole, test=named)


def first_image(name: str) -> Any:
    """Return the image of a set that is stored first, uint8 (H, W, C); no other is read.

    Raises:
        DataMissing: there is no such set.
        OSError, ValueError, zipfile.BadZipFile: its file is damaged.
    """
    path = _found(name)
    _about(path)
    return next(_pieces(path, 1))[0]


def _about(path: Path) -> tuple[tuple[int, ...], Any]:
    """The shape and the dtype of a file's images, of which none is read."""
    with zipfile.ZipFile(path) as archive, archive.open(_IMAGES) as file:
        shape, _, dtype = header(file)
        if math.prod(shape) > archive.getinfo(_IMAGES).file_size:
            raise ValueError(f"x is {shape}")
        return shape, dtype


def _pieces(path: Path, at_once: int) -> Iterator[Any]:
    """The images of a file, uint8 (n, H, W, C) one after another: so they lie in memory once."""
    import numpy as np

    with zipfile.ZipFile(path) as archive, archive.open(_IMAGES) as file:
        shape, by_column, _ = header(file)
        if by_column:
            yield np.frombuffer(file.read(), np.uint8).reshape(shape[::-1]).T
            return
        for first in range(0, shape[0], at_once):
            one = (min(at_once, shape[0] - first), *shape[1:])
            yield np.frombuffer(file.read(math.prod(one)), np.uint8).reshape(one)
        file.read(1)  # its checksum is looked at once its end is reached


def rows_of_parts(parts, photographs=None) -> tuple:
    """Row numbers (train, validation, test), each in random order, of parts int (N,) of 0, 1 and 2.

    A part that is empty is taken from the training images: 15 % test, then 30 % validation, whole
    photographs where `photographs` (N,) says what each image was cut from.
    """
    import numpy as np

    from ae_core.data.splits import split_rows

    def parted(rows, **how):
        names = None if photographs is None else photographs[rows]
        return [rows[some] for some in split_rows(len(rows), photographs=names, **how)]

    train, validation, test = (np.flatnonzero(parts == part) for part in range(3))
    if not len(test):
        train, test = parted(train, percent=85, seed=7)
    else:
        test = test[split_rows(len(test), percent=100)[0]]
    if not len(validation):
        return *parted(train), test
    train = train[split_rows(len(train), percent=100)[0]]
    validation = validation[split_rows(len(validation), percent=100)[0]]
    return train, validation, test


def save(
    slug: str,
    title: str,
    x,
    labels,
    classes: list[str],
    names: Sequence[str] = (),
    parts=None,
    photographs=None,
) -> None:
    """Keep images uint8 (N, H, W, C), labels int (N,) and the names of N files under `slug`.

    `parts`, int (N,): 0 is for training, 1 for validation, 2 for the test; None: split by chance.
    `photographs`, int (N,): what each image was cut from; None: not known.
    """
    import numpy as np

    folder = place_to_write("own") / slug
    content = {
        "x": x,
        "labels": np.asarray(labels, np.int64),
        "classes": np.array(classes, dtype=str),
        "title": np.array(title, dtype=str),
        "shape": np.array(x.shape, np.int64),
        "names": packed(names),
    }
    if parts is not None:
        content["parts"] = np.asarray(parts, np.int8)
    if photographs is not None:
        content["photographs"] = np.asarray(photographs, np.int64)
    with writing(folder, Message("set AE_DATA_DIR to")):
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / FILE) as temporary:
            np.savez(temporary, **content)
        owners.sign(folder)
    deeds.note("import", folder)


def packed(names: Sequence[str]):
    """Return names as an array, uint8 (B,) of JSON: one of words would take each as the longest."""
    import numpy as np

    return np.frombuffer(json.dumps(list(names)).encode(), np.uint8)


def unpacked(array) -> list[str]:
    """Return what :func:`packed` was given; ValueError where it was something else."""
    return json.loads(array.tobytes())


def remove(name: str) -> None:
    """Delete an imported set; DataMissing when it is not there, DataError when it cannot be."""
    folder = _found(name).parent
    try:
        shutil.rmtree(folder)
        deeds.note("delete", folder)
    except FileNotFoundError:  # somebody else deletes it
        pass
    except OSError as error:
        raise DataError(
            "{name} cannot be deleted ({reason}): give permission to write in {folder}.",
            name=name,
            reason=error,
            folder=folder.parent,
        ) from error


def find(name: str) -> Path | None:
    """The file of "own-<slug>", or None; None too where who asks may not see it."""
    path = anybodys(name)
    return path if path and owners.mine(path.parent) else None


def anybodys(name: str) -> Path | None:
    """The file of "own-<slug>", whosever it is, or None."""
    slug = name.removeprefix("own-")
    if not slug.replace("-", "").isalnum():  # a name with a path in it is nobody's
        return None
    found = [folder / slug / FILE for folder in places("own")]
    return next((path for path in found if path.is_file()), None)


def _found(name: str) -> Path:
    path = find(name)
    if path is None:
        raise DataMissing(
            "The own images {name!r} are not in {folders}; import them again.",
            name=name,
            folders=places_in_words(),
        )
    return path


def list_infos() -> list[SetInfo]:
    """The imported sets, by name; files that cannot be read are left out. Reads no images."""
    infos = {}
    for folder in reversed(places("own")):
        for path in sorted(folder.glob(f"*/{FILE}")):
            entry = _info(path) if owners.mine(path.parent) else None
            if entry:
                infos[entry.name] = entry
    return [infos[name] for name in sorted(infos)]


def places_in_words() -> Message:
    """The folders where own sets are looked for, for a sentence."""
    first, *others = places("own")
    for folder in others:
        first = Message("{first} or {other}", first=first, other=folder)
    return first


def _info(path: Path) -> SetInfo | None:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as content:
            count, *shape = (int(size) for size in content["shape"])
            title = str(content["title"])
    except UNREADABLE:
        return None
    return SetInfo(
        name=f"own-{path.parent.name}",
        title=title,
        shape=tuple(shape),
        kind="own",
        licence="Yours",
        description=Message("{count:,} images imported by you.", count=count),
    )
