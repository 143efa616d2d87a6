"""Codes to take home, as an array for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ae_core.evaluation import codes
from dashboard.components import widgets

Whose = Callable[[], tuple[list[str], list[str]]]


def buttons(page: str, y: np.ndarray, whose: Whose, stem: str, **how: Any) -> None:
    """Draw the buttons that save codes, as ``python -m ae_core encode`` writes them.

    Args:
        page: the first word of the keys.
        y: the codes, float32 (N, h, w, c).
        whose: gives a file name and a class for each; asked when the table is saved.
        stem: of the files' names.
        how: of the buttons, as :func:`widgets.download` takes it.
    """

    def table() -> bytes:
        return codes.table(y, *whose()).encode()

    for kind, made, mime in (
        ("npy", lambda: codes.npy(y), "application/octet-stream"),
        ("csv", table, "text/csv"),
    ):
        key = f"{page}_codes_{kind}"
        widgets.download(f"codes.{kind}", made, f"{stem}_codes.{kind}", mime, key=key, **how)
