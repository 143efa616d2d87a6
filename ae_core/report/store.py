"""The reports that were asked for in the dashboard: a folder each in `artifacts/reports/`.

It holds `order.json` (what was asked for, and when), `status.json` (how far it is;
`ae_core.jobs.states` decides from it which state to show), `log.txt` (the worker's own words)
and, once it is finished, `report.ipynb` and `report.html`.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ae_core import runs
from ae_core.errors import UserError
from ae_core.files import read_json, unwritable, write_json
from ae_core.jobs import states
from ae_core.report.request import Order

NOTEBOOK, PAGE = "report.ipynb", "report.html"
SCHEMA = 1
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


@dataclass(frozen=True)
class Report:
    """One report's folder; reads its files when asked, holds nothing."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def notebook_path(self) -> Path:
        return self.folder / NOTEBOOK

    @property
    def page_path(self) -> Path:
        return self.folder / PAGE

    @property
    def cancel_path(self) -> Path:
        """A file whose presence asks the worker to stop."""
        return self.folder / "cancel"

    def order(self) -> Order:
        """Return what was asked for.

        Raises:
            UserError: the file is missing, damaged, or asks for what cannot be.
        """
        broken = UserError("The report {report} has no readable order.json.", report=self.id)
        try:
            asked = read_json(self.folder / "order.json").get("order")
            return Order(**asked | {"runs": tuple(asked["runs"])})
        except (OSError, TypeError, KeyError) as error:
            raise broken from error

    def created(self) -> datetime.datetime | None:
        """Return when it was asked for, None where that is not known."""
        try:
            said = read_json(self.folder / "order.json").get("created")
            return datetime.datetime.fromisoformat(str(said))
        except (OSError, UserError, ValueError):
            return None

    def status(self) -> dict[str, Any]:
        """Return what the worker last said, and ``cancel``: whether it was asked to stop."""
        try:
            found = read_json(self.folder / "status.json")
        except (OSError, UserError) as error:
            found = {"state": "failed", "error": getattr(error, "message", str(error))}
        return found | {"cancel": self.cancel_path.exists()}

    def state(self) -> str:
        """Return the state to show, at this moment."""
        found = states.current(self.status())
        whole = self.page_path.is_file() and self.notebook_path.is_file()
        return "failed" if found == "finished" and not whole else found


def reports_dir() -> Path:
    """Return the folder of all reports; it may not exist yet."""
    return runs.artifacts_dir() / "reports"


def create(order: Order) -> Report:
    """Make the folder of a new report, in state queued; nothing is started.

    Raises:
        UserError: the folder cannot be written.
    """
    created = datetime.datetime.now(datetime.UTC)
    name = f"{created:%Y%m%d-%H%M%S}-{order.language.lower()}-{secrets.token_hex(2)}"
    report = Report(reports_dir() / name)
    # Filled under a hidden name, so that no list ever shows half a report.
    hidden = report.folder.with_name(f".new-{name}")
    try:
        hidden.mkdir(parents=True)
        asked = {"schema": SCHEMA, "created": created.isoformat(timespec="seconds")}
        write_json(hidden / "order.json", asked | {"order": dataclasses.asdict(order)})
        now = created.timestamp()
        write_json(
            hidden / "status.json",
            {
                "state": "queued",
                "fraction": 0.0,
                "doing": "",
                "error": "",
                "asked": now,
                "heartbeat": now,
                "pid": None,
            },
        )
        os.rename(hidden, report.folder)
    except OSError as error:
        shutil.rmtree(hidden, ignore_errors=True)
        raise unwritable(report.folder.parent, error) from error
    return report


def get(name: str) -> Report:
    """Return a report by its name.

    Raises:
        UserError: there is none.
    """
    report = Report(reports_dir() / name)
    if not _ID.fullmatch(name) or not report.folder.is_dir():
        raise UserError("There is no report {name!r}; it may have been deleted.", name=name[:80])
    return report


def list_reports() -> list[Report]:
    """Return all reports, the newest first, whatever their state."""
    try:
        names = [e.name for e in os.scandir(reports_dir()) if e.is_dir() and _ID.fullmatch(e.name)]
    except OSError:
        return []
    return [Report(reports_dir() / name) for name in sorted(names, reverse=True)]


def say(report: Report, **changes: Any) -> dict[str, Any]:
    """Change some entries of ``status.json``; safe against a second writer. Returns it whole."""
    with lock(report, "status", timeout=10):
        status = report.status() | changes
        status.pop("cancel")  # the file `cancel` says it
        write_json(report.folder / "status.json", status)
    return status


def lock(report: Report, purpose: str, timeout: float):
    """Return a lock of this report, held by the system for as long as its holder lives."""
    return runs.named_lock(report.folder.parent, f"{report.id}.{purpose}", timeout)


def remove(report: Report) -> None:
    """Delete a report, damaged ones included.

    Raises:
        UserError: it is still being made, or cannot be deleted.
    """
    if report.state() in states.ACTIVE:
        raise UserError("The report {report} is still being made: cancel it first.", report=report.id)
    gone = report.folder.with_name(f".gone-{report.id}")  # no list shows a half-deleted one
    try:
        os.rename(report.folder, gone)
        gone.unlink() if gone.is_symlink() else shutil.rmtree(gone)
    except FileNotFoundError:
        pass  # somebody else was quicker
    except OSError as error:
        raise unwritable(report.folder.parent, error) from error
    for path in (report.folder.parent / ".locks").glob(f"{report.id}.*"):
        path.unlink(missing_ok=True)
