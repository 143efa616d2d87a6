"""Devices: the CPU always, GPUs through a child process that may crash or hang."""

import sys

import pytest

from ae_core.errors import UserError
from ae_core.machine import devices


@pytest.fixture(autouse=True)
def forget():
    devices._gpus.cache_clear()
    yield
    devices._gpus.cache_clear()


def pretend(monkeypatch, gpus=(), problem=""):
    found = tuple(devices.Device(f"gpu:{i}", name, "gpu", 2**33) for i, name in enumerate(gpus))
    monkeypatch.setattr(devices, "_gpus", lambda: (found, problem))


def ask(code, seconds=20.0):
    return devices._ask([sys.executable, "-c", code], devices._probe_environment(), seconds)


def test_the_cpu_is_always_there():
    cpu = devices.devices()[0]
    assert (cpu.id, cpu.kind) == ("cpu", "cpu")
    assert cpu.name and cpu.memory_bytes > 2**28
    assert devices.resolve("cpu") == "cpu"


def test_no_gpu_is_no_error_unless_asked_for(monkeypatch):
    pretend(monkeypatch, problem="No card.")
    assert devices.resolve("auto") == "cpu"
    for wish in ("gpu", "gpu:0", "tpu"):
        with pytest.raises(UserError, match="No card.*--device cpu"):
            devices.resolve(wish)


def test_gpus_are_resolved_by_number(monkeypatch):
    pretend(monkeypatch, ["A", "B"])
    assert [d.id for d in devices.devices()] == ["cpu", "gpu:0", "gpu:1"]
    assert devices.resolve("auto") == devices.resolve("gpu") == "gpu:0"
    assert devices.resolve("gpu:1") == "gpu:1"
    with pytest.raises(UserError, match="gpu:2"):
        devices.resolve("gpu:2")


def test_environment_hides_or_shows_the_gpu(monkeypatch):
    monkeypatch.setattr(devices, "_VISIBLE", None)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    cpu, gpu = devices.environment("cpu"), devices.environment("gpu:1")
    assert cpu["CUDA_VISIBLE_DEVICES"] == "" and gpu["CUDA_VISIBLE_DEVICES"] == "1"
    assert gpu["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert "KERAS_BACKEND" not in cpu
    monkeypatch.setattr(devices, "_VISIBLE", "4, GPU-abc")
    assert devices.environment("gpu:1")["CUDA_VISIBLE_DEVICES"] == "GPU-abc"


def test_a_training_has_the_fast_kernels_unless_somebody_chose(monkeypatch):
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    found = devices.for_training("cpu")
    assert found.pop("TF_ENABLE_ONEDNN_OPTS") == "1" and found == devices.environment("cpu")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    assert devices.for_training("cpu")["TF_ENABLE_ONEDNN_OPTS"] == "0"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import os; os.abort()", "crashed"),
        ("raise RuntimeError", "crashed"),
        ("print('no json')", "crashed"),
        ("print('[1]')", "crashed"),
        ('print(\'{"gpus": [], "problem": "Nothing seen."}\')', "Nothing seen"),
        ('print(\'{"gpus": [{"id": 1, "extra": 2}], "problem": ""}\')', "crashed"),
    ],
)
def test_a_bad_probe_is_a_sentence(code, sentence):
    gpus, problem = ask(code)
    assert gpus == () and sentence in problem and problem.endswith(".")


def test_a_hanging_probe_is_given_up():
    gpus, problem = ask("import time; time.sleep(60)", seconds=0.5)
    assert gpus == () and "given up" in problem


def test_a_good_probe_is_read_after_noise():
    code = (
        "print('driver says hello');"
        'print(\'{"gpus": [{"id": "gpu:0", "name": "X", "memory_bytes": null}], "problem": "-"}\')'
    )
    assert ask(code) == ((devices.Device("gpu:0", "X", "gpu", None),), "")


def test_hidden_gpus_are_not_looked_for(monkeypatch):
    monkeypatch.setattr(devices, "_VISIBLE", "")
    monkeypatch.setattr(devices, "_ask", lambda *_: pytest.fail("asked"))
    assert [d.id for d in devices.devices()] == ["cpu"]
    assert devices.gpu_problem()


def test_trainings_take_the_narrow_arithmetic_on_graphics_cards_alone(monkeypatch):
    gpus = tuple(devices.Device(f"gpu:{i}", "a card", "gpu", None) for i in range(2))
    monkeypatch.setattr(devices, "_gpus", lambda: (gpus, ""))
    assert devices.precision() == devices.precision("gpu:1") == "bfloat16"
    assert devices.precision("cpu") == "float32"
    monkeypatch.setattr(devices, "_gpus", lambda: ((), "none here"))
    assert devices.precision() == "float32"
    with pytest.raises(UserError):
        devices.precision("gpu")
