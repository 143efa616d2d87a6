"""Damaged run folders beside good ones: every page stands, and says which are damaged and why."""

import shutil

import damaged_runs
import pytest
from app_support import ROOT, texts

from ae_core import runs

PAGES = {path.parent.name: str(path) for path in (ROOT / "dashboard" / "app_pages").glob("*/page.py")}
OF_A_RUN = ("train", "compare", "explore", "latent", "architecture")
FEW = list(damaged_runs.CASES)[::9]  # of each file, and of each kind of damage
# One of each kind that reaches furthest into a page, whose own pages are drawn.
CLOSER = ("status-missing", "history-no-psnr", "samples-x-other-side", "config-code-of-another")
CLOSER += ("config-created-before",)


def address(page, name):
    """Return the address of a page that shows a run."""
    shown = {"runs": f"{name},situation-1-letters"} if page == "compare" else {"run": name}
    return shown | ({"data": "letters", "code": "7"} if page == "explore" else {})


@pytest.mark.parametrize("page", sorted(PAGES))
def test_damaged_runs_break_no_page(page, app, artifacts):
    damaged_runs.write(artifacts / "runs", FEW)
    at = app(PAGES[page])  # which asserts that there is no exception
    if page in ("explore", "train"):
        assert len(FEW) > 3 and at.get_by_key("runs_damaged")
        said = texts(at).replace("\\", "")
        for name in FEW:
            reasons = [r for n, r in runs.broken_runs() + runs.damaged() if n == name]
            assert all(name in said and reason in said for reason in reasons)
    assert any(run.pretrained for run in runs.list_runs())


@pytest.mark.parametrize("name", CLOSER)
def test_a_damaged_run_that_is_asked_for_breaks_no_page(name, app, artifacts):
    damaged_runs.write(artifacts / "runs", [name])
    for page in OF_A_RUN:
        app(PAGES[page], **address(page, name))


@pytest.fixture(scope="module")
def all_damaged(built, tmp_path_factory):
    """The small runs and every damaged one: thousands of files, written once for all pages."""
    folder = tmp_path_factory.mktemp("damaged") / "artifacts"
    shutil.copytree(built("trained"), folder)
    damaged_runs.write(folder / "runs")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("page", sorted(PAGES))
def test_all_damaged_runs_break_no_page(page, app, empty, all_damaged, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(all_damaged))
    app(PAGES[page])


@pytest.mark.long
@pytest.mark.parametrize("name", damaged_runs.CASES)
def test_each_damaged_run_breaks_no_page_that_is_asked_for_it(name, app, artifacts):
    damaged_runs.write(artifacts / "runs", [name])
    for page in OF_A_RUN:
        app(PAGES[page], **address(page, name))
