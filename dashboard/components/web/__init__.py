"""Small inline components: HTML, CSS and JavaScript beside this file, sent inside the page.

Nothing is built and nothing is requested from outside. Their colours are the theme's, which
Streamlit gives as CSS variables.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def component(
    name: str, html: str = "", css: str = "", js: str = "", more_css: str = ""
) -> Callable[..., Any]:
    """Return the function that mounts a component made of files in this folder.

    Its script gets what is given as ``data`` in a list of one; bytes as they are.

    Args:
        name: unique in the app.
        html, css, js: names of files here, "" for none; several of JavaScript joined by spaces.
        more_css: rules that follow those of the file.
    """
    texts = {kind: _text(names) for kind, names in (("html", html), ("css", css), ("js", js))}
    texts["css"] = (texts["css"] or "") + more_css or None
    mounted = st.components.v2.component(f"ae_{name}", **texts)

    @functools.wraps(mounted)
    def mount(*, data: Any = None, **how: Any) -> Any:
        # In a dictionary Streamlit looks for tables, for which it imports pandas: half a second.
        return mounted(data=[data] if isinstance(data, dict) else data, **how)

    return mount


def _text(names: str) -> str | None:
    folder = Path(__file__).parent
    return "\n".join((folder / n).read_text(encoding="utf-8") for n in names.split()) or None
