"""Images a second over the batch size: a colour a device, a dash and a mark a network size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.app_pages.devices import job
from dashboard.components import charts, theme
from dashboard.i18n import number, short, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

STYLES = {"small": ("dot", "circle"), "medium": ("dash", "square"), "large": ("solid", "diamond")}
_OTHERS = ("AVIF", "JPEG", "WebP", "JPEG 2000", "JPEG XL")


def inks(result: dict) -> dict[str, theme.Ink]:
    """Return how each device is drawn: the CPU in grey, the first other one in our accent."""
    names = [row["id"] for row in result["devices"]]
    colours = [theme.CODECS["ours"], *(theme.CODECS[name] for name in _OTHERS)]
    others = [name for name in names if name != "cpu"]
    found = {name: colours[i % len(colours)] for i, name in enumerate(others)}
    return found | {"cpu": theme.CODECS["PCA"]}


def figure(result: dict) -> Figure:
    """Return the chart of all measured cells; bars show the lowest and the highest repeat."""
    drawn = charts.figure(430)
    drawing = inks(result)
    for device in (row["id"] for row in result["devices"]):
        for size in (row["name"] for row in result["sizes"]):
            rows = measured(result, device, size)
            if rows:
                _curve(drawn, device, size, rows, drawing[device].theme)
    batches = sorted({c["batch"] for c in result["cells"]})
    across = charts.axis(t("devices.axis_batch"), batches)
    up = charts.axis(t("devices.axis_speed"), charts.ticks(1e-3, 1e7))
    drawn.update_layout(xaxis=across, yaxis=up)
    drawn.update_layout(xaxis_type="log", yaxis_type="log")
    return drawn


def measured(result: dict, device: str, size: str) -> list[dict]:
    """Return the measured cells of one device and network, by batch."""
    rows = [
        c
        for c in result["cells"]
        if (c["device"], c["size"]) == (device, size) and c["images_per_second"]
    ]
    return sorted(rows, key=lambda row: row["batch"])


def _curve(drawn: Figure, device: str, size: str, rows: list[dict], colour: str) -> None:
    dash, symbol = STYLES.get(size, ("solid", "x"))
    speeds = [row["images_per_second"] for row in rows]
    highs = [row["images_per_second_high"] or row["images_per_second"] for row in rows]
    lows = [row["images_per_second_low"] or row["images_per_second"] for row in rows]
    drawn.add_scatter(
        x=[row["batch"] for row in rows],
        y=speeds,
        error_y={
            "type": "data",
            "symmetric": False,
            "thickness": 1,
            "width": 3,
            "color": colour,
            "array": [h - s for h, s in zip(highs, speeds, strict=True)],
            "arrayminus": [s - low for s, low in zip(speeds, lows, strict=True)],
        },
        name=charts.as_text(f"{job.label(device)} · {size_label(size)}"),
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": dash},
        marker={"color": colour, "symbol": symbol, "size": 8},
        hovertemplate=[
            f"<b>{charts.as_text(f'{job.label(device)} · {size_label(size)}')}</b><br>"
            f"{t('devices.point', batch=number(row['batch'], 0), speed=short(round(speed, 1)))}"
            "<extra></extra>"
            for row, speed in zip(rows, speeds, strict=True)
        ],
    )


def size_label(size: str) -> str:
    """Return a network size's name in the visitor's language."""
    return t(f"devices.size_{size}") if size in STYLES else size
