"""Networks' files (``.keras``): what is in them, before Keras opens them."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ae_core.errors import Message
from ae_core.files.reading import bounds
from ae_core.files.reading.arrays import said
from ae_core.files.reading.content import UNREADABLE, Damaged, plain_file
from ae_core.files.reading.hdf5 import lies_elsewhere
from ae_core.files.reading.objects import parse

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


@dataclass(frozen=True)
class KerasFile:
    """What a ``.keras`` file says of a network.

    Attributes:
        config: its graph, as Keras serialises it.
        parameters: number of weights by path, the layers' names.
    """

    config: dict[str, Any]
    parameters: dict[str, int]


def keras_file(path: Path) -> KerasFile:
    """Read what a ``.keras`` file says of its network; no backend is loaded.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is none, was cut off or altered, lacks a part, is encrypted, too large or too
            deep, or its weights lie in other files.
    """
    size = plain_file(path)
    try:
        if size > bounds.MODEL_BYTES:
            raise ValueError(_too_large())
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > bounds.MODEL_ENTRIES or _unpacked(entries) > bounds.MODEL_BYTES:
                raise ValueError(_too_large())
            if archive.getinfo(CONFIG).file_size > bounds.MODEL_CONFIG_BYTES:
                raise ValueError(_too_large())
            # All of it, once: what was altered is noticed here, while Keras takes it as it is.
            parts = {entry.filename: archive.read(entry) for entry in entries}
            config, weights = parse(parts[CONFIG]), parts[WEIGHTS]
        if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
            raise ValueError(Message("it holds no network"))
        return KerasFile(config, _counts(weights))
    except KeyError as error:
        raise Damaged.of(path, Message("it has no model with weights")) from error
    except UNREADABLE as error:
        raise Damaged.of(path, said(error)) from error


def _unpacked(entries: list[zipfile.ZipInfo]) -> int:
    return sum(entry.file_size for entry in entries)


def _too_large() -> Message:
    return Message("it unpacks to more than {most} MB", most=bounds.MODEL_BYTES >> 20)


def _counts(weights: bytes) -> dict[str, int]:
    """Return the number of weights by path; refuse what would read other files or fill the memory."""
    import h5py

    with h5py.File(io.BytesIO(weights)) as file:
        check_weights(file)
        found: dict[str, int] = {}
        groups = [(file, "")]
        while groups:
            group, prefix = groups.pop()
            for name, child in group.get("layers", {}).items():
                values = child.get("vars", {})
                path = prefix + str(getattr(values, "attrs", {}).get("name", name))
                found[path] = sum(math.prod(values[key].shape) for key in values)
                groups.append((child, f"{path}/"))
        return found


def check_weights(file: Any) -> None:
    """Refuse an open HDF5 file whose weights lie in others, or are more than may be.

    Raises:
        ValueError: with the reason; also where groups hold themselves, which has no end.
    """
    import h5py

    groups, seen, size = [file], 0, 0
    while groups:
        group = groups.pop()
        for name in group:
            seen += 1
            if size > bounds.MODEL_BYTES or seen > bounds.MODEL_OBJECTS:
                raise ValueError(_too_large())
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(Message("its weights lie in other files"))
            child = group[name]
            if isinstance(child, h5py.Group):
                groups.append(child)
                continue
            if not isinstance(child, h5py.Dataset) or lies_elsewhere(child):
                raise ValueError(Message("its weights lie in other files"))
            size += child.nbytes
    if size > bounds.MODEL_BYTES:
        raise ValueError(_too_large())
