"""What the theme file cannot say: the inks of charts, and the rules of style in `web/page.css`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st


@dataclass(frozen=True)
class Ink:
    """How one method is drawn, in every chart. Never told apart by colour alone.

    ``theme`` is what Streamlit's page puts the visitor's light or dark palette in for (its
    ``streamlit_plotly_theme`` lists these marks); ``paper`` and ``night`` are those colours.
    """

    theme: str
    paper: str
    night: str
    dash: str = "solid"  # learned methods; "dash" classical ones, "dot" PCA
    symbol: str = "circle"

    @property
    def css(self) -> str:
        """The colour as a style sheet says it."""
        return f"light-dark({self.paper}, {self.night})"


_CLASSICAL = (
    ("#000002", "#e76300", "#f58a3c", "square"),
    ("#000001", "#3f90da", "#5aa5ea", "diamond"),
    ("#000003", "#832db6", "#b57be0", "triangle-up"),
    ("#000007", "#a96b59", "#c98f7e", "x"),
    ("#000005", "#bd1f01", "#e8614a", "triangle-down"),
    ("#000008", "#ffa90e", "#ffc04d", "cross"),
)
_OURS = Ink("#000018", "#126a6b", "#67c0ba")
_ELASTIC = Ink("#000016", "#419796", "#31918e", symbol="pentagon")
_OTHER = Ink("#000006", "#94a4a2", "#b3c2c0", "dash", "star")
_QUIET = Ink("#000004", "#717581", "#a0a5b1", "dot", "hexagon")


def _inks(*names: str) -> dict[str, Ink]:
    drawn = zip(names, _CLASSICAL, strict=False)
    return {name: Ink(*colours, "dash", mark) for name, (*colours, mark) in drawn}


CODECS = _inks("JPEG", "WebP", "AVIF", "JPEG 2000", "JPEG XL")
CODECS |= {"ours": _OURS, "elastic": _ELASTIC, "PCA": _QUIET}
DENOISERS = _inks("wavelets", "total variation", "non-local means", "bilateral", "BM3D")
DENOISERS |= {"unet": _OURS, "elastic": _ELASTIC, "noisy": _QUIET}


def ink(name: str) -> Ink:
    """Return how a codec or denoiser is drawn; one that is not known here, in grey."""
    return CODECS.get(name) or DENOISERS.get(name) or _OTHER


# Petroff's ten colours (arXiv 2107.02270), which eyes of every kind tell apart, on light and on dark.
CLASSES = (
    "#3f90da",
    "#5aa5ea",
    "#ffa90e",
    "#ffc04d",
    "#bd1f01",
    "#e8614a",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#c98f7e",
    "#e76300",
    "#f58a3c",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
_NO_CLASS = "#808080"


def class_colour(label: int | None) -> str:
    """Return the colour of a class as "#rrggbb"; the eleventh class has the first one's again."""
    return _NO_CLASS if label is None else CLASSES[label % len(CLASSES)]


def scroll(name: str, css: str = "ae-scroll") -> str:
    """Return the tag that opens a box which scrolls sideways, by keyboard too; ``name`` is HTML."""
    label = name.replace('"', "&quot;")
    return f'<div class="{css}" role="region" tabindex="0" aria-label="{label}">'


def style() -> None:
    """Put the rules into the page; takes no space."""
    st.html(Path(__file__).parent / "web" / "page.css")
