"""What Rate and quality shows, as one value: from an address, in the widgets, and back."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.app_pages.rate import table as rate_table
from dashboard.components.measured import Table, number_of

BYTES = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1000, 1500, 2000)
DECIBEL = tuple(range(16, 51))
GOALS = ("bytes", "db")


@dataclass(frozen=True)
class View:
    """The choices on the page; ``setting`` None is the peer's setting nearest to 30 dB."""

    table: str = ""
    count: str = "mosaic"
    x: str = "bits"
    y: str = "psnr"
    codec: str = "AVIF"
    setting: float | None = None
    goal: str = "bytes"
    bytes: int = 50
    db: int = 30

    @property
    def limit(self) -> int:
        """The number of the goal that is asked for."""
        return self.bytes if self.goal == "bytes" else self.db

    def address(self, table: Table) -> dict[str, str]:
        """Return the view as address parameters."""
        found = {"data": table.data, "run": table.run_id, "count": self.count.replace(" ", "-")}
        found |= {"x": self.x, "y": self.y, "codec": self.codec}
        if self.setting is not None:
            found["setting"] = f"{self.setting:g}"
        return found | {"goal": self.goal, "limit": str(self.limit)}


def from_address(parameters: Mapping[str, str], tables: Sequence[Table]) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    view, ignored = View(), []

    def take(name: str, choices: Collection, as_text=str):
        if name not in parameters:
            return None
        found = next((c for c in choices if as_text(c) == parameters[name]), None)
        if found is None:
            ignored.append(name)
        return found

    data = take("data", {table.data for table in tables})
    run = take("run", {table.run_id for table in tables})
    fits = [t for t in tables if data in (None, t.data) and run in (None, t.run_id)]
    view = replace(view, table=(fits or list(tables))[0].key if tables else "")
    codecs = [codec for table in tables for codec in rate_table.codecs(table)]
    for name, choices, as_text in (
        ("count", rate_table.COUNTS, lambda c: c.replace(" ", "-")),
        ("x", rate_table.AXES, str),
        ("y", rate_table.QUALITIES, str),
        ("codec", codecs, str),
        ("goal", GOALS, str),
    ):
        found = take(name, choices, as_text)
        view = view if found is None else replace(view, **{name: found})
    limit = take("limit", BYTES if view.goal == "bytes" else DECIBEL)
    view = view if limit is None else replace(view, **{view.goal: limit})
    if "setting" in parameters:
        setting = _real(parameters["setting"])
        ignored += ["setting"] if setting is None else []
        view = replace(view, setting=setting)
    known = {"data", "run", "setting", "limit", "count", "x", "y", "codec", "goal", "lang"}
    unknown = [n for n in parameters if n not in known and not n.startswith("embed")]
    return view, ignored + unknown


def put(view: View) -> None:
    """Set the widgets to ``view``; before they are drawn."""
    for name in View.__dataclass_fields__:
        st.session_state[f"rate_{name}"] = getattr(view, name)


def get() -> View:
    """Return what the widgets say."""
    start = View()
    kept = {n: st.session_state.get(f"rate_{n}", getattr(start, n)) for n in vars(start)}
    return View(**kept)


def settle(table: Table) -> None:
    """Make the widgets' choices ones that this table has; before they are drawn."""
    state = st.session_state
    for name, value in vars(View()).items():
        state.setdefault(f"rate_{name}", value)
    there = rate_table.counts(table)
    if there and state["rate_count"] not in there:
        state["rate_count"] = there[0]
    peers = peers_of(table)
    if peers and state["rate_codec"] not in peers:
        state["rate_codec"] = peers[0]
    rows = rate_table.curve(table, state["rate_codec"], state["rate_count"])
    settings = [number_of(row, "setting") for row in rows]
    if state["rate_setting"] not in settings:
        wanted = state["rate_setting"]
        row = rate_table.starting(rows)
        if wanted is not None:
            row = rate_table.nearest(rows, "setting", wanted) or row
        state["rate_setting"] = number_of(row, "setting") if row else None


def peers_of(table: Table) -> list[str]:
    """Return what can be shown beside ours: AVIF first, as the hardest to beat."""
    there = [c for c in rate_table.codecs(table) if c not in ("ours", "PCA")]
    return sorted(there, key=lambda codec: (codec != "AVIF", there.index(codec)))


def _real(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
