"""Which program and which machine made a result: without it, no figure can be repeated."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

from ae_core.machine import devices

_BACKEND_PACKAGES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def versions() -> dict[str, str]:
    """Versions of Python, Keras, its backend and NumPy, read without importing them."""
    name = devices.backend()
    found = {"python": platform.python_version(), "backend": name}
    for package in ("keras", _BACKEND_PACKAGES.get(name, name), "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "unknown"
    return found


def machine() -> dict[str, Any]:
    """Processor, cores and system; nothing that names a person or a network."""
    return {
        "cpu": devices.cpu_name(),
        "cores": devices.cores(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
