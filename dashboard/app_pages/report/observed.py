"""What is to be seen in a report, in one sentence: the most general of those found in its figures."""

from __future__ import annotations

from ae_core.report.store import Report
from dashboard.i18n import as_text, language


def sentence(report: Report) -> str:
    """Return it in the visitor's language, whichever the report's is; "" where none was kept."""
    return next((as_text(said) for said in report.observations(language())), "")
