"""What Data shows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components import query


@dataclass(frozen=True)
class View:
    """The data set shown."""

    name: str = query.known(name="data")
