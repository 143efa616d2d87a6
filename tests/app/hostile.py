"""What somebody might call a run, a class, a file or a set so that a page does as they wish."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

AWAY = "http://foreign.invalid"  # nobody answers there, and nobody may be asked

NAMES = (
    f"<img src='{AWAY}/1.png' onerror='document.title=1'>",
    f"<a href='{AWAY}/2' style='position:fixed;inset:0' class='theirs'>over all</a>",
    f"<form action='{AWAY}/3' class='theirs'><input name='password'></form>",
    f"<script src='{AWAY}/4.js'></script><svg onload='document.title=1'>",
    f"<style>body{{background:url({AWAY}/5.png)}}</style><iframe src='{AWAY}/6'></iframe>",
    f"![see]({AWAY}/7.png) [click]({AWAY}/8)",
    f"{AWAY}/9 www.foreign.invalid somebody@foreign.invalid",
    "# Heading **bold** _slanted_ `code` ~~gone~~ $x^2$ :red[red] :smile: :material/delete:",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "%{x} %{customdata[0]} <b>bold</b><br><extra>x</extra> {name} {0} {{}}",
    "\u202egnp.exe \x1b[31mred\x00 \ufeff‮",
)

SET = "own-hostile"


def run_ids() -> list[str]:
    """Return the names of the runs that :func:`write` makes, one for each title."""
    return [f"hostile-{place}" for place in range(len(NAMES))]


def write(artifacts: Path, data: Path) -> None:
    """Write runs, a set of own images and reports of these names.

    Args:
        artifacts: a folder with a run of the visitor's own, which is copied.
        data: the data folder.
    """
    (own,) = (artifacts / "runs").glob("2*")
    for run, title in zip(run_ids(), NAMES, strict=True):
        folder = artifacts / "runs" / run
        shutil.copytree(own, folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config |= {"id": run, "title": title}
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (folder / "notes.txt").write_text(title, encoding="utf-8")
        report = artifacts / "reports" / run
        report.mkdir(parents=True)
        order = {"runs": [run], "language": "en", "title": title[:200], "author": title[:200]}
        whole = {"schema": 1, "order": order, "created": "2026-11-24T00:00:00+00:00"}
        (report / "order.json").write_text(json.dumps(whole), encoding="utf-8")
        failed = {"state": "failed", "error": title}
        (report / "status.json").write_text(json.dumps(failed), encoding="utf-8")
    status = artifacts / "runs" / run_ids()[0] / "status.json"
    status.write_text(json.dumps({"state": "failed", "error": NAMES[5]}), encoding="utf-8")
    _set(data / "own" / SET.removeprefix("own-") / "images.npz")


def _set(path: Path) -> None:
    count = 12 * len(NAMES)
    names = [f"{NAMES[n % len(NAMES)]}-{n}.png" for n in range(count)]
    path.parent.mkdir(parents=True)
    np.savez(
        path,
        x=np.random.default_rng(0).integers(0, 255, (count, 28, 28, 1), np.uint8),
        labels=np.arange(count) % len(NAMES),
        classes=np.array(NAMES),
        title=np.array(NAMES[0]),
        shape=np.array((count, 28, 28, 1)),
        names=np.frombuffer(json.dumps(names).encode(), np.uint8),
    )
