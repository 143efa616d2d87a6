"""Run folders, the only place where a training lives: writing, reading, listing, choosing.

Shipped networks (``pretrained/``) and a person's own trainings (``runs/``) are the same thing in two
folders.
"""

from ae_core.runs.faults import damaged, faults
from ae_core.runs.samples import Samples
from ae_core.runs.store import (
    HISTORY_COLUMNS,
    Run,
    artifacts_dir,
    broken_runs,
    create,
    find,
    get,
    know,
    list_runs,
    pretrained_dir,
    references,
    runs_dir,
    under_way,
)

__all__ = [
    "HISTORY_COLUMNS",
    "Run",
    "Samples",
    "artifacts_dir",
    "broken_runs",
    "create",
    "damaged",
    "faults",
    "find",
    "get",
    "know",
    "list_runs",
    "pretrained_dir",
    "references",
    "runs_dir",
    "under_way",
]
