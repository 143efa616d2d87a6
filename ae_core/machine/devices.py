"""Which devices can train, and the environment that gives a process one of them.

GPUs are looked for in a child process with a time limit: a broken driver can end a process, and
this one must only hear of it. ``python -m ae_core.machine.devices`` is that child.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ae_core.errors import Message, UserError
from ae_core.machine import nvidia, processes

PROBE_SECONDS = 60.0
# As it was before this process may have hidden the GPUs from itself.
_VISIBLE = os.environ.get("CUDA_VISIBLE_DEVICES")
_REPLICAS = "AE_REPLICAS"  # into how many devices' shares this process divides a batch


@dataclass(frozen=True)
class Device:
    """Something that can train: ``id`` is "cpu", "gpu:0", "gpu:1" ..."""

    id: str
    name: str
    kind: str  # "cpu" or "gpu"
    memory_bytes: int | None  # None: not known


def devices() -> list[Device]:
    """List the devices, the CPU first; GPUs are looked for once in a process's life."""
    return [_cpu(), *_gpus()[0]]


def gpu_problem() -> str:
    """Return a sentence on why no GPU is used, or nothing where one is found."""
    return _gpus()[1]


def resolve(device: str = "auto") -> str:
    """Return the id of a device that is there: "auto" takes the first GPU, else the CPU.

    "gpus" is all GPUs together; several joined by "+" train one network together, a part of every
    batch each ("cpu+cpu": two halves of the CPU, which is how that is tested without GPUs).

    Raises:
        UserError: a GPU was asked for by name and is not there, or the backend cannot use several.
    """
    if device == "cpu":
        return "cpu"
    if "+" in device and backend() != "tensorflow":
        raise UserError(
            "Only TensorFlow trains one network on several devices here, and Keras computes with "
            "{backend}: choose one device, or unset KERAS_BACKEND.",
            backend=backend(),
        )
    if set(device.split("+")) == {"cpu"}:
        return device
    gpus = [gpu.id for gpu in _gpus()[0]]
    if device == "auto":
        return gpus[0] if gpus else "cpu"
    if device == "gpus" and len(gpus) > 1:
        return resolve("+".join(gpus))
    wanted = "gpu:0" if device in ("gpu", "gpus") else device
    if set(wanted.split("+")) <= set(gpus):
        if len(members(wanted)) < wanted.count("+") + 1:
            raise UserError("A GPU stands twice in {device!r}: name each one once.", device=device)
        return wanted
    there = ", ".join(["cpu", *gpus])
    raise UserError(
        "There is no device {device!r} (there is: {there}): {reason} Choose --device cpu or auto.",
        device=device,
        there=there,
        reason=gpu_problem() or Message("see `devices`."),
    )


def members(device: str) -> set[str]:
    """Return the ids that a resolved device is made of; two trainings must not share one."""
    return set(device.split("+"))


def precision(device: str = "auto") -> str:
    """Return the arithmetic for trainings there: "bfloat16" on GPUs, else "float32".

    Codes, linear paths and last layers are float32 in either, so that quality stays the same; on
    many processors the narrow type is emulated and slow.

    Raises:
        UserError: as :func:`resolve`.
    """
    return "bfloat16" if all(m.startswith("gpu") for m in resolve(device).split("+")) else "float32"


def environment(device: str) -> dict[str, str]:
    """Return the variables that make a process use ``device``, set before Keras is imported.

    ``KERAS_BACKEND`` is not among them: it stays what it is.
    """
    on_cpu, parts = members(device) == {"cpu"}, device.split("+")
    found = {
        "CUDA_VISIBLE_DEVICES": "" if on_cpu else ",".join(_visible(part) for part in parts),
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # numbers as nvidia-smi gives them
        _REPLICAS: str(len(parts)),
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # share the GPU's memory with other programs
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # the same, for JAX
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
        "JAX_PLATFORMS": "cpu" if on_cpu else "",
    }
    if backend() == "torch":
        gpu = "mps" if sys.platform == "darwin" else "cuda"
        found["KERAS_TORCH_DEVICE"] = "cpu" if on_cpu else gpu
    return found


def for_training(device: str) -> dict[str, str]:
    """Return :func:`environment`, for a process that trains.

    On processors without AVX-512 TensorFlow leaves oneDNN's kernels out by itself. A step of a
    training is up to 2.5 times as fast with them; a few images through a network are slower.
    """
    chosen = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1")
    return environment(device) | {"TF_ENABLE_ONEDNN_OPTS": chosen}


def replicas() -> int:
    """Number of devices among which this process divides a batch; set by :func:`environment`."""
    count = os.environ.get(_REPLICAS, "1")
    return max(1, int(count)) if count.isdigit() else 1


def strategy_scope() -> contextlib.AbstractContextManager:
    """Build a network inside ``with`` this, and it trains on all of the process's devices alike.

    Raises:
        UserError: this process has fewer devices than it was started for.
    """
    if replicas() == 1:
        return contextlib.nullcontext()
    return _mirrored(replicas(), os.environ.get("CUDA_VISIBLE_DEVICES") == "").scope()


def replica_seed(seed):
    """Make a random seed (2,) another one on each replica of a network, so that noise differs."""
    if replicas() == 1:
        return seed
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return seed
    replica = tf.cast(context.replica_id_in_sync_group, seed.dtype)
    return seed + tf.stack([replica * 7919, tf.zeros_like(replica)])


@functools.cache
def _mirrored(count: int, on_cpu: bool):
    import tensorflow as tf

    if on_cpu:
        with contextlib.suppress(RuntimeError):  # TensorFlow runs already: with as many, or too few
            cpu = tf.config.list_physical_devices("CPU")[0]
            one = tf.config.LogicalDeviceConfiguration()
            tf.config.set_logical_device_configuration(cpu, [one] * count)
    found = tf.config.list_logical_devices("CPU" if on_cpu else "GPU")
    if len(found) < count:
        raise UserError(
            "This process was started for {count} devices, but has {found}.",
            found=len(found),
            count=count,
        )
    return tf.distribute.MirroredStrategy([device.name for device in found[:count]])


def accelerated() -> bool:
    """Say whether this process computes on a GPU; loads the backend."""
    if backend() == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend() == "jax":
        import jax

        return jax.default_backend() != "cpu"
    return os.environ.get("KERAS_TORCH_DEVICE", "cpu") != "cpu"


def chosen_by_user() -> str | None:
    """CUDA_VISIBLE_DEVICES as it was when this process began; None: not set."""
    return _VISIBLE


def drivers() -> dict[str, str]:
    """Return the version of each NVIDIA GPU's driver, by the GPU's id."""
    if not _gpus()[0]:
        return {}
    cards = nvidia.cards()[0]
    found = {gpu.id: nvidia.find(_visible(gpu.id), cards) for gpu in _gpus()[0]}
    return {name: card.driver for name, card in found.items() if card}


def backend() -> str:
    """The backend that Keras will take: KERAS_BACKEND, its own settings file, or TensorFlow."""
    chosen = os.environ.get("KERAS_BACKEND")
    if not chosen:
        home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
        try:
            chosen = json.loads((home / "keras.json").read_text(encoding="utf-8")).get("backend")
        except (OSError, ValueError, AttributeError):
            chosen = None
    return str(chosen or "tensorflow")


def cpu_name() -> str:
    """Name of the processor, as its maker writes it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.lower().startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    except (OSError, UnicodeDecodeError, IndexError):
        pass
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        with_name = subprocess.run(command, capture_output=True, text=True, check=False)
        if with_name.stdout.strip():
            return with_name.stdout.strip()
    return platform.processor() or platform.machine() or Message("unknown processor")


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu() -> Device:
    import psutil

    count = cores()
    name = (
        Message("{cpu_name}, one core", cpu_name=cpu_name())
        if count == 1
        else Message("{cpu_name}, {count} cores", cpu_name=cpu_name(), count=count)
    )
    return Device("cpu", name, "cpu", int(psutil.virtual_memory().total))


@functools.cache
def _gpus() -> tuple[tuple[Device, ...], str]:
    """Ask a child process; return the GPUs and a sentence on what went wrong."""
    if not _may_have_gpu():
        return (), Message("No graphics card with a driver was found on this machine.")
    command = [sys.executable, "-m", "ae_core.machine.devices"]
    return _ask(command, _probe_environment(), PROBE_SECONDS)


def _ask(command: list[str], env: dict[str, str], seconds: float) -> tuple[tuple[Device, ...], str]:
    try:
        return processes.answer(command, env, seconds, _found)
    except subprocess.TimeoutExpired:
        return (), Message(
            "The search for a GPU took over {seconds:.0f} s and was given up.", seconds=seconds
        )
    except OSError as error:
        return (), Message("The search for a GPU could not be started: {error}.", error=error)
    except processes.Crashed as code:
        return (), (
            Message(
                "The search for a GPU crashed (exit code {code}): check that the driver fits the "
                "installed CUDA packages.",
                code=code,
            )
        )


def _found(said: dict[str, Any]) -> tuple[tuple[Device, ...], str]:
    gpus = tuple(Device(kind="gpu", **gpu) for gpu in said["gpus"])
    return gpus, "" if gpus else Message(said["problem"])


def _may_have_gpu() -> bool:
    """Look for cheap signs of a GPU, so that a machine without one never loads TensorFlow."""
    if _VISIBLE is not None and _VISIBLE.strip() in ("", "-1"):
        return False
    if sys.platform == "darwin":
        return True
    signs = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/kfd")
    return any(os.path.exists(sign) for sign in signs) or bool(shutil.which("nvidia-smi"))


def _probe_environment() -> dict[str, str]:
    env = processes.environment()
    env |= {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    env["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # numbers as nvidia-smi gives them
    for name in ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "KERAS_TORCH_DEVICE"):
        env.pop(name, None)
    if _VISIBLE is not None:
        env["CUDA_VISIBLE_DEVICES"] = _VISIBLE
    return env


def _visible(device: str) -> str:
    """Translate our number of a GPU into the name that the user's own choice gave it."""
    number = int(device.partition(":")[2] or 0)
    names = [name.strip() for name in (_VISIBLE or "").split(",") if name.strip()]
    return names[number] if number < len(names) else str(number)


def _probe() -> dict[str, Any]:
    """In the child: count the backend's GPUs and compute something on each."""
    name = backend()
    try:
        found = {"tensorflow": _probe_tensorflow, "jax": _probe_jax, "torch": _probe_torch}
        names = found[name]()
    except Exception as error:  # noqa: BLE001 - any failure here is told as "no GPU"
        first = (str(error).strip().splitlines() or [""])[0][:200]
        unusable = Message("{name} cannot use the GPU ({first}).", name=name, first=first)
        return {"gpus": [], "problem": unusable.stored()}
    memory = _nvidia_memory()
    gpus = [
        {"id": f"gpu:{i}", "name": gpu, "memory_bytes": memory[i] if i < len(memory) else None}
        for i, gpu in enumerate(names)
    ]
    none = Message("{name} as installed sees no GPU.", name=name)
    if name == "tensorflow":
        none = Message(
            "TensorFlow as installed sees no GPU (on Linux: pip install 'tensorflow[and-cuda]')."
        )
    return {"gpus": gpus, "problem": none.stored()}


def _probe_tensorflow() -> list[str]:
    import tensorflow as tf

    names = []
    for i, gpu in enumerate(tf.config.list_physical_devices("GPU")):
        names.append(tf.config.experimental.get_device_details(gpu).get("device_name", "GPU"))
        with tf.device(f"/GPU:{i}"):
            tf.linalg.matmul(tf.ones((8, 8)), tf.ones((8, 8))).numpy()
    return names


def _probe_jax() -> list[str]:
    import jax

    gpus = [d for d in jax.devices() if d.platform != "cpu"]
    for gpu in gpus:
        (jax.device_put(jax.numpy.ones((8, 8)), gpu) @ jax.numpy.ones((8, 8))).block_until_ready()
    return [gpu.device_kind for gpu in gpus]


def _probe_torch() -> list[str]:
    import torch

    if torch.backends.mps.is_available():
        return ["Apple GPU"]
    count = torch.cuda.device_count()
    for i in range(count):
        torch.ones((8, 8), device=f"cuda:{i}").matmul(torch.ones((8, 8), device=f"cuda:{i}")).cpu()
    return [torch.cuda.get_device_name(i) for i in range(count)]


def _nvidia_memory() -> list[int | None]:
    """Memory of each visible GPU in bytes, where nvidia-smi tells it."""
    cards = nvidia.cards()[0]
    chosen = [n.strip() for n in (os.environ.get("CUDA_VISIBLE_DEVICES") or "").split(",") if n]
    found = [nvidia.find(name, cards) for name in chosen] if chosen else cards
    return [card.memory_bytes if card else None for card in found]


if __name__ == "__main__":
    print(json.dumps(_probe()))
