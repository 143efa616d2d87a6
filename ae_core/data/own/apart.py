"""An import in a process of its own: whatever is in a file, it takes no more memory and time.

``python -m ae_core.data.own.apart`` is that process (see :mod:`ae_core.jobs.child`). What it made of
a source is a draft, a folder beside the own sets, until it is stored or thrown away.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data.folders import place_to_write
from ae_core.data.own import convert, limits, store
from ae_core.data.own.convert import Prepared
from ae_core.data.own.fitting import Size
from ae_core.data.own.reading import Assumption, Choices
from ae_core.errors import DataError, Message, UserError
from ae_core.files import writing
from ae_core.files.reading import UNREADABLE
from ae_core.jobs import room
from ae_core.jobs.child import Child, bound_memory, bound_seconds, serve
from ae_core.jobs.worker import out_of_memory
from ae_core.machine import processes

SHOWN = 32  # images of a preview
LISTED = 1000  # refused files that are named
_OLD = 24 * 3600  # seconds after which a draft that nobody stored is removed
_STEP = 0.4  # seconds between two reports of the progress
_DRAFTS = ".drafts"
_COMMAND = [sys.executable, "-m", "ae_core.data.own.apart"]


@dataclass(frozen=True)
class Draft:
    """What would be stored.

    Attributes:
        folder: where it lies.
        count: of images; ``shape`` of one, (H, W, C).
        classes: (name, images in each part), one number where there are no parts.
        refused: how many files were left out; ``skipped`` the first of them with the reason.
        assumed, remarks: as of :class:`ae_core.data.own.convert.Prepared`.
    """

    folder: Path
    count: int
    shape: tuple[int, int, int]
    classes: tuple[tuple[str, tuple[int, ...]], ...]
    refused: int
    skipped: tuple[tuple[str, str], ...]
    assumed: tuple[Assumption, ...]
    remarks: tuple[Message, ...]

    def samples(self) -> np.ndarray:
        """Up to 32 images as they would be stored, uint8 (N, H, W, C), from the whole set."""
        return np.load(self.folder / "samples.npy", allow_pickle=False)


def prepare(
    source: list[Path],
    size: Size | int | None,
    colour: str,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    fit: str = "cut",
    progress: Callable[[int, int, str], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Draft:
    """As :func:`ae_core.data.own.convert.prepare`, in a process of its own.

    Raises:
        UserError: as there; or it took too long, or too much memory; or sets take as much disk as
            they may.
        Cancelled: ``should_stop`` became true.
    """
    room.check_disk(place_to_write("own"))
    drafts = place_to_write("own") / _DRAFTS
    folder = drafts / secrets.token_hex(8)
    with writing(drafts, Message("set AE_DATA_DIR to")):
        folder.mkdir(parents=True)
    _remove_old(drafts)
    paths = [processes.expanded(path).absolute() for path in source]
    request = {
        "do": "read",
        "source": [str(path) for path in paths],
        "bytes": sum(p.stat().st_size for p in paths) if all(p.is_file() for p in paths) else None,
        "size": size,
        "colour": colour,
        "choices": asdict(choices),
        "fit": fit,
        "folder": str(folder),
    }
    end = time.monotonic() + limits.LONGEST
    try:
        # What it unpacks lies in the draft, so that it goes with it whatever happens.
        with Child(_COMMAND, dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))) as child:
            found = child.ask(request, limits.LONGEST, should_stop)
            while "draft" not in found:
                if progress and found["total"]:
                    progress(found["done"], found["total"], found["file"])
                left = end - time.monotonic()
                if left <= 0:
                    raise UserError(
                        "The import took over {minutes:.0f} minutes and was given up; import the "
                        "images in parts.",
                        minutes=limits.LONGEST / 60,
                    )
                found = child.ask({"do": "on"}, left, should_stop)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _revived(folder, found["draft"])


def keep(draft: Draft, name: str, replace: bool = False) -> str:
    """Store a draft as "own-<slug of name>", and return that name; the draft is gone then."""
    convert.check_name(name, replace)
    request = {"do": "keep", "folder": str(draft.folder), "name": name, "replace": replace}
    with Child(_COMMAND, {}) as child:
        stored = child.ask(request, limits.LONGEST)["name"]
    drop(draft)
    return stored


def drop(draft: Draft) -> None:
    """Throw a draft away."""
    shutil.rmtree(draft.folder, ignore_errors=True)
    try:
        draft.folder.parent.rmdir()
    except OSError:  # others are there
        pass


def _revived(folder: Path, found: dict[str, Any]) -> Draft:
    assumed = (Assumption(**e | {"others": tuple(e["others"])}) for e in found["assumed"])
    return Draft(
        folder,
        found["count"],
        tuple(found["shape"]),
        tuple((name, tuple(counts)) for name, counts in found["classes"]),
        found["refused"],
        tuple((name, reason) for name, reason in found["skipped"]),
        tuple(assumed),
        tuple(found["remarks"]),
    )


def _remove_old(drafts: Path) -> None:
    for folder in drafts.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > _OLD:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # somebody else removed it
            continue


class _Work:
    """In the process: what is under way."""

    def __init__(self) -> None:
        self._steps: Iterator[tuple[int, int, str]] = iter(())
        self._folder = Path()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if request["do"] == "keep":
                prepared = _load(Path(request["folder"]))
                return {"name": convert.keep(prepared, request["name"], request["replace"])}
            if request["do"] == "read":
                self._folder = Path(request["folder"])
                if request["bytes"] is not None:  # a folder is as large as its files
                    bound_memory(limits.memory(request["bytes"]))
                    bound_seconds(limits.seconds(request["bytes"]))
                self._steps = convert.steps(
                    [Path(path) for path in request["source"]],
                    request["size"],
                    request["colour"],
                    Choices(**request["choices"]),
                    request["fit"],
                )
            return self._go_on()
        except Exception as error:
            if out_of_memory(error):
                raise UserError(
                    "The images take more memory than the {most:.0f} GB that are given to an "
                    "import; import them in parts.",
                    most=limits.MOST_MEMORY / 2**30,
                ) from error
            if isinstance(error, UNREADABLE):
                raise DataError(
                    "The images cannot be read ({kind}): a file is damaged, or of a kind that is not "
                    "known.",
                    kind=type(error).__name__,
                ) from error
            raise

    def _go_on(self) -> dict[str, Any]:
        end, done = time.monotonic() + _STEP, (0, 0, "")
        while time.monotonic() < end:
            try:
                done = next(self._steps)
            except StopIteration as last:
                return {"draft": _save(last.value, self._folder)}
        return dict(zip(("done", "total", "file"), done, strict=True))


def _save(prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Write a draft; return what is said about it."""
    chosen = np.unique(np.linspace(0, len(prepared.x) - 1, SHOWN).astype(int))
    arrays = {"x": prepared.x, "labels": prepared.labels, "classes": np.array(prepared.classes, str)}
    arrays["names"] = store.packed(prepared.names)
    if prepared.parts is not None:
        arrays["parts"] = prepared.parts
    if prepared.photographs is not None:
        arrays["photographs"] = prepared.photographs
    with writing(folder, Message("set AE_DATA_DIR to")):
        np.save(folder / "samples.npy", prepared.x[chosen])
        np.savez(folder / "draft.npz", **arrays)
    return {
        "count": len(prepared.x),
        "shape": prepared.x.shape[1:],
        "classes": prepared.counts(),
        "refused": len(prepared.skipped),
        "skipped": prepared.skipped[:LISTED],
        "assumed": [vars(entry) for entry in prepared.assumed],
        "remarks": prepared.remarks,
    }


def _load(folder: Path) -> Prepared:
    try:
        with np.load(folder / "draft.npz", allow_pickle=False) as content:
            parts = content["parts"] if "parts" in content else None
            classes = [str(name) for name in content["classes"]]
            names = store.unpacked(content["names"])
            images = content["x"], content["labels"]
            cut_from = content["photographs"] if "photographs" in content else None
            of_images = {"names": names, "photographs": cut_from}
            return Prepared(*images, classes, parts, [], [], **of_images)
    except OSError as error:
        raise UserError("The preview is no longer there; read the images again.") from error


if __name__ == "__main__":
    bound_memory(limits.MOST_MEMORY)
    processes.step_back()
    serve(_Work().answer)
