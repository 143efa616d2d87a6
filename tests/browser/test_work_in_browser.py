"""What the pages set to work: an import, a trial, a sweep, a measurement, a report; and its end."""

import io
import re

import accessible
import numpy as np
import pytest
from browser_support import settle
from downloaded import check
from PIL import Image

WORK = 120_000  # ms; a worker loads TensorFlow first, on a busy machine


@pytest.fixture
def visit(visit_shipped):
    def open_page(path, **options):
        page = visit_shipped(path, **options)
        page.set_default_timeout(WORK)
        return page

    return open_page


def press(page, key):
    settle(page)  # Streamlit forgets a click that meets the page's own drawing anew
    page.locator(f".st-key-{key} button:visible").first.click()


def fill(page, key, value):
    field = page.locator(f".st-key-{key} input").first
    field.fill(str(value))
    field.press("Enter")
    settle(page)


def gone(page, key):
    page.locator(f".st-key-{key}").wait_for(state="detached")


def test_own_pictures_become_a_set_that_is_kept_and_then_removed(visit, shipped_server):
    page = visit("/data")
    page.locator(".st-key-data_import summary").click()
    random = np.random.default_rng(3)
    noise = random.integers(0, 256, (24, 32, 32, 3), np.uint8)
    files = [_file(f"{i}.png", _png(pixels)) for i, pixels in enumerate(noise)]
    page.locator(".st-key-data_files input").set_input_files([*files, _file("bad.png", b"nothing")])
    page.locator("[data-testid=stFileChipIconSpinner]").first.wait_for(state="detached")
    fill(page, "data_new_name", "Brought along")
    press(page, "data_start")
    page.locator(".st-key-data_decide").wait_for()  # shown before anything is stored
    settle(page)
    accessible.check(page, "images as they would be stored")
    page.locator(".st-key-data_preview_by_class summary").click()
    page.locator(".st-key-data_skipped summary").click()
    page.locator(".st-key-data_skipped [data-testid=stDataFrame] canvas").first.wait_for()
    assert not list(shipped_server.artifacts.parent.rglob("brought-along"))
    press(page, "data_store")
    gone(page, "data_decide")
    settle(page)
    folder = shipped_server.artifacts.parent / "data"
    (kept,) = folder.rglob("brought-along")
    press(page, "data_remove")
    press(page, "data_keep")
    gone(page, "data_sure")
    assert kept.exists()
    press(page, "data_remove")
    press(page, "data_remove_yes")
    gone(page, "data_sure")
    settle(page)
    assert not kept.exists()


@pytest.mark.long
def test_a_trial_tells_how_long_a_training_takes(visit):
    page = visit("/train?network=situation-4")
    press(page, "train_try")
    page.locator(".st-key-train_effort dd").nth(2).wait_for()
    settle(page)
    assert page.locator(".st-key-train_effort dd").count() == 3


@pytest.mark.long
def test_a_sweep_starts_stops_goes_on_and_its_best_are_compared(visit):
    page = visit("/train?sweep=")
    for key in ("sweep_codes", "sweep_codes", "sweep_levels"):  # 16 values, no noise
        page.locator(f".st-key-{key} input").first.press("Backspace")
        settle(page)
    fill(page, "sweep_epochs", 1)
    page.locator(".st-key-sweep_more summary").click()
    fill(page, "sweep_limit", 160)

    def start_and_stop(name):
        fill(page, "sweep_name", name)
        press(page, "sweep_start")
        page.wait_for_url(re.compile(f"sweep={name}$"))
        settle(page)
        press(page, "sweep_stop")

    assert page.locator(".st-key-sweep_start").inner_text().endswith("Start one training")
    start_and_stop("walk")
    press(page, "sweep_resume")
    page.locator(".ae-sweep td.finished a").wait_for()
    gone(page, "sweep_stop")
    start_and_stop("walk-again")
    gone(page, "sweep_stop")
    settle(page)
    shown = page.locator("[class*=st-key-sweep_shown--] input")
    shown.scroll_into_view_if_needed()  # a list that is open shuts when the page scrolls
    settle(page)
    shown.click()
    page.get_by_role("option", name="walk", exact=True).click()
    page.locator(".ae-sweep td.finished a").wait_for()
    settle(page)
    accessible.check(page, "a sweep that has ended")
    press(page, "sweep_compare")
    page.wait_for_url(re.compile("/compare.*walk"))
    settle(page)
    page.locator(".st-key-compare_psnr .trace").first.wait_for()


@pytest.mark.long
def test_a_measurement_of_the_devices_starts_and_is_cancelled(visit):
    page = visit("/devices")
    press(page, "devices_start")
    page.locator(".st-key-devices_cancel").wait_for()
    press(page, "devices_cancel")
    page.locator(".st-key-devices_start").wait_for()
    page.get_by_text("Cancelled; what was measured until then stands below.").wait_for()


@pytest.mark.long
def test_a_report_is_made_read_taken_home_and_deleted(visit, shipped_server):
    page = visit("/report")
    while (chosen := page.locator(".st-key-report_runs [data-tag]")).count() > 1:
        before = chosen.count()
        page.locator(".st-key-report_runs input").first.press("Backspace")
        page.wait_for_function(
            "n => document.querySelectorAll('.st-key-report_runs [data-tag]').length < n", arg=before
        )
        settle(page)
    fill(page, "report_title", "Made in passing")
    press(page, "report_make")
    page.locator(".st-key-report_get_page").wait_for()
    for key in ("report_get_page", "report_get_notebook"):
        with page.expect_download() as got:
            press(page, key)
        assert got.value.suggested_filename.startswith("made-in-passing_en_")
        check(got.value.suggested_filename, got.value.path())
    page.frame_locator("iframe").get_by_role("heading", name="Made in passing").wait_for()
    (folder,) = (shipped_server.artifacts / "reports").glob("[!.]*")
    press(page, "report_make")
    page.locator(".st-key-report_cancel").wait_for()
    press(page, "report_cancel")
    page.locator("[class*=st-key-report_delete_]").nth(1).wait_for()
    for key in ("report_show_", "report_delete_"):
        press(page, f"{key}{folder.name}")
    page.get_by_role("dialog").wait_for()
    assert folder.is_dir()
    press(page, "report_delete_yes")
    gone(page, f"report_delete_{folder.name}")
    assert not folder.exists()


def _png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _file(name, content):
    return {"name": name, "mimeType": "image/png", "buffer": content}
