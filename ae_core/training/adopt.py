"""A network made elsewhere becomes a run like any other.

``python -m ae_core.training.adopt`` is the process that reads such files (see
:mod:`ae_core.jobs.child`): whatever is in one, it takes no more than that process's memory and time.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from ae_core import data, runs
from ae_core.config import TrainConfig
from ae_core.errors import DataMissing, Message, UserError
from ae_core.files import replacing, unwritable
from ae_core.jobs import deeds, room
from ae_core.jobs.child import Child, bound_memory, serve
from ae_core.jobs.worker import out_of_memory
from ae_core.machine import devices
from ae_core.networks import foreign
from ae_core.networks.foreign import NOTHING_SAID, Choices, Found
from ae_core.training import examples

TRIED = 32  # images with which the range of values is tried


LIMIT_S = 120.0  # for one file, the start of the process included
MOST_MEMORY = 6 * 2**30  # bytes


@dataclass(frozen=True)
class Looked:
    """What was found in a file.

    Attributes:
        said: a sentence each.
        data: the set that the network was tried on.
        squared_error: the mean there, on [0, 1].
        run: the run that was made of it; "": none.
    """

    said: tuple[Message, ...]
    data: str
    squared_error: float | None
    run: str = ""


def look(
    path: Path,
    name: str | None = None,
    choices: Choices = NOTHING_SAID,
    called: str = "",
    title: str | None = None,
) -> Looked:
    """Find out what a file of Keras holds, in a process with bounded memory and time.

    Args:
        path, name, choices, called: see :func:`read`.
        title: of the run that is made of it, "" for the file's name; None: none is made.

    Raises:
        UserError: see :func:`read` and :func:`adopt`; or it took too long, or too much memory.
    """
    if title is not None:
        room.check_disk()
    request = {
        "path": str(Path(path).resolve()),
        "data": name,
        "choices": asdict(choices),
        "called": called or Path(path).name,
        "title": title,
    }
    env = devices.environment(devices.resolve("cpu"))
    with Child([sys.executable, "-m", "ae_core.training.adopt"], env) as child:
        found = child.ask(request, LIMIT_S)
    if found.get("run"):
        deeds.note("import", runs.runs_dir() / found["run"])
    return Looked(**found | {"said": tuple(found["said"])})


def _looked(request: dict[str, Any]) -> dict[str, Any]:
    path, called, side = Path(request["path"]), request["called"], request["choices"]["side"]
    choices = Choices(**request["choices"] | {"side": side and tuple(side)})
    try:
        found, name = read(path, request["data"], choices, called)
        error = found.errors[found.given, found.gives]
        answer = {"said": found.said, "data": name, "squared_error": error}
        if request["title"] is not None:
            answer["run"] = adopt(found, name, path, request["title"], called).id
    except Exception as error:
        if out_of_memory(error):
            raise UserError(
                "{name} takes more memory than the {most:.0f} GB that are given to a file.",
                name=called,
                most=MOST_MEMORY / 2**30,
            ) from error
        raise
    return answer


def read(
    path: Path, name: str | None = None, choices: Choices = NOTHING_SAID, called: str = ""
) -> tuple[Found, str]:
    """Return what a file of Keras holds, and the data set that it is tried and shown on.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        name: of a data set of the right shape; None: one that is here.
        choices: what is known of the file already.
        called: the name for the file in sentences; "": its own.

    Raises:
        UserError: see :func:`ae_core.networks.foreign.read`; or no data set has that shape.
    """
    chosen: list[str] = []

    def images(shape: tuple[int, int, int]) -> np.ndarray:
        chosen.append(_set_of(shape) if name is None else name)
        x = data.load(chosen[-1]).test.x[:TRIED]
        if x.shape[1:] != shape:
            raise UserError(
                "The network takes {w}×{h}×{c} images, those of {name} are others.",
                w=shape[1],
                h=shape[0],
                c=shape[2],
                name=chosen[-1],
            )
        return x

    usual = None if name is None else data.info(name).shape
    return foreign.read(path, images, choices, called, usual), chosen[-1]


def adopt(found: Found, name: str, path: Path, title: str = "", called: str = "") -> runs.Run:
    """Make a run of a network from elsewhere, with examples; it is finished from the beginning.

    Args:
        found: what :func:`read` found.
        name: of the data set that it is shown on.
        path: the file, whose name and digest the run notes.
        title: of the run; "": the file's name.
        called: the file's name, if that of ``path`` is another.

    Raises:
        UserError: the run cannot be written.
    """
    called = called or Path(path).name
    height, width, channels = found.code_shape
    config = TrainConfig(
        data=name,
        network="imported",
        code=height * width * channels,
        design=f"{height}x{width}x{channels}",
    )
    run = runs.create(config, title or PurePath(called).stem)
    try:
        with replacing(run.model_path) as beside:
            found.model.save(beside)
        run.update_info(
            imported={
                "file": called,
                "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
                "layer": found.layer,
                "takes": found.given,
                "gives": found.gives,
            }
        )
        examples.write(run)
        run.update_status(state="finished")
    except OSError as error:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise unwritable(run.folder, error) from error
    except UserError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def _set_of(shape: tuple[int, int, int]) -> str:
    """Return a data set of that shape that is on this machine: an own one, or a drawn one, first."""
    here = [info for info, state in data.available() if state != "missing" and info.shape == shape]
    if here:
        return min(here, key=lambda info: (info.kind != "own", info.kind != "drawn")).name
    raise DataMissing(
        "No data set here has images of {w}×{h}×{c}: import some first, with which the network can "
        "be tried and shown.",
        w=shape[1],
        h=shape[0],
        c=shape[2],
    )


if __name__ == "__main__":
    bound_memory(MOST_MEMORY)
    serve(_looked)  # Keras is loaded where it is needed: a file that is none is refused before
