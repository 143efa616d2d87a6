"""Small inline components: HTML, CSS and JavaScript beside this file, sent inside the page.

Nothing is built and nothing is requested from outside. Their colours are the theme's, which
Streamlit gives as CSS variables.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st


def component(name: str, html: str = "", css: str = "", js: str = "", more_css: str = ""):
    """Return the function that mounts a component made of files in this folder.

    Args:
        name: unique in the app.
        html, css, js: names of files here, "" for none; several of JavaScript joined by spaces.
        more_css: rules that follow those of the file.
    """
    texts = {kind: _text(names) for kind, names in (("html", html), ("css", css), ("js", js))}
    texts["css"] = (texts["css"] or "") + more_css or None
    return st.components.v2.component(f"ae_{name}", **texts)


def _text(names: str) -> str | None:
    folder = Path(__file__).parent
    return "\n".join((folder / n).read_text(encoding="utf-8") for n in names.split()) or None
