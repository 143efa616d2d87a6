"""Which program and which machine made a result: without it, no figure can be repeated."""

from __future__ import annotations

import importlib.metadata
import platform
from datetime import UTC, datetime
from typing import Any

from ae_core.machine import devices


def versions() -> dict[str, str]:
    """Versions of Python, Keras, its backend and NumPy, read without importing them."""
    name = devices.backend()
    found = {"python": platform.python_version(), "backend": name}
    for package in ("keras", name, "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "unknown"
    return found


def now() -> str:
    """This moment, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    """Processor, cores and system; nothing that names a person or a network."""
    return {
        "cpu": devices.cpu_name(),
        "cores": devices.cores(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
