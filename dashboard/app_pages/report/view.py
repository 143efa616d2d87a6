"""What Report shows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components import query


@dataclass(frozen=True)
class View:
    """The report shown; one that is not there is said where it would stand."""

    shown: str = query.parameter("", lambda text, _: text, name="report")
