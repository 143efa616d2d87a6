"""``clean``: remove what killed processes left behind."""

from __future__ import annotations

import argparse
import sys
from itertools import chain


def add(commands) -> None:
    p = commands.add_parser(
        "clean",
        help="remove what killed processes left behind",
        description="Remove half-written files, hidden folders and locks that a killed process left "
        "in the folders of runs, sweeps, reports and own images, and temporary folders; says each. "
        "What is in use stays.",
    )
    p.add_argument("--dry-run", action="store_true", help="say what would be removed")
    p.set_defaults(do=clean)


def clean(options: argparse.Namespace) -> int:
    from ae_core import data, runs
    from ae_core.jobs import leftovers

    count = size = 0
    roots = runs.artifacts_dir(), data.data_dir() / "own"
    for found in chain(*map(leftovers.find, roots), leftovers.find_temporary()):
        if not options.dry_run and not found.remove():
            print(f"cannot be removed: {found.path}", file=sys.stderr)
            continue
        count, size = count + 1, size + found.size
        print(f"{'would remove' if options.dry_run else 'removed'} {found.path}")
    words = "would be removed" if options.dry_run else "removed"
    print(f"{count} left behind, {size / 2**20:.1f} MB, {words}")
    return 0
