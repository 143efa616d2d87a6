"""A network made elsewhere becomes a run like any other."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np

from ae_core import data, runs
from ae_core.config import TrainConfig
from ae_core.errors import DataMissing, UserError
from ae_core.files import replacing, unwritable
from ae_core.networks import foreign
from ae_core.networks.foreign import NOTHING_SAID, Choices, Found
from ae_core.training import examples

TRIED = 32  # images with which the range of values is tried
_DRAWN = {1: "letters", 3: "numbers"}  # by channels


def read(path: Path, name: str | None = None, choices: Choices = NOTHING_SAID) -> tuple[Found, str]:
    """Return what a file of Keras holds, and the data set that it is tried and shown on.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        name: of a data set of the right shape; None: one that is here.
        choices: what is known of the file already.

    Raises:
        UserError: see :func:`ae_core.networks.foreign.read`; or no data set has that shape.
    """
    chosen: list[str] = []

    def images(shape: tuple[int, int, int]) -> np.ndarray:
        chosen.append(_set_of(shape) if name is None else name)
        x = data.load(chosen[-1]).test.x[:TRIED]
        if x.shape[1:] != shape:
            raise UserError(
                "The network takes {h}×{w}×{c} images, those of {name} are others.",
                h=shape[0],
                w=shape[1],
                c=shape[2],
                name=chosen[-1],
            )
        return x

    return foreign.read(path, images, choices), chosen[-1]


def adopt(found: Found, name: str, path: Path, title: str = "") -> runs.Run:
    """Make a run of a network from elsewhere, with examples; it is finished from the beginning.

    Args:
        found: what :func:`read` found.
        name: of the data set that it is shown on.
        path: the file, whose name and digest the run notes.
        title: of the run; "": the file's name.

    Raises:
        UserError: the run cannot be written.
    """
    height, width, channels = found.code_shape
    config = TrainConfig(
        data=name,
        network="imported",
        code=height * width * channels,
        design=f"{height}x{width}x{channels}",
    )
    run = runs.create(config, title or Path(path).stem)
    try:
        with replacing(run.model_path) as beside:
            found.model.save(beside)
        run.update_info(
            imported={
                "file": Path(path).name,
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
        raise unwritable(run.folder, error, "choose") from error
    except UserError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def _set_of(shape: tuple[int, int, int]) -> str:
    """Return a data set of that shape that is on this machine, own ones first."""
    here = [info for info, state in data.available() if state != "missing" and info.shape == shape]
    if here:
        return sorted(here, key=lambda info: ("own", "drawn", "download").index(info.kind))[0].name
    raise DataMissing(
        "No data set here has images of {h}×{w}×{c}: import some first, with which the network can "
        "be tried and shown.",
        h=shape[0],
        w=shape[1],
        c=shape[2],
    )
