"""Several devices that train one network together: two halves of the CPU against one whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import Cancelled, UserError
from ae_core.machine import devices
from ae_core.training import fit, queue

ROOT = Path(__file__).resolve().parents[3]

# In a process of its own: TensorFlow divides the CPU once in its life. Few letters, as the other
# tests draw them.
CHILD = """
import json, os, sys
from ae_core.machine import devices
os.environ.update(devices.environment(sys.argv[1]))
from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise
from ae_core.data import drawn_sets

drawn_sets.SIZES["letters"] = (280, 24, drawn_sets.LETTERS)
told = []
for noise in (Noise(), Noise("gaussian", 25.0)):
    run = runs.create(TrainConfig(network="conv", code=16, epochs=2, batch=50, limit=250,
                                  noise=noise, learning_rate=2e-4, device=sys.argv[1]))
    from ae_core import networks
    from ae_core.training import worker
    state = worker.work(run)
    shape = networks.load(run.model_path).reconstruct(run.samples().x).shape
    told.append({"state": state, "history": run.history().to_dict("records"),
                 "device": run.status()["device"], "shape": list(shape)})
from ae_core.networks.trainer import _Seeds
seeds = []
if devices.replicas() > 1:
    strategy = devices._mirrored(devices.replicas(), True)
    with strategy.scope():
        generator = _Seeds(7)
    drawn = strategy.run(lambda: generator.next())
    seeds = [seed.numpy().tolist() for seed in strategy.experimental_local_results(drawn)]
print(json.dumps({"told": told, "seeds": seeds}))
"""


def train(folder, device):
    env = os.environ | {
        "AE_ARTIFACTS_DIR": str(folder),
        "AE_DATA_DIR": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    env.pop("AE_ASSIGNED_DEVICE", None)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, device],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def pretend(monkeypatch):
    def gpus(count):
        found = tuple(devices.Device(f"gpu:{i}", "A", "gpu", 2**33) for i in range(count))
        monkeypatch.setattr(devices, "_gpus", lambda: (found, "" if found else "No card."))

    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return gpus


@pytest.mark.long
def test_two_devices_train_as_one_does(tmp_path):
    one, two = train(tmp_path / "one", "cpu"), train(tmp_path / "two", "cpu+cpu")
    for told in two["told"]:
        assert (told["state"], told["device"]) == ("finished", "cpu+cpu")
    # Without noise only the order of sums differs; with noise, its draw.
    for a, b, near in zip(one["told"], two["told"], (1e-3, 0.02), strict=True):
        assert a["shape"] == b["shape"]
        for before, after in zip(a["history"][1:], b["history"][1:], strict=True):
            assert after["loss"] == pytest.approx(before["loss"], rel=near)
            assert after["val_psnr"] == pytest.approx(before["val_psnr"], abs=0.1)
    assert one["told"][1]["history"][1]["loss"] != two["told"][1]["history"][1]["loss"]
    first, second = two["seeds"]
    assert first == [7, 0] and second != first  # else both halves of a batch had the same noise


def test_several_devices_are_named_in_one_grammar(pretend):
    pretend(3)
    assert devices.resolve("gpus") == "gpu:0+gpu:1+gpu:2"
    assert devices.resolve("gpu:2+gpu:0") == "gpu:2+gpu:0"
    assert devices.resolve("cpu+cpu") == "cpu+cpu"
    with pytest.raises(UserError, match="twice"):
        devices.resolve("gpu:1+gpu:1")
    with pytest.raises(UserError, match="gpu:7"):
        devices.resolve("gpu:0+gpu:7")
    for wrong in ("gpu:0+cpu", "gpu:0,gpu:1", "+", "gpu+gpu", "cpu+", "", 2):
        with pytest.raises(UserError, match=r"gpu:0\+gpu:1"):
            TrainConfig(device=wrong)
    pretend(1)
    assert devices.resolve("gpus") == "gpu:0"
    pretend(0)
    with pytest.raises(UserError, match="No card"):
        devices.resolve("gpus")


def test_only_tensorflow_takes_several(pretend, monkeypatch):
    pretend(2)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    for wish in ("gpus", "gpu:0+gpu:1", "cpu+cpu"):
        with pytest.raises(UserError, match="Only TensorFlow"):
            devices.resolve(wish)
    assert devices.resolve("gpu:1") == "gpu:1"


def test_a_process_sees_its_devices_and_no_other(monkeypatch):
    monkeypatch.setattr(devices, "_VISIBLE", "4,5,6")
    env = devices.environment("gpu:0+gpu:2")
    assert (env["CUDA_VISIBLE_DEVICES"], env["AE_REPLICAS"]) == ("4,6", "2")
    assert devices.environment("gpu:1")["AE_REPLICAS"] == "1"
    assert devices.environment("cpu+cpu")["CUDA_VISIBLE_DEVICES"] == ""


def test_a_training_on_two_devices_waits_for_both(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    first, second = (runs.create(TrainConfig(device="cpu")) for _ in range(2))
    looks = []

    def stop():
        looks.append(1)
        return len(looks) > 1

    with queue.turn(first, "gpu:1", lambda: False, lambda n: None):
        with pytest.raises(Cancelled), queue.turn(second, "gpu:0+gpu:1", stop, lambda n: None):
            pass
        with queue.turn(second, "gpu:0", lambda: False, lambda n: None):
            pass  # what it took while it waited it gave back
    with queue.turn(second, "gpu:0+gpu:1", lambda: False, lambda n: None):
        pass


def test_a_batch_is_shared_evenly(monkeypatch):
    monkeypatch.setenv("AE_REPLICAS", "2")
    assert fit._batch(128, 1000) == 128
    assert fit._batch(128, 101) == 100
    for asked, images in ((127, 1000), (128, 1)):
        with pytest.raises(UserError, match="multiple of 2"):
            fit._batch(asked, images)
