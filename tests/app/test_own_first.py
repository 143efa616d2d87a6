"""Wherever networks are listed, one's own stand first."""

import pytest
from app_support import ROOT

LISTS = {  # page: key of its list, and whether "none" stands before the networks
    "explore": ("explore_network", 0),
    "compare": ("compare_runs", 0),
    "report": ("report_runs", 0),
    "train": ("train_run--0", 1),
}


@pytest.mark.parametrize("page", LISTS)
def test_own_networks_stand_first(page, artifacts, app):
    key, before = LISTS[page]
    at = app(str(ROOT / "dashboard" / "app_pages" / page / "page.py"))
    kinds = (at.selectbox, at.multiselect)
    (drawn,) = [widget for kind in kinds for widget in kind if widget.key == key]
    assert "My own network" in drawn.options[before]
    assert len(drawn.options) > 2 and "My own" not in "".join(drawn.options[before + 1 :])
