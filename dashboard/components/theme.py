"""What the theme file cannot say: the inks of charts, and the rules of style in `web/page.css`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ae_core.drawing import inks


@dataclass(frozen=True)
class Ink:
    """How one method is drawn on a page.

    ``theme`` is what Streamlit's page puts the visitor's light or dark palette in for (its
    ``streamlit_plotly_theme`` lists these marks); ``paper`` and ``night`` are those colours.
    """

    theme: str
    paper: str
    night: str
    dash: str
    symbol: str

    @property
    def css(self) -> str:
        """The colour as a style sheet says it."""
        return f"light-dark({self.paper}, {self.night})"


_PAGE = {
    "#3f90da": ("#000001", "#5aa5ea"),
    "#e76300": ("#000002", "#f58a3c"),
    "#832db6": ("#000003", "#b57be0"),
    "#717581": ("#000004", "#a0a5b1"),
    "#bd1f01": ("#000005", "#e8614a"),
    "#b9ac70": ("#000009", "#cfc48c"),
    "#94a4a2": ("#000006", "#b3c2c0"),
    "#a96b59": ("#000007", "#c98f7e"),
    "#419796": ("#000016", "#31918e"),
    "#126a6b": ("#000018", "#67c0ba"),
}


def _on_page(drawn: inks.Ink) -> Ink:
    mark, night = _PAGE[drawn.colour]
    return Ink(mark, drawn.colour, night, drawn.dash, drawn.symbol)


CODECS = {name: _on_page(drawn) for name, drawn in inks.CODECS.items()}
DENOISERS = {name: _on_page(drawn) for name, drawn in inks.DENOISERS.items()}


def ink(name: str) -> Ink:
    """Return how a codec or denoiser is drawn; one that is not known here, in grey."""
    return _on_page(inks.ink(name))


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
    # Streamlit tells the theme's colours to components alone, not to what stands around them.
    told = "".join(
        f"--ae-{name}: light-dark({_option('light', option)}, {_option('dark', option)});"
        for name, option in _TOLD.items()
    )
    rules = (Path(__file__).parent / "web" / "page.css").read_text(encoding="utf-8")
    st.html(f"<style>:root {{ {told} }}\n{rules}</style>")


def _option(theme: str, option: str) -> str:
    return str(st.get_option(f"theme.{theme}.{option}"))


_TOLD = {
    "accent": "primaryColor",
    "ground": "backgroundColor",
    "panel": "secondaryBackgroundColor",
}
