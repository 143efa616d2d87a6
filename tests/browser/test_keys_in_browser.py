"""The dashboard by keyboard alone: Tab comes to every control, in order and visibly; whole tasks."""

import json
import re
from pathlib import Path

import pytest
from browser_support import ROOT, settle
from downloaded import check
from test_walk_in_browser import PAGES
from walking import controls

MOST = 120  # stops on a page
SCRIPT = Path(__file__).with_name("keys.js").read_text()
STILL = "*, *::before, *::after { transition: none !important; }"  # focus is shown at once
GRID = ("CANVAS", "TD")  # of a table: drawn by itself, the focus too
WORK = 240_000  # ms; a training loads TensorFlow first
WORDS = json.loads((ROOT / "ae_core" / "i18n" / "en.json").read_text(encoding="utf-8"))


def listen(page):
    """Look from the page's first stop on; also after the address has changed."""
    page.add_script_tag(content=SCRIPT)
    page.add_init_script(SCRIPT)
    return page


def tab_to(page, key, tag=None):
    """Press Tab until the keyboard is in the control with this key."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        here = page.evaluate("keys.here()") or {}
        if here.get("key") == key and tag in (None, here["tag"]):
            return
    raise AssertionError(f"Tab never comes to {key}")


@pytest.mark.parametrize("path", [*(paths[0] for paths in PAGES.values()), "/train?sweep="])
def test_tab_comes_to_every_control_in_order_and_visibly(visit_shipped, path):
    page = listen(visit_shipped(path))
    page.add_style_tag(content=STILL)
    expected = controls(page)
    came = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        here = page.evaluate("keys.here()")
        if here is None:
            if came == expected:
                break
            continue  # between the page's end and its beginning
        key, grid = here["key"], here["tag"] in GRID
        assert grid or here["inside"], f"{path}: {key} has the focus out of sight"
        if key in expected:
            came += [] if key in came else [key]
            assert grid or page.evaluate("keys.shown()"), f"{path}: {key} shows no focus"
    assert came == expected, f"{path}: other than on the page"


def test_the_menu_by_keys(visit):
    page = listen(visit("/report"))
    for words in ("train", "explore"):
        link = page.get_by_test_id("stTopNavLink").filter(has_text=WORDS[f"{words}.title"])
        for _ in range(MOST):
            page.keyboard.press("Tab")
            if link.evaluate("e => e === document.activeElement"):
                break
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=WORDS[f"{words}.lead"]).wait_for()
        settle(page)


def test_explore_from_choosing_pictures_to_taking_them_home(visit_shipped):
    page = listen(visit_shipped("/?data=letters&code=64"))
    tab_to(page, "explore_data")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("data=numbers"))
    settle(page)
    tab_to(page, "explore_drag_code")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"code=(?!64)\d+"))
    settle(page)
    tab_to(page, "explore_drag_noise")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"level=[1-9]"))
    settle(page)
    tab_to(page, "explore_downloads")
    page.keyboard.press("Enter")
    page.locator(".st-key-download_true_size").wait_for()
    tab_to(page, "download_true_size")
    with page.expect_download() as got:
        page.keyboard.press("Enter")
    check(got.value.suggested_filename, got.value.path())
    page.keyboard.press("Escape")
    page.locator(".st-key-download_true_size").wait_for(state="hidden")
    tab_to(page, "explore_compare", "INPUT")
    bar = page.locator(".st-key-explore_compare input[type=range]")
    before = bar.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    assert bar.get_attribute("aria-valuetext") != before


@pytest.mark.long
def test_a_training_is_started_and_cancelled(visit):
    page = listen(visit("/train?network=situation-4"))
    page.set_default_timeout(WORK)
    tab_to(page, "train_epochs", "INPUT")
    page.keyboard.press("Control+A")
    page.keyboard.type("3000")
    tab_to(page, "train_start")
    settle(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("run="))
    tab_to(page, "job_cancel")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Cancelled (after|before)")).wait_for()
