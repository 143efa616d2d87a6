"""What Rate and quality shows, as one value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.rate import curves
from dashboard.components import query

BYTES = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1000, 1500, 2000)
DECIBEL = tuple(range(16, 51))
LIMITS = {"bytes": BYTES, "db": DECIBEL}
GOALS = tuple(LIMITS)


@dataclass(frozen=True)
class View:
    """The choices on the page; ``setting`` None is the peer's setting nearest to 30 dB."""

    table: str = ""  # its run and data set, which stand in the address
    count: str = query.choice("mosaic", curves.COUNTS, lambda count: count.replace(" ", "-"))
    x: str = query.choice("bits", curves.AXES)
    y: str = query.choice("psnr", curves.QUALITIES)
    codec: str = query.known("AVIF")
    setting: float | None = query.real(None, -math.inf, math.inf)
    goal: str = query.choice("bytes", GOALS)
    bytes: int = query.choice(50, BYTES, name="limit", when=lambda now: now["goal"] == "bytes")
    db: int = query.choice(30, DECIBEL, name="limit", when=lambda now: now["goal"] == "db")

    def address(self, table: Table) -> dict[str, str]:
        """Return the view as address parameters."""
        return {"data": table.data, "run": table.run_id} | query.address(self)


@dataclass(frozen=True)
class _Named:
    """The table that an address names, "" for any."""

    data: str = query.known()
    run: str = query.known()


def from_address(parameters: Mapping[str, str], tables: Sequence[Table]) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    runs, sets = {table.run_id for table in tables}, {table.data for table in tables}
    own = {name: parameters[name] for name in ("data", "run") if name in parameters}
    named, ignored = query.from_address(_Named(), own, {"run": runs, "data": sets})
    fits = [t for t in tables if named.data in ("", t.data) and named.run in ("", t.run_id)]
    start = View((fits or list(tables))[0].key if tables else "")
    names = {"codec": [codec for table in tables for codec in curves.codecs(table)]}
    view, others = query.from_address(start, parameters, names, also=own)
    return view, ignored + others if tables else []


def settle(table: Table) -> None:
    """Make the widgets' choices ones that this table has; before they are drawn."""
    state = st.session_state
    for name, value in vars(View()).items():
        state.setdefault(f"rate_{name}", value)
    there = curves.counts(table)
    if there and state["rate_count"] not in there:
        state["rate_count"] = there[0]
    if state["rate_y"] not in curves.qualities(table):
        state["rate_y"] = curves.qualities(table)[0]
    peers = peers_of(table)
    if peers and state["rate_codec"] not in peers:
        state["rate_codec"] = peers[0]
    rows = curves.curve(table, state["rate_codec"], state["rate_count"])
    settings = [number_of(row, "setting") for row in rows]
    if state["rate_setting"] not in settings:
        wanted = state["rate_setting"]
        row = curves.nearest(rows, "psnr", curves.START_DB)
        if wanted is not None:
            row = curves.nearest(rows, "setting", wanted) or row
        state["rate_setting"] = number_of(row, "setting") if row else None


def peers_of(table: Table) -> list[str]:
    """Return what can be shown beside ours: AVIF first, as the hardest to beat."""
    there = [c for c in curves.codecs(table) if c not in ("ours", "PCA")]
    return sorted(there, key=lambda codec: (not codec.startswith("AVIF"), there.index(codec)))
