"""Small real runs for the tests of the dashboard: networks as built, with all files of a training.

Nothing is trained here, for that takes minutes on a busy machine: the weights are the first ones.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np

from ae_core import data, networks, runs
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise
from ae_core.training import examples

SHIPPED = {
    "situation-1-letters": {"network": "situation-1", "code": 196},
    "situation-2-letters": {"network": "situation-2", "code": 49},
    "denoiser-letters": {"network": "unet", "code": 0, "noise": Noise("gaussian", 50.0, 0.0)},
}
OWN = {"network": "conv", "code": 32, "noise": Noise("gaussian", 25.0)}
ELASTIC = {"network": "elastic", "code": 256, "noise": Noise("gaussian", 75.0, 0.0, 0.5)}
CODEC = {"network": "rate", "code": 400}
SHAPE = (28, 28, 1)
EPOCHS = 2


def build(artifacts: Path) -> None:
    """Write the runs into ``artifacts``: three as if shipped, one of the visitor's own."""
    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    runs.pretrained_dir().mkdir(parents=True)
    for name, choices in SHIPPED.items():
        _ship(_run(name, choices), name)
    _run("My own network", OWN)


def add_elastic(artifacts: Path, name: str = "letters-elastic") -> None:
    """Add an elastic network as if shipped: as it starts, which is PCA of every size."""
    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    _ship(_run("Elastic letters", ELASTIC), name)


def keep_own(artifacts: Path) -> None:
    """Take out what is as if shipped; the visitor's own run stays."""
    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    shutil.rmtree(runs.pretrained_dir())


def add_measured(artifacts: Path) -> None:
    """Add two measurements of devices on this machine."""
    import measured_files

    from ae_core.evaluation.bench import store

    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    for day in (24, 25):
        created = f"2026-11-{day}T00:00:00+00:00"
        measured_files.devices(store.own_dir(), f"day-{day}", created=created)


def add_codec(artifacts: Path, name: str = "letters-codec") -> None:
    """Add a rate network as if shipped: what lists of runs read of it, and nothing measured."""
    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    run = runs.create(TrainConfig(epochs=EPOCHS, **CODEC), "Letters codec")
    networks.build(run.config, SHAPE).save(run.model_path)
    _ship(run, name)


def _ship(run: runs.Run, name: str) -> None:
    folder = run.folder.rename(runs.pretrained_dir() / name)
    (folder / "status.json").unlink()


def _run(title: str, choices: dict) -> runs.Run:
    import keras

    keras.utils.set_random_seed(0)
    run = runs.create(TrainConfig(epochs=EPOCHS, **choices), title)
    network = networks.build(run.config, SHAPE)
    if run.config.network == "elastic":
        _start_at_pca(network)
    network.save(run.model_path)
    examples.write(run)
    _history(run)
    run.update_status(state="finished", started=0.0, finished=9.0)
    return run


def _start_at_pca(network) -> None:
    from ae_core.baselines import pca
    from ae_core.networks.elastic import network as elastic

    start = pca.fit(data.load("letters").train.x[:600], ELASTIC["code"])
    elastic.start_at_pca(network, start.mean, start.components, start.variances)


def _history(run: runs.Run) -> None:
    lines, end = [",".join(runs.HISTORY_COLUMNS)], "130,0" if run.config.code else "130,nan"
    lines += [f"{e},{0.2 / e},{0.25 / e},{10.0 + e},0.001,1.5,{end}" for e in range(1, EPOCHS + 1)]
    (run.folder / "history.csv").write_text("\n".join(lines) + "\n")
    folder = run.folder / "samples"
    folder.mkdir()
    kept = examples.read(run)
    np.save(folder / "x.npy", kept.x)
    np.save(folder / "x_noisy.npy", kept.x_noisy)
    for epoch in range(1, EPOCHS + 1):
        np.save(folder / f"epoch-{epoch:04d}.npy", kept.x_hat // (EPOCHS + 1 - epoch))
    np.save(folder / "filters-0002.npy", np.arange(6 * 25, dtype=np.uint8).reshape(6, 5, 5, 1))
