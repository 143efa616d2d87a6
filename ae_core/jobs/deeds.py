"""Who started, stopped or deleted what, written down."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from ae_core.jobs import owners
from ae_core.machine import processes

LOG = "log.jsonl"  # in the artifacts folder: a line for each start, stop and deletion


def who() -> str:
    """Return who asks; the dashboard says its visitor instead."""
    found = owners.asking()
    return f"{found.name or 'visitor'} ({found.id})" if found else "command line"


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for a reader, as a pipe in the log's place would."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def note(deed: str, folder: Path) -> None:
    """Write down what somebody did to a job, or to a set; a full disk stops nobody."""
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "by": who(),
        "do": deed,
        "what": f"{folder.parent.name}/{folder.name}",
    }
    path = processes.artifacts_dir() / LOG
    try:  # names of files may be no Unicode: a deed is noted all the same
        with open(path, "a", encoding="utf-8", errors="replace", opener=_at_once) as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError:
        pass
