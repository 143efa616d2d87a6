"""What Streamlit draws of its own around a page, in the language of the visit."""

from __future__ import annotations

from dashboard.components import web
from dashboard.i18n import t

_SHELL = web.component("shell", js="shell.js")
_WORDS = {  # Streamlit's own, and our keys for them
    "Expand sidebar": "shell.open_menu",
    "Collapse sidebar": "shell.close_menu",
    "Main menu": "shell.settings",
    "Skip to main content": "shell.skip",
    "Select all": "shell.select_all",
    "No results": "shell.no_results",
    "No options to select": "shell.no_options",
    "Upload": "shell.upload",
    "Stop": "shell.stop",
    "Drag and drop files here": "shell.drop_files",
    "Drag and drop a file here": "shell.drop_file",
    "Clear value": "shell.clear",
    "Clear all": "shell.clear",
}


def translate() -> None:
    """Put our words in the place of Streamlit's; takes no space."""
    words = {theirs: t(key) for theirs, key in _WORDS.items()}
    _SHELL(
        key="shell", data={"words": words, "per_file": t("shell.per_file"), "more": t("shell.more")}
    )
