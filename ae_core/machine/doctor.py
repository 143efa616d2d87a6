"""Why a GPU is used or not, and what to install: ``python -m ae_core devices --doctor``.

:func:`look` gathers facts without loading a backend in this process, :func:`diagnose` decides from
them alone.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path

from ae_core.errors import Message
from ae_core.machine import backends, devices, nvidia, provenance

VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
# Lowest drivers that run the libraries of a CUDA generation: NVIDIA's CUDA compatibility guide.
LOWEST_DRIVER = {"12": "525.60.13", "13": "580.65.06"}
INSTALL = {
    "tensorflow": "pip install 'tensorflow[and-cuda]'",
    "jax": "pip install 'jax[cuda12]'",
    "torch": "pip install torch",
}

SENTENCES = {
    "sees": "{backend} {version} uses {gpus}: nothing to do.",
    "hidden": "CUDA_VISIBLE_DEVICES is set to {value!r}, which hides every GPU: unset it and start "
    "again.",
    "mac_tensorflow": "TensorFlow has no GPU support on macOS. Apple's GPUs are used by PyTorch: "
    "pip install torch, then set KERAS_BACKEND=torch.",
    "mac_jax": "JAX on Apple's GPUs is experimental and lacks parts that are needed here. PyTorch "
    "uses them: pip install torch, then set KERAS_BACKEND=torch.",
    "mac_intel": "PyTorch uses the GPUs of Apple's own processors (M1 and later); this Mac has an "
    "Intel processor, or its Python was made for one.",
    "mac_torch": "PyTorch as installed sees no Apple GPU: it needs macOS 12.3 or later and a Python "
    "for Apple's processors. pip install --upgrade torch",
    "windows_linux": "{backend} uses no GPU on Windows itself. Install WSL2 (wsl --install in a "
    "terminal of the administrator) and the program inside it, then there: "
    "{install}",
    "windows_torch": "PyTorch as installed is made for the processor alone: pip install --force-"
    "reinstall torch --index-url https://download.pytorch.org/whl/cu126",
    "windows_driver": "No NVIDIA driver answers on Windows: install the current one from "
    "nvidia.com/drivers, then start again.",
    "wsl_driver": "No NVIDIA driver is seen inside WSL2: install the current driver on Windows "
    "(never one inside WSL), run wsl --update, then wsl --shutdown.",
    "no_card": "No graphics card of NVIDIA is visible to this system. In a virtual machine or a "
    "container it must be passed through (docker run --gpus all).",
    "amd": "The graphics card is AMD's. TensorFlow, JAX and PyTorch have builds for it (ROCm), made "
    "for Linux: rocm.docs.amd.com says which; NVIDIA's packages do not help.",
    "driver_missing": "There is an NVIDIA card, but no driver: install it (on Ubuntu: sudo ubuntu-"
    "drivers install; on others the package nvidia-driver), then restart.",
    "driver_mismatch": "The NVIDIA driver was updated while the system ran, and its parts no longer "
    "fit together ({said}): restart the machine.",
    "driver_broken": "The NVIDIA driver does not answer ({said}): restart; if that does not help, "
    "install the driver again for the running kernel.",
    "container": "The NVIDIA tool is here, but no card is handed into this container: start it with "
    "--gpus all (NVIDIA Container Toolkit).",
    "driver_old": "The NVIDIA driver {driver} is too old for CUDA {cuda}, which {backend} was built "
    "for: install {lowest} or later.",
    "packages": "The card and its driver {driver} are fine, but the CUDA packages of {backend} are "
    "not installed: {install}",
    "probe": "Card, driver and packages are there, and yet: {problem}",
    "cpu": "Until then everything works on the CPU, only slower.",
}


@dataclass(frozen=True)
class Advice:
    """One thing to say: a key of :data:`SENTENCES` and what stands in its places."""

    code: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        return Message(SENTENCES[self.code], **self.values)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Findings:
    """The facts that a diagnosis rests on."""

    system: str  # "linux", "wsl", "windows" or "macos"
    processor: str  # "x86_64", "arm64" ...
    backend: str
    version: str
    gpus: tuple[str, ...] = ()  # names of those that the backend uses
    missing: Message | None = None  # said where the backend is not installed
    problem: str = ""  # what the search for them said
    hidden: str | None = None  # CUDA_VISIBLE_DEVICES, where set
    vendors: frozenset[str] = frozenset()  # of the graphics cards on the bus
    cards: tuple[nvidia.Card, ...] = ()
    tool: str = "missing"  # see nvidia.cards
    files: bool = False  # the driver's device files are there
    cuda: str = "12"  # generation that the backend was built for
    packages: bool = False  # its CUDA packages are installed


def look() -> Findings:
    """Gather the facts; a GPU is looked for in a child process."""
    name = devices.backend()
    versions = provenance.versions()
    cards, tool = nvidia.cards()
    names = tuple(device.name for device in devices.devices()[1:])
    cuda, packages = _cuda(name)
    return Findings(
        system=_system(),
        processor=platform.machine().lower(),
        backend=name,
        version=versions.get(name, "unknown"),
        gpus=names,
        missing=backends.missing(),
        problem=devices.gpu_problem(),
        hidden=devices.chosen_by_user(),
        vendors=_vendors(),
        cards=cards,
        tool=tool,
        cuda=cuda,
        packages=packages,
        files=any(map(os.path.exists, ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg"))),
    )


def diagnose(found: Findings) -> list[Advice | Message]:
    """Say whether a GPU is used and, if not, the first thing that stands in its way.

    Without a backend nothing computes, on any device: then that alone is said.
    """
    if found.missing:
        return [found.missing]
    about = {"backend": found.backend, "version": found.version, "install": _install(found)}
    if found.gpus:
        return [Advice("sees", about | {"gpus": ", ".join(found.gpus)})]
    return [_reason(found, about), Advice("cpu")]


def _reason(found: Findings, about: dict[str, str]) -> Advice:
    if found.hidden is not None and found.hidden.strip() in ("", "-1"):
        return Advice("hidden", {"value": found.hidden})
    if found.system == "macos":
        if found.backend != "torch":
            return Advice(f"mac_{found.backend}" if found.backend == "jax" else "mac_tensorflow")
        return Advice("mac_torch" if found.processor in ("arm64", "aarch64") else "mac_intel")
    if found.system == "windows" and found.backend != "torch":
        return Advice("windows_linux", about)
    return _driver(found, about) or _software(found, about)


def _driver(found: Findings, about: dict[str, str]) -> Advice | None:
    if found.cards and not found.tool:
        driver = found.cards[0].driver
        lowest = LOWEST_DRIVER.get(found.cuda)
        if lowest and found.system != "windows" and _parts(driver) < _parts(lowest):
            versions = {"driver": driver, "cuda": found.cuda, "lowest": lowest}
            return Advice("driver_old", about | versions)
        return None
    if found.system in ("windows", "wsl"):
        return Advice(f"{found.system}_driver")
    if "mismatch" in found.tool.lower():
        return Advice("driver_mismatch", {"said": found.tool})
    if "nvidia" not in found.vendors and not found.files:
        if "amd" in found.vendors:
            return Advice("amd")
        return Advice("no_card" if found.tool == "missing" else "container")
    if found.tool == "missing" and not found.files:
        return Advice("driver_missing")
    if found.tool not in ("", "missing"):
        return Advice("driver_broken", {"said": found.tool})
    return None


def _software(found: Findings, about: dict[str, str]) -> Advice:
    if not found.packages:
        if found.system == "windows":
            return Advice("windows_torch")
        driver = found.cards[0].driver if found.cards else ""
        return Advice("packages", about | {"driver": driver})
    return Advice("probe", {"problem": found.problem})


def _install(found: Findings) -> str:
    command = INSTALL.get(found.backend, f"pip install {found.backend}")
    return command.replace("cuda12", f"cuda{found.cuda}")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _system() -> str:
    if platform.system() == "Darwin":
        return "macos"
    if platform.system() == "Windows":
        return "windows"
    return "wsl" if "microsoft" in platform.release().lower() else "linux"


def _vendors(folder: Path = Path("/sys/bus/pci/devices")) -> frozenset[str]:
    """Return the makers of the display controllers on the PCI bus (Linux; else none)."""
    found = set()
    for device in folder.glob("*"):
        try:
            if (device / "class").read_text().startswith("0x03"):
                found.add(VENDORS.get((device / "vendor").read_text().strip(), "another"))
        except OSError:
            continue
    return frozenset(found)


def _cuda(backend: str) -> tuple[str, bool]:
    """Return the CUDA generation that a backend was built for, and whether its packages are there."""
    names = {dist.name.lower() for dist in importlib.metadata.distributions() if dist.name}
    if backend == "jax":
        wanted = {"13": "jax-cuda13-plugin", "12": "jax-cuda12-plugin"}
        found = [cuda for cuda, package in wanted.items() if package in names]
        return (found[0], True) if found else ("12", False)
    try:
        needs = " ".join(importlib.metadata.requires(backend) or ())
        version = importlib.metadata.version(backend)
    except importlib.metadata.PackageNotFoundError:
        return "12", False
    told = re.search(r"\+cu(\d\d)", version) or re.search(r"nvidia-[a-z-]+-cu(\d\d)", needs)
    cuda = told[1] if told else "12"
    carried = "+cu" in version  # PyTorch's own wheels bring the libraries along
    there = any(name.startswith("nvidia-cudnn") for name in names) and "+cpu" not in version
    return cuda, carried or there
