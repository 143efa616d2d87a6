"""A drawing of a network in the page: crisp in both themes, scrolled sideways, layers to click."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ae_core.drawing import architecture

_STYLE = (
    ":host, .frame { --ink: var(--st-text-color); --ground: var(--st-background-color); "
    "--accent: var(--st-primary-color); } "
    ".frame { overflow-x: auto; outline-offset: -2px; } .frame svg { display: block; } "
    ".layer { cursor: pointer; } .layer:hover .face { stroke: var(--accent); }" + architecture.CSS
)
_SCRIPT = """
export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const frame = parentElement.querySelector(".frame");
  if (frame.dataset.drawn !== data.svg) {
    frame.innerHTML = data.svg;
    frame.dataset.drawn = data.svg;
    frame.setAttribute("aria-label", data.label);
    const svg = frame.querySelector("svg");
    const width = Number(svg.getAttribute("width"));
    svg.style.cssText = `width:100%;height:auto;min-width:${width}px;max-width:${1.5 * width}px`;
  }
  frame.onclick = (event) => {
    const layer = event.target.closest("[data-layer]");
    if (layer) setTriggerValue("layer", Number(layer.dataset.layer));
  };
}
"""
_drawing = st.components.v2.component(
    "network_drawing",
    html="<div class='frame' tabindex='0' role='region'></div>",
    css=_STYLE,
    js=_SCRIPT,
)


def show(svg: str, label: str, key: str, clicked: Callable[[int], None]) -> None:
    """Draw ``svg``; a click on a layer calls ``clicked`` with its number."""

    def tell() -> None:
        number = st.session_state[key].get("layer")
        if isinstance(number, (int, float)):
            clicked(int(number))

    _drawing(data={"svg": svg, "label": label}, key=key, on_layer_change=tell)
