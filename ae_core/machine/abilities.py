"""What a device can do besides computing: XLA, and half-width arithmetic (mixed precision).

Each is tried by one small training step in a child process, which may crash: ``python -m
ae_core.machine.abilities`` is that child.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from dataclasses import dataclass

from ae_core.errors import Message
from ae_core.machine import backends, devices, processes

SECONDS = 180.0


@dataclass(frozen=True)
class Abilities:
    """None: could not be tried, and ``problem`` says why."""

    xla: bool | None = None
    bfloat16: bool | None = None
    problem: str = ""


@functools.cache
def of(device: str) -> Abilities:
    """Try what ``device`` ("cpu", "gpu:0") can do; once in a process's life."""
    if sentence := backends.missing():
        return Abilities(problem=sentence)
    env = processes.environment() | devices.environment(device)
    return ask([sys.executable, "-m", "ae_core.machine.abilities"], env, SECONDS)


def ask(command: list[str], env: dict[str, str], seconds: float) -> Abilities:
    """Run the child; whatever it does, the answer is one of :class:`Abilities`."""
    try:
        return processes.answer(command, env, seconds, lambda found: Abilities(**found))
    except subprocess.TimeoutExpired:
        return Abilities(
            problem=Message("The trial took over {seconds:.0f} s and was given up.", seconds=seconds)
        )
    except OSError as error:
        return Abilities(problem=Message("The trial could not be started: {error}.", error=error))
    except processes.Crashed as code:
        return Abilities(problem=Message("The trial crashed (exit code {code}).", code=code))


def _try() -> dict[str, bool | str]:
    """In the child: one training step with XLA, one in bfloat16."""
    return {"xla": _step("float32", True), "bfloat16": _step("mixed_bfloat16", "auto")}


def _step(policy: str, jit: bool | str) -> bool:
    import keras
    import numpy as np

    try:
        keras.config.set_dtype_policy(policy)
        convolution = keras.layers.Conv2D(4, 3, padding="same")
        model = keras.Sequential([keras.Input((8, 8, 4)), convolution])
        model.compile("adam", "mse", jit_compile=jit)
        if jit is True and not model.jit_compile:
            return False
        x = np.linspace(0, 1, 8 * 8 * 8 * 4, dtype=np.float32).reshape(8, 8, 8, 4)
        return bool(np.isfinite(float(model.train_on_batch(x, x))))
    except Exception:  # noqa: BLE001 - whatever is raised: it does not work here
        return False


if __name__ == "__main__":
    print(json.dumps(_try()))
