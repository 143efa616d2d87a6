"""PSNR over the noise level, for every denoiser, as measured on the test images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.denoise import compute
from dashboard.components import charts, figures, theme
from dashboard.i18n import number, short, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_QUIET = "#000036"  # the page's own quiet text, put in as in look.Ink


def label(method: str) -> str:
    """Return a denoiser's name in the visitor's language."""
    known = {*theme.DENOISERS} - {"BM3D"}
    return t(f"denoise.by_{method.replace(' ', '-')}") if method in known else method


def joined(tables: Sequence[Table], data: str, runs: Sequence[str]) -> Table | None:
    """Return one table of a set for all networks measured on the very same images of it.

    A method stands there once, from the first table that has it on all images, else on some.

    Args:
        tables: one of each run and set.
        data: the set.
        runs: whose table comes first, best first; None where no table is of this set.
    """
    fits = [table for table in tables if table.data == data]
    order = {run: place for place, run in enumerate(runs)}
    fits.sort(key=lambda table: order.get(table.run_id, len(order)))
    if not fits:
        return None
    first, source = fits[0], {}
    same = [
        table
        for table in fits
        if all(table.about.get(n) == first.about.get(n) for n in ("fingerprint", "images"))
    ]
    for few in (False, True):
        for table in same:
            for row in table.rows:
                if _on_few(row, table) == few:
                    source.setdefault(row.get("method"), table)
    rows = [row for table in same for row in table.rows if source[row.get("method")] is table]
    return replace(first, rows=tuple(rows))


def fewer(table: Table, kind: str, level: float) -> list[dict]:
    """Return the row nearest to a level of each method measured on fewer images than the rest."""
    few = [r for r in table.rows if r.get("noise") == kind and _on_few(r, table)]
    few = [row for row in few if number_of(row, "network_psnr") is not None]
    nearest: dict[str, dict] = {}
    for row in sorted(few, key=lambda row: -abs(row["sigma"] - level)):
        nearest[str(row.get("method"))] = row
    return list(nearest.values())


def kinds(table: Table) -> list[str]:
    """Return how noise was added in the measurements: clipped to 8 bits, or not."""
    there = {row.get("noise") for row in table.rows}
    return [kind for kind in ("clipped", "unclipped") if kind in there]


def curves(table: Table, kind: str) -> dict[str, list[dict]]:
    """Return the rows of every method by level, the networks first.

    What was measured on fewer images than the rest is no curve: it would stand on other ground.
    """
    rows = [r for r in table.rows if r.get("noise") == kind and not _on_few(r, table)]
    rows.sort(key=lambda row: row["sigma"])
    there = dict.fromkeys(str(row["method"]) for row in rows if "method" in row)
    order = [n for n in (*compute.NETWORKS, *theme.DENOISERS) if n in there]
    names = dict.fromkeys([*order, *there])
    return {name: [row for row in rows if row["method"] == name] for name in names}


def figure(table: Table, kind: str, level: float) -> Figure:
    """Return the chart, a line standing at the page's level."""
    drawn = charts.figure(420, top=26)
    for method, rows in curves(table, kind).items():
        ink = theme.ink(method)
        drawn.add_scatter(
            x=[row["sigma"] for row in rows],
            y=[row["psnr"] for row in rows],
            name=charts.as_text(label(method)),
            hovertemplate=[hover(row) + "<extra></extra>" for row in rows],
            **charts.look(ink, bold=ink.dash == "solid"),
        )
    drawn.add_vline(
        x=level,
        line={"color": _QUIET, "width": 1, "dash": "dot"},
        annotation={"text": f"σ {short(level)}", "font": {"color": _QUIET}, "yanchor": "bottom"},
        annotation_position="top",
    )
    levels = sorted({row["sigma"] for row in table.rows})
    across, up = charts.axis(t("denoise.axis_level"), levels), charts.axis(t("denoise.axis_psnr"))
    drawn.update_layout(xaxis=across, yaxis=up)
    return drawn


def hover(row: dict) -> str:
    """Return what a point says: method, level, quality, time, and on how many images."""
    parts = [figures.of_summary(row)]
    if number_of(row, "ssim") is not None:
        parts.append(f"SSIM {number(row['ssim'], 3)}")
    if number_of(row, "ms_per_image") is not None:
        parts.append(milliseconds(row["ms_per_image"]))
    images = t("denoise.on_images", n=number_of(row, "images") or 0)
    name = charts.as_text(label(str(row["method"])))
    return f"<b>{name}</b><br>σ {short(row['sigma'])} · {images}<br>{' · '.join(parts)}"


def milliseconds(value: float) -> str:
    """Return a time an image with two figures that matter: "0.41 ms", "12 ms"."""
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{number(value, min(digits, 3))} ms"


def _on_few(row: dict, table: Table) -> bool:
    return bool(table.images) and row.get("images") != table.images
