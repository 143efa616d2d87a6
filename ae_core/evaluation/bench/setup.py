"""What a measurement rests on: the head of its result, the shared images, the devices held."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ae_core import data, runs
from ae_core.baselines import pca
from ae_core.errors import Message
from ae_core.evaluation.bench import plan
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.evaluation.bench.schema import KIND, SCHEMA, Device, Result
from ae_core.machine import devices, provenance
from ae_core.training import queue

START_IMAGES = 512  # for the linear start: the same on all devices matters, the best does not


def head(asked: Plan) -> Result:
    """Return a result without figures: what is asked, on which machine, with which versions."""
    now = datetime.now(UTC)
    known = {device.id: device for device in devices.devices()}
    cards = devices.drivers()
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "id": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        "state": "unfinished",
        "note": asked.note,
        "created": provenance.now(),
        "finished": "",
        "machine": provenance.machine() | {"memory_bytes": known["cpu"].memory_bytes},
        "versions": provenance.versions(),
        "load": os.getloadavg()[0] / devices.cores() if hasattr(os, "getloadavg") else None,
        "shared_with": [],
        "task": {},
        "plan": {
            "devices": [c.id for c in asked.contestants],
            "batches": list(asked.batches),
            "sizes": list(asked.sizes),
            **{name: getattr(asked, name) for name in ("repeats", "seconds", "limit_seconds")},
        },
        "devices": [_device(c, known, cards) for c in asked.contestants],
        "sizes": [{"name": n, "width": plan.SIZES[n], "parameters": None} for n in asked.sizes],
        "cells": [],
        "ratios": [],
        "quality": [],
    }


@contextlib.contextmanager
def held(asked: Plan, result: Result) -> Iterator[None]:
    """Let trainings wait for these devices; note those that use them already."""
    with contextlib.ExitStack() as stack:
        for device in sorted({c.device for c in asked.contestants}):
            try:
                stack.enter_context(queue.device_lock(runs.runs_dir(), device))
            except TimeoutError:
                result["shared_with"] += queue.names(device) or [Message("another program")]
        yield


def share(folder: Path, asked: Plan) -> dict:
    """Write what all processes train on; return the ``task`` of the result."""
    dataset = data.load(plan.DATA)
    x_train = dataset.train.x[: asked.images]
    x_val = dataset.validation.x[: asked.validation_images]
    start = pca.fit(x_train[:START_IMAGES], plan.CODE)
    np.savez(
        folder / "images.npz",
        x_train=x_train,
        x_val=x_val,
        mean=start.mean,
        components=start.components,
    )
    return {
        "data": dataset.name,
        "fingerprint": dataset.fingerprint,
        "images": len(x_train),
        "validation_images": len(x_val),
        "shape": [int(side) for side in dataset.shape],
        "noise": {"kind": "gaussian", "level": plan.SIGMA},
        "code": plan.CODE,
        "learning_rate": 2e-3,
        "epoch_images": plan.EPOCH_IMAGES,
        "quality_epochs": asked.quality_epochs,
        "quality_images": asked.quality_images,
        "quality_batch": asked.quality_batch,
    }


def _device(contestant: Contestant, known: dict, cards: dict[str, str]) -> Device:
    device = known.get(contestant.device)
    return dataclasses.asdict(contestant) | {
        "name": device.name if device else contestant.device,
        "kind": contestant.kind,
        "memory_bytes": device.memory_bytes if device else None,
        "driver": cards.get(contestant.device, ""),
        "energy": "",
        "problem": "",
    }
