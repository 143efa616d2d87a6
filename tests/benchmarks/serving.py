"""A Streamlit server of its own for a benchmark."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """Where the server answers, its process, and what it says."""

    url: str
    pid: int
    log: Path


@contextmanager
def serving(script: Path) -> Iterator[Served]:
    """Start Streamlit on ``script`` and hand it over once it answers."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(script),
                "--server.port",
                str(port),
                "--server.headless",
                "true",
                "--server.fileWatcherType",
                "none",
                "--browser.gatherUsageStats",
                "false",
            ],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ.copy(),
        )
        try:
            end = time.monotonic() + 120
            while time.monotonic() < end:
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise SystemExit("The server did not start.")
            yield Served(f"http://localhost:{port}", process.pid, Path(log.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
