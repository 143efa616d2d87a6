"""How much energy a device takes, where its driver tells: RAPL for CPUs, nvidia-smi for GPUs.

It is the device's own energy (the processor's packages, the graphics card's board), not that of the
machine around it; programs that use the device at the same time are counted in.
"""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import numpy as np

POWERCAP = Path("/sys/class/powercap")
SAMPLE_MS = 100


class Rapl:
    """The running counters of the processor's packages: microjoules, beginning anew at a maximum.

    Linux shows them below ``/sys/class/powercap`` for Intel's and AMD's processors alike; many
    distributions let only the administrator read them.
    """

    name = "RAPL"

    def __init__(self, zones: list[Path]):
        self._zones = zones
        self._before: list[int] = []

    @classmethod
    def find(cls, folder: Path = POWERCAP) -> Rapl | None:
        """Return a meter of all packages, or None where a counter is missing or unreadable."""
        zones = []
        for zone in sorted(folder.glob("intel-rapl:*")):
            if zone.name.count(":") != 1:  # a part of a package, counted in it already
                continue
            try:
                if (zone / "name").read_text().startswith("package"):
                    _whole(zone / "energy_uj"), _whole(zone / "max_energy_range_uj")
                    zones.append(zone)
            except (OSError, ValueError):
                return None
        return cls(zones) if zones else None

    def start(self) -> None:
        self._before = [_whole(zone / "energy_uj") for zone in self._zones]

    def stop(self) -> float | None:
        """Return the joules since :meth:`start`; None where a counter was not readable."""
        try:
            spent = 0
            for zone, before in zip(self._zones, self._before, strict=True):
                now = _whole(zone / "energy_uj")
                spent += now - before
                if now < before:
                    spent += _whole(zone / "max_energy_range_uj")
            return spent / 1e6
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        pass


class NvidiaSmi:
    """A graphics card's power in watts, sampled ten times a second and summed up over time."""

    name = "nvidia-smi"

    def __init__(self, process: subprocess.Popen):
        self._process = process
        self._samples: list[tuple[float, float]] = []  # (time, watts)
        self._first = threading.Event()
        self._begun = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    @classmethod
    def find(cls, card: str, program: str = "nvidia-smi", patience: float = 5.0) -> NvidiaSmi | None:
        """Return a meter of the card (its number or UUID), or None where nothing tells its power."""
        asked = ("--query-gpu=power.draw", "--format=csv,noheader,nounits")
        try:
            process = subprocess.Popen(
                [program, "-i", card, *asked, f"--loop-ms={SAMPLE_MS}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError:
            return None
        meter = cls(process)
        if meter._first.wait(patience):
            return meter
        meter.close()
        return None

    def start(self) -> None:
        self._begun = time.monotonic()

    def stop(self) -> float | None:
        """Return the joules since :meth:`start`; None with fewer than three samples in that time."""
        end = time.monotonic()
        inside = [(when, watts) for when, watts in list(self._samples) if self._begun <= when <= end]
        if len(inside) < 3:
            return None
        times, watts = zip(*inside, strict=True)
        covered = times[-1] - times[0]
        joules = float(np.trapezoid(watts, times))
        return joules / covered * (end - self._begun) if covered > 0 else None

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        for line in self._process.stdout:
            try:
                self._samples.append((time.monotonic(), float(line.strip())))
            except ValueError:  # "[N/A]": this card does not tell
                continue
            self._first.set()


Meter = Rapl | NvidiaSmi


def meter(kind: str, card: str = "") -> Meter | None:
    """Return what counts a device's energy, or None where nothing does.

    Args:
        kind: "cpu" or "gpu".
        card: number or UUID of the GPU, as the driver counts.
    """
    return Rapl.find() if kind == "cpu" else NvidiaSmi.find(card)


def _whole(path: Path) -> int:
    return int(path.read_text())
