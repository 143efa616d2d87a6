"""What the theme file cannot say: a few rules of style, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ae_core.drawing import inks

LABEL = 96  # pixels for the labels at a strip's left


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


_STYLE = """
<style>
:root { --ae-quiet: light-dark(#5d656b, #a3abb0); }
[data-testid="stMainBlockContainer"] {
  max-width: 1312px; padding: 4.6rem 2rem 4rem;
}
.ae-lead { font-size: 1.32rem !important; font-weight: 600 !important; line-height: 1.4;
  letter-spacing: -0.01em; padding: 0 !important; margin: 0; }
.ae-note { color: var(--ae-quiet); max-width: 62rem; line-height: 1.5; margin: 0; }
[data-testid="stCaptionContainer"] { color: var(--ae-quiet); opacity: 1; }
h2 { padding: 0.75rem 0 1rem !important; }

/* The picture strip: one slab of mid-grey mat, labels to its left, columns aligned. It scrolls
   sideways by itself where the window is narrow, so that pixels stay whole. */
[class*="st-key-strip-"] { overflow-x: auto; }
[class*="st-key-striprow-"] { flex-wrap: nowrap !important; align-items: center; width: max-content; }
[class*="st-key-strip"] img, [class*="st-key-closer"] img {
  image-rendering: pixelated; border-radius: 0 !important; max-width: none !important;
}
.ae-label { width: 96px; padding-right: 10px; line-height: 1.3; }
.ae-label b { display: block; font-weight: 620; }
.ae-label i { display: block; font-style: normal; font-size: 0.84rem; opacity: 0.78;
  font-variant-numeric: tabular-nums; }
.ae-label em { display: block; height: 7px; margin: 5px 0 2px; background: linear-gradient(
  90deg, #0a0a16, #3e105e, #942664, #de5a36, #fbb43e, #fffad6); }
[class*="st-key-closer"] .ae-label { width: auto; padding-top: 6px; }
.ae-figures { border-collapse: collapse; font-size: 0.84rem; margin-top: 6px;
  font-variant-numeric: tabular-nums; }
.ae-figures th { width: 96px; min-width: 96px; text-align: left; font-weight: 400; opacity: 0.78;
  border: 0; padding: 1px 0; }
.ae-figures td { text-align: center; border: 0; padding: 1px 0; }
.ae-figures td.best, .ae-figures td.worst { font-weight: 650; }

/* The few numbers that matter, large. */
.ae-facts { display: flex; flex-wrap: wrap; gap: 0.4rem 2.6rem; align-items: baseline;
  margin: 0 !important; padding: 0 !important; }
.ae-facts div { display: flex; flex-direction: column-reverse; }
.ae-facts dt { font-size: 0.84rem; opacity: 0.78; }
.ae-facts dd { margin: 0; font-size: 1.75rem; line-height: 1.15; font-weight: 640;
  font-variant-numeric: tabular-nums; letter-spacing: -0.015em; }
.ae-facts dd small { font-size: 0.95rem; font-weight: 500; opacity: 0.78; letter-spacing: 0; }
.ae-sum { font-size: 0.92rem; font-variant-numeric: tabular-nums; margin: 0; line-height: 1.5; }
.ae-state { display: inline-block; padding: 1px 9px; border-radius: 9px; font-size: 0.84rem;
  border: 1px solid currentColor; }

/* A small table of answers: quiet rules, figures aligned, ours in the accent. */
.ae-table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums;
  width: 100%; max-width: 52rem; margin: 0; }
.ae-table caption { text-align: left; opacity: 0.78; font-size: 0.84rem; padding: 0 0 6px; }
.ae-table th, .ae-table td { border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 14%,
  transparent); padding: 7px 14px 7px 0; text-align: left; font-weight: 400; vertical-align: top; }
.ae-table thead th { opacity: 0.78; font-size: 0.84rem; white-space: nowrap; }
.ae-table td:nth-child(n+4), .ae-table thead th:nth-child(n+4) { text-align: right; }
.ae-table td i { display: inline-block; width: 0.6rem; height: 0.6rem; border-radius: 50%;
  margin-right: 7px; }
.ae-table .ours td:nth-child(2) { font-weight: 650; }
.ae-rate td:nth-child(n+4) { white-space: nowrap; }
.ae-beside td, .ae-beside thead th:nth-child(n+2) { text-align: right; white-space: nowrap; }
.ae-beside .ours :is(th, td:nth-child(3)) { font-weight: 650; }
.ae-beside small { display: block; opacity: 0.78; font-size: 0.84rem; font-weight: 400; }

/* A matrix of trainings: code sizes across, the higher the PSNR the stronger the colour. */
.ae-sweep { overflow-x: auto; padding-top: 6px; }
.ae-sweep table { border-collapse: separate; border-spacing: 3px; margin: 0; border: 0;
  font-variant-numeric: tabular-nums; }
.ae-sweep th, .ae-sweep td { border: 0; padding: 7px 10px; font-weight: 400; }
.ae-sweep thead th { opacity: 0.78; font-size: 0.84rem; text-align: center; white-space: nowrap; }
.ae-sweep thead th:first-child, .ae-sweep tbody th { text-align: left; padding-left: 0; }
.ae-sweep tbody th { min-width: 8rem; max-width: 14rem; line-height: 1.25; font-size: 0.92rem; }
.ae-sweep th b { font-weight: 620; display: block; }
.ae-sweep small { display: block; font-size: 0.78rem; opacity: 0.8; white-space: nowrap; }
.ae-sweep td { min-width: 5.4rem; height: 3.4rem; text-align: center; border-radius: 4px;
  line-height: 1.25; font-size: 0.84rem;
  box-shadow: inset 0 0 0 1px color-mix(in srgb, currentColor 14%, transparent); }
.ae-sweep td.finished { box-shadow: none; }
.ae-sweep td.finished a { font-size: 1.15rem; font-weight: 640; color: inherit;
  text-decoration: none; display: block; }
.ae-sweep td.finished a:is(:hover, :focus) { text-decoration: underline; }
.ae-sweep td.waiting, .ae-sweep td.none { opacity: 0.62; }
.ae-sweep td.none { box-shadow: none; }
.ae-sweep td.running, .ae-sweep td.queued { box-shadow: inset 0 0 0 2px currentColor; }
.ae-sweep td.failed { color: light-dark(#bd1f01, #ff8a6e); font-weight: 620; }

.ae-scroll { overflow-x: auto; }
.ae-table.ae-devices :is(td, th):nth-child(n) { text-align: left; white-space: nowrap; }

/* Classes and the colours they have on the map. */
.ae-chips { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin: 0; font-size: 0.92rem; }
.ae-chips i { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 6px; }
.st-key-latent_map_place image { image-rendering: pixelated; }

/* Data sets by a picture of each, two in a line. */
:is(.st-key-explore_data, .st-key-denoise_data,
  .st-key-latent_data, .st-key-data_name) [role="radiogroup"] { display: grid; width: 100%;
  grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px; overflow: visible; }
:is(.st-key-explore_data, .st-key-denoise_data,
  .st-key-latent_data, .st-key-data_name) button { height: 44px;
  justify-content: flex-start; padding: 0 8px 0 6px;
  border-radius: 4px; border-width: 1px !important; border-style: solid !important; margin: 0;
  width: 100%; }
:is(.st-key-explore_data, .st-key-denoise_data, .st-key-latent_data, .st-key-data_name)
  button:not([aria-checked="true"]) {
  border-color: color-mix(in srgb, currentColor 20%, transparent) !important; }
:is(.st-key-explore_data, .st-key-denoise_data,
  .st-key-latent_data, .st-key-data_name) button > div { margin-right: auto; }
:is(.st-key-explore_data, .st-key-denoise_data,
  .st-key-latent_data, .st-key-data_name) button img { height: 32px; max-height: 32px;
  width: 32px; margin-right: 6px; image-rendering: pixelated; border-radius: 0;
  vertical-align: middle; }

/* The accent is light on the dark ground, so what is written on it is dark there. */
[data-testid="stBaseButton-primary"], [data-tag], [data-tag] * {
  color: light-dark(#fff, #0c1113) !important; }

/* The language switch stands in the bar at the top. */
.st-key-language { position: fixed; top: 0.8rem; right: 4.2rem; z-index: 999991; width: auto; }

@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 4.2rem 1rem 3rem; }
  [class*="st-key-striprow-"] { flex-direction: column; align-items: flex-start; }
  [class*="st-key-striprow-"] > div { flex: none !important; width: max-content !important;
    max-width: none !important; }
  [class*="st-key-striprow-"] [data-testid="stHtml"] { position: sticky; left: 0; }
  .ae-label { width: auto; padding: 8px 0 3px; }
  .ae-label b, .ae-label i { display: inline; margin-right: 10px; }
  .ae-label em { width: 96px; }
  .ae-figures tr { display: block; white-space: nowrap; }
  .ae-figures th { display: block; position: sticky; left: 0; width: max-content; }
  .ae-figures td { display: inline-block; }
  .ae-facts { gap: 0.4rem 1.6rem; }
  .ae-facts dd { font-size: 1.4rem; }
  .ae-rate tr > :nth-child(6) { display: none; }
  .ae-rate th, .ae-rate td { padding-right: 9px; }
}
</style>
"""


def scroll(name: str, css: str = "ae-scroll") -> str:
    """Return the tag that opens a box which scrolls sideways, by keyboard too; ``name`` is HTML."""
    label = name.replace('"', "&quot;")
    return f'<div class="{css}" role="region" tabindex="0" aria-label="{label}">'


def style() -> None:
    """Put the rules into the page; takes no space."""
    st.html(_STYLE)
