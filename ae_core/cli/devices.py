"""``devices``: what can train here, and why a GPU is not seen."""

from __future__ import annotations

import argparse
import textwrap


def add(commands) -> None:
    p = commands.add_parser(
        "devices",
        help="what can train on this machine",
        description="List what this machine has: processor, cores, memory, each GPU with its memory "
        "and driver, the backend, and whether XLA and mixed precision work. How fast they are says: "
        "python -m ae_core bench devices.",
    )
    p.add_argument("--doctor", action="store_true", help="say why a GPU is not seen, and what helps")
    p.set_defaults(do=list_devices)


def list_devices(options: argparse.Namespace) -> int:
    if options.doctor:
        return _doctor()
    from ae_core.machine import abilities, backends, devices, provenance

    drivers, versions = devices.drivers(), provenance.versions()
    for device in devices.devices():
        memory = f"{device.memory_bytes / 2**30:,.1f} GiB" if device.memory_bytes else ""
        driver = f", driver {drivers[device.id]}" if device.id in drivers else ""
        print(f"{device.id:8} {memory:>12}  {device.name}{driver}")
        can = abilities.of(device.id)
        words = can.problem or f"XLA {_works(can.xla)}, mixed precision {_works(can.bfloat16)}"
        print(f"{'':23}{words}")
    if devices.gpu_problem():
        print(f"no GPU: {devices.gpu_problem()} More: python -m ae_core devices --doctor")
    if sentence := backends.missing():
        print(textwrap.fill(sentence, 100, break_long_words=False, break_on_hyphens=False))
        return 0
    name = devices.backend()
    print(
        f"Keras {versions['keras']} computes with {name} {versions.get(name, '')}; "
        f"auto takes {devices.resolve('auto')}."
    )
    return 0


def _doctor() -> int:
    from ae_core.machine import doctor

    for advice in doctor.diagnose(doctor.look()):
        print(textwrap.fill(str(advice), 100, break_long_words=False, break_on_hyphens=False))
    return 0


def _works(true: bool | None) -> str:
    return "works" if true else "does not work"
