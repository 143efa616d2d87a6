"""The first view of each page that draws networks, one after another, and what was loaded for them.

A program of its own, for other tests of the process load TensorFlow: ``first_views.py``.
"""

import os
import sys

from app_support import APP, ROOT

sys.path.insert(0, str(ROOT))
HEAVY = {"tensorflow", "keras", "torch", "jax", "matplotlib"}
NOTEBOOKS = {"nbformat", "nbclient", "nbconvert", "zmq"}


def not_loaded(names, where):
    assert not names & set(sys.modules), (where, names & set(sys.modules))


import dashboard.app_pages.explore.sections  # noqa: E402
import dashboard.app_pages.rate.sections  # noqa: E402
import dashboard.app_pages.report.form  # noqa: E402
import dashboard.app_pages.report.panel  # noqa: E402
import dashboard.app_pages.train.form  # noqa: E402
import dashboard.app_pages.train.panel  # noqa: E402, F401
from dashboard.components import warming  # noqa: E402

not_loaded(HEAVY | NOTEBOOKS, "imports")

from streamlit.testing.v1 import AppTest  # noqa: E402

warming.warm_up = lambda: None  # else it is loaded once the view stands
at = AppTest.from_file(APP, default_timeout=240).run()
shows = {
    "explore": lambda: "Situation 2" in "".join(c.value for c in at.caption),
    "latent": lambda: at.get("plotly_chart"),
    "architecture": lambda: "18×18" in "".join(str(h.value) for h in at.html),
    "data": lambda: "letters" in [s.value for s in at.header],
    "denoise": lambda: len(at.get("image")) > 2,
    "rate": lambda: len(at.get("image")) > 2,
}
for page, shown in shows.items():
    at.switch_page(str(APP.parent / "app_pages" / page / "page.py"))
    at.query_params.clear()
    at.run()
    assert not at.exception, (page, at.exception)
    assert shown(), page
    not_loaded(HEAVY, page)
os._exit(0)
