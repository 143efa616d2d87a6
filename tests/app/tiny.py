"""Tiny real runs for the tests of the dashboard: 2 epochs on 200 drawn letters."""

from __future__ import annotations

import os
from pathlib import Path

from ae_core import runs, training
from ae_core.config import Noise, TrainConfig

SHIPPED = {
    "situation-1-letters": {"network": "situation-1", "code": 196},
    "situation-2-letters": {"network": "situation-2", "code": 49},
    "denoiser-letters": {"network": "unet", "code": 0, "noise": Noise("gaussian", 50.0, 0.0)},
}
OWN = {"network": "conv", "code": 32, "noise": Noise("gaussian", 25.0)}


def build(artifacts: Path) -> None:
    """Train the tiny runs into ``artifacts``: three as if shipped, one of the visitor's own."""
    os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
    runs.pretrained_dir().mkdir(parents=True)
    for name, choices in SHIPPED.items():
        run = _train(name, choices)
        folder = run.folder.rename(runs.pretrained_dir() / name)
        (folder / "status.json").unlink()
    _train("My own network", OWN)


def _train(title: str, choices: dict) -> runs.Run:
    few = 40 if choices["network"] == "unet" else 200
    run = runs.create(TrainConfig(epochs=2, limit=few, batch=40, **choices), title)
    state = training.fit(run, lambda: False, None)
    runs.update_status(run, state=state, started=0.0, finished=9.0)
    return run
