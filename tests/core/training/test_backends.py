"""Every Keras backend trains every network alike: the same losses, and the same weights after."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ae_core.machine import devices, processes
from ae_core.networks import KINDS

CHILD = Path(__file__).with_name("few_steps.py")
SHIPPED = processes.ROOT / "artifacts" / "pretrained" / "letters-conv-16" / "model.keras"
NAMES = [*(name for name, kind in KINDS.items() if kind.trainable), "shipped"]

pytestmark = pytest.mark.long


def train_on(backend, folder):
    """Train every network a few steps; what came of it lies in the folder."""
    chosen = {"KERAS_BACKEND": backend, "KERAS_TORCH_DEVICE": "cpu"}
    env = processes.environment() | devices.for_training("cpu") | chosen
    command = [sys.executable, str(CHILD), str(folder), str(SHIPPED)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def with_tensorflow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    train_on("tensorflow", folder)
    return folder


@pytest.fixture(scope="module", params=["jax", "torch"])
def other(request, with_tensorflow):
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    train_on(request.param, with_tensorflow)
    return request.param


def outcome(folder, name):
    with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
        return [stored[f"arr_{i}"] for i in range(len(stored.files))]


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_trained_as_tensorflow_trains_it(with_tensorflow, other, name):
    losses, *weights = outcome(with_tensorflow, f"tensorflow-{name}")
    other_losses, *other_weights = outcome(with_tensorflow, f"{other}-{name}")
    np.testing.assert_allclose(other_losses, losses, rtol=1e-4)  # rounding alone: below 1e-6
    for weight, other_weight in zip(weights, other_weights, strict=True):
        # A step moves a weight by up to 2e-3; one whose gradient is about zero may go either way.
        assert np.abs(weight - other_weight).mean() < 5e-5


@pytest.mark.parametrize("name", NAMES)
def test_filters_and_codes_are_seen_as_tensorflow_sees_them(with_tensorflow, other, name):
    seen = outcome(with_tensorflow, f"tensorflow-{name}-seen")
    seen_there = outcome(with_tensorflow, f"{other}-{name}-seen")
    kinds = [array.dtype.kind for array in seen]
    assert kinds == [array.dtype.kind for array in seen_there]
    assert kinds == (["u", "f"] if name not in KINDS or KINDS[name].has_code else [])
    for here, there in zip(seen, seen_there, strict=True):
        # Weights differ by up to a step, codes with them; whole numbers may be rounded otherwise.
        spread = 255 if here.dtype.kind == "u" else max(np.abs(here).max(), 1e-3)
        assert np.abs(here.astype(float) - there).mean() < 0.01 * spread
