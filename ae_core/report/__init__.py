"""The report: a notebook that runs, and the page for paper and screen that is made of it.

    order ── notebook ── executed ──┬── report.ipynb
                                    └── template ── report.html

`build` does all of it. The cells call `Show`, `figures`, `reconstruct` and `train` from here
and the public functions of other rooms, so that whoever opens it can change a number and run it
again. Nothing of Jupyter is imported before a report is built.
"""

from __future__ import annotations

from ae_core.report.builder import build
from ae_core.report.display import Show
from ae_core.report.evaluate import figures, reconstruct, train
from ae_core.report.request import DEFAULT_RUNS, Order

__all__ = ["DEFAULT_RUNS", "Order", "Show", "build", "figures", "reconstruct", "train"]
