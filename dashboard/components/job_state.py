"""How a page shows the state of what is computed in the background, and how often it looks."""

from __future__ import annotations

import os

from dashboard.i18n import t

POLL_S = float(os.environ.get("AE_POLL_SECONDS", "1"))
_ICONS = {
    "queued": "hourglass_empty",
    "running": "play_circle",
    "cancelling": "stop_circle",
    "cancelled": "cancel",
    "failed": "error",
    "finished": "check_circle",
}
_COLOURS = {"running": "blue", "finished": "green", "failed": "red", "cancelled": "gray"}


def badge(state: str) -> str:
    """Return a state as Markdown: icon, colour and word."""
    colour = _COLOURS.get(state, "orange")
    return f":{colour}-badge[:material/{_ICONS[state]}: {t(f'state.{state}')}]"
