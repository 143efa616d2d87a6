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
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ae_core.data.folders import place_to_write, places
from ae_core.data.own import limits
from ae_core.data.sets import Dataset, SetInfo
from ae_core.errors import DataError, DataMissing, Message, UserError
from ae_core.files import as_name, is_short_enough, one_line, replacing, writing
from ae_core.files.reading import UNREADABLE, Damaged, arrays, kept, plain_file
from ae_core.files.reading.arrays import header, said
from ae_core.jobs import deeds, owners
from ae_core.jobs.job import named_lock

FILE = "images.npz"
_IMAGES = "x.npy"  # in it
_ALWAYS, _SOME = ("labels", "classes", "title"), ("names", "parts", "photographs")
_TITLE = 1 << 20  # bytes
_FEWEST = 4  # images that can be parted
PATIENCE = 60.0  # seconds for whoever else just stores a set
_LARGEST = 4096  # pixels of a side that is believed without the images


def load(name: str) -> Dataset:
    """The own set "own-<slug>" in its parts; without them, 15 % test, the rest 70/30, by fixed seeds.

    A part that a person has not made is taken by chance from the training images.
    """
    import numpy as np

    from ae_core.data.splits import AT_ONCE, finish, frozen, parted

    path = _found(name)
    try:
        shape = _about(path)
        content = _content(path, *_ALWAYS)
        labels, count = content["labels"], shape[0]
        classes = tuple(as_name(str(entry)) for entry in content["classes"])
        # An import of former times kept no names.
        names = unpacked(content["names"]) if "names" in content else []
        parts = content.get("parts", np.zeros(count, np.int8))
        photographs = content.get("photographs")
        if labels.shape != (count,):
            raise ValueError(f"x is {shape}, labels {labels.shape}")
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(classes):
            raise ValueError(Message("labels without a class"))
        if names and len(names) != count:
            raise ValueError(Message("names of other images"))
        if parts.shape != (count,) or parts.dtype.kind != "i" or not np.isin(parts, range(3)).all():
            raise ValueError(f"parts {parts.dtype} {parts.shape}")
        if photographs is not None and photographs.shape != (count,):
            raise ValueError(f"photographs {photographs.shape}")
        rows = rows_of_parts(parts, photographs)
        if not all(map(len, rows)):
            raise ValueError(Message("one of its parts has no images"))
        images = parted(_pieces(path, AT_ONCE), rows)
    except (Damaged, *UNREADABLE) as error:
        raise DataError(
            "{path} was expected to hold imported images, but it is damaged ({error}); delete it "
            "and import the images again.",
            path=path,
            error=error.message.values["reason"] if isinstance(error, Damaged) else error,
        ) from error
    whole = finish(
        name,
        one_line(str(content["title"])),
        *(frozen(x, labels[some]) for x, some in zip(images, rows, strict=True)),
        classes,
        Message("own images: {count:,}", count=count),
    )
    in_test = tuple(as_name(names[row]) for row in rows[2]) if names else ()
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


def _about(path: Path) -> tuple[int, ...]:
    """The shape of a file's images, (N, H, W, C), of which none is read; ValueError where it is none.

    What else a file says of it may be wrong.
    """
    import numpy as np

    plain_file(path)
    with zipfile.ZipFile(path) as archive, archive.open(_IMAGES) as file:
        shape, _, dtype = header(file)
        sound = len(shape) == 4 and all(shape) and shape[3] in (1, 3) and dtype == np.uint8
        size = math.prod(shape)
        if not sound or shape[0] < _FEWEST or size > archive.getinfo(_IMAGES).file_size:
            raise ValueError(f"x is {dtype} {shape}")
        if size > limits.MOST_STORED:
            raise ValueError(Message("it is larger than {most} MB", most=limits.MOST_STORED >> 20))
        return shape


def _content(path: Path, *needed: str) -> dict[str, Any]:
    """What a file holds beside its images, by name; what else than ``needed`` only where it is."""
    with zipfile.ZipFile(path) as archive:
        there = [name for name in _SOME if f"{name}.npy" in archive.namelist()]
    return arrays(path, (*needed, *there), limits.MOST_NAMED)


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
    photographs where `photographs` (N,) says what each image was cut from, and there are enough.
    """
    import numpy as np

    from ae_core.data.splits import split_of_few, split_rows

    def parted(rows, **how):
        names = None if photographs is None else photographs[rows]
        return [rows[some] for some in split_of_few(len(rows), photographs=names, **how)]

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
        if not (folder / FILE).exists():
            owners.forget(folder)  # of a set that was not deleted to the end
        with replacing(folder / FILE) as temporary:
            np.savez(temporary, **content)
        owners.sign(folder)
    deeds.note("import", folder)


@contextmanager
def alone() -> Iterator[None]:
    """Let nobody else choose a name for a set, and store it, inside ``with``.

    Raises:
        UserError: others have been at it for :data:`PATIENCE`.
    """
    import filelock

    lock = named_lock(place_to_write("own"), ".keeping", PATIENCE)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise UserError("Others are beginning something just now: try again.") from error
    try:
        yield
    finally:
        lock.release()


def packed(names: Sequence[str]):
    """Return names as an array, uint8 (B,) of JSON: one of words would take each as the longest."""
    import numpy as np

    return np.frombuffer(json.dumps(list(names)).encode(), np.uint8)


def unpacked(array) -> list[str]:
    """Return what :func:`packed` was given; ValueError where it was something else."""
    found = json.loads(array.tobytes())
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(Message("names of other images"))
    return found


def counts(name: str) -> tuple[int, int, int]:
    """How many images of a set a person has put into each part, all for training where into none.

    Raises:
        DataMissing: there is no such set.
        Damaged: its file is.
    """
    import numpy as np

    path = _found(name)
    try:
        total = _about(path)[0]
        parts = _content(path).get("parts", np.zeros(total, np.int8))
    except UNREADABLE as error:
        raise Damaged.of(path, said(error)) from error
    return tuple(int((parts == part).sum()) for part in range(3))


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
    if not _is_slug(slug):  # a name with a path in it is nobody's
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
            mine = _is_slug(path.parent.name) and owners.mine(path.parent)
            entry = _info(path) if mine else None
            if entry:
                infos[entry.name] = entry
    return [infos[name] for name in sorted(infos)]


def places_in_words() -> Message:
    """The folders where own sets are looked for, for a sentence."""
    first, *others = places("own")
    for folder in others:
        first = Message("{first} or {other}", first=first, other=folder)
    return first


def _is_slug(text: str) -> bool:
    return text.replace("-", "").isalnum() and is_short_enough(text)


def _info(path: Path) -> SetInfo | None:
    try:
        shape, title = kept(_described, path)
    except (FileNotFoundError, UserError):
        return None
    return SetInfo(
        name=f"own-{path.parent.name}",
        title=title,
        shape=shape[1:],
        kind="own",
        licence="Yours",
        description=Message("{count:,} images imported by you.", count=shape[0]),
    )


def _described(path: Path) -> tuple[tuple[int, ...], str]:
    """The shape of a file's images and its title; Damaged where it has none.

    A file that is wrong otherwise is a set all the same, so that it can be told and deleted.
    """
    about = arrays(path, ("title", "shape"), _TITLE)
    try:
        shape = _about(path)
    except UNREADABLE as error:
        claimed = about["shape"]
        sound = claimed.dtype.kind in "iu" and claimed.shape == (4,) and claimed[3] in (1, 3)
        if not sound or not all(0 < side <= _LARGEST for side in claimed[1:3]):
            raise Damaged.of(path, said(error)) from error
        shape = tuple(map(int, claimed))
    return shape, one_line(str(about["title"]))
