"""``devices``: what can train here."""

from __future__ import annotations

import argparse


def add(commands) -> None:
    p = commands.add_parser("devices", help="what can train on this machine")
    p.set_defaults(do=list_devices)


def list_devices(options: argparse.Namespace) -> int:
    from ae_core import devices

    for device in devices.devices():
        memory = f"{device.memory_bytes / 2**30:,.1f} GiB" if device.memory_bytes else ""
        print(f"{device.id:8} {memory:>12}  {device.name}")
    if devices.gpu_problem():
        print(f"no GPU: {devices.gpu_problem()}")
    print(f"Keras computes with {devices.backend()}; auto takes {devices.resolve('auto')}.")
    return 0
