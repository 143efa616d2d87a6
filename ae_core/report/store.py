"""The reports that were asked for in the dashboard: a folder each in `artifacts/reports/`.

It holds `order.json` (what was asked for, and when), `status.json` (how far it is;
`ae_core.jobs.states` decides from it which state to show), `log.txt` (the worker's own words)
and, once it is finished, `report.ipynb` and `report.html`.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
from pathlib import Path

from ae_core import runs
from ae_core.errors import Message, UserError
from ae_core.files.reading import Damaged, fits, kept, read_json
from ae_core.jobs import owners, states
from ae_core.jobs.job import NAME, Job, names
from ae_core.report.request import Order

NOTEBOOK, PAGE = "report.ipynb", "report.html"
SCHEMA = 1
OBSERVED = "ae_core.observations"  # beside the output of the notebook's cell that tells them


class Report(Job):
    """One report's folder: what was asked for, and once it is finished, both files."""

    @property
    def notebook_path(self) -> Path:
        return self.folder / NOTEBOOK

    @property
    def page_path(self) -> Path:
        return self.folder / PAGE

    def order(self) -> Order:
        """Return what was asked for.

        Raises:
            UserError: the file is missing, damaged, or asks for what cannot be.
        """
        broken = UserError("The report {report} has no readable order.json.", report=self.id)
        try:
            asked = read_json(self.folder / "order.json").get("order")
            if not fits(asked, Order):
                raise broken
            return Order(**asked | {"runs": tuple(asked["runs"])})
        except (OSError, TypeError, KeyError, Damaged) as error:
            raise broken from error

    def created(self) -> datetime.datetime | None:
        """Return when it was asked for, None where that is not known."""
        try:
            created = read_json(self.folder / "order.json").get("created")
            return datetime.datetime.fromisoformat(str(created)).astimezone()
        except (OSError, UserError, ValueError, OverflowError):
            return None

    def observations(self, language: str) -> list[str]:
        """Return what its figures say in sentences, most general first; [] where none are kept."""
        try:
            return kept(_observed, self.notebook_path).get(language, [])
        except (OSError, Damaged):
            return []

    def state(self) -> str:
        found, whole = super().state(), self.page_path.is_file() and self.notebook_path.is_file()
        return "failed" if found == "finished" and not whole else found

    def died(self, begun: bool) -> str:
        if self.status().get("state") == "finished":
            return Message("The report's files are no longer there: delete it and make it again.")
        return super().died(begun)


def _observed(path: Path) -> dict[str, list[str]]:
    """Return by language what a notebook keeps beside the output of its cell of observations."""
    try:
        outputs = [out for cell in read_json(path)["cells"] for out in cell.get("outputs", ())]
        kept_beside = (out.get("metadata", {}).get("text/html", {}) for out in outputs)
        said = next((about[OBSERVED] for about in kept_beside if OBSERVED in about), {})
    except (LookupError, TypeError, AttributeError):
        return {}
    return said if fits(said, dict[str, list[str]]) else {}


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
    asked = {
        "schema": SCHEMA,
        "created": created.isoformat(timespec="seconds"),
        "order": dataclasses.asdict(order),
    }
    report.make({"order.json": asked, "status.json": states.queued(fraction=0.0, doing="")})
    return report


def get(name: str) -> Report:
    """Return a report by its name.

    Raises:
        UserError: there is none.
    """
    report = Report(reports_dir() / name)
    there = NAME.fullmatch(name) and report.folder.is_dir()
    if not there or not owners.mine(report.folder):
        raise UserError("There is no report {name!r}; it may have been deleted.", name=name[:80])
    return report


def list_reports() -> list[Report]:
    """Return all reports that who asks may see, the newest first, whatever their state."""
    found = [Report(reports_dir() / name) for name in reversed(names(reports_dir()))]
    return owners.only_mine(found)
