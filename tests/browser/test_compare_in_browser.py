"""The close-up's before/after slider, and an image from the clipboard."""

import base64
import io

import numpy as np
import pytest
from PIL import Image


def find(page, selector):
    found = page.locator(f".st-key-explore_compare {selector}")
    found.wait_for(state="attached")
    return found


def test_before_and_after_by_mouse_and_by_keyboard(visit):
    page = visit("/")
    bar = find(page, "input")
    bar.scroll_into_view_if_needed()
    assert bar.get_attribute("aria-label") == "Image 1: before and after"
    assert bar.get_attribute("aria-valuetext") == "50 % original, 50 % reconstruction"
    bar.focus()
    page.keyboard.press("ArrowRight")
    assert bar.get_attribute("aria-valuetext") == "51 % original, 49 % reconstruction"
    page.keyboard.press("End")
    assert find(page, ".before").evaluate("e => e.style.clipPath") == "inset(0px 0% 0px 0px)"
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.up()
    assert abs(int(bar.input_value()) - 25) <= 1
    left = find(page, ".bar").evaluate("e => parseFloat(e.style.left)")
    assert left == float(bar.input_value())


def test_zoom_is_by_whole_pixels_and_stays(visit):
    page = visit("/")
    stage = find(page, ".stage")
    assert stage.evaluate("e => e.clientWidth") == 28 * 12
    assert find(page, ".after").evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
    find(page, ".in").click()
    assert stage.evaluate("e => e.clientWidth") == 28 * 13
    assert find(page, "output").inner_text() == "×13"
    page.get_by_role("button", name="Other images").click()
    page.wait_for_url("**draw=1*")
    page.wait_for_function(
        "e => e.clientWidth === 28 * 13", arg=stage.element_handle()
    )  # the visitor's zoom is kept


@pytest.mark.long
def test_the_noisy_picture_can_stand_on_the_left(visit):
    page = visit("/?level=25")
    before = find(page, ".before")
    clean = before.get_attribute("src")
    find(page, "select").select_option("noisy")
    assert before.get_attribute("src") != clean
    assert find(page, ".left").inner_text() == "noisy"
    assert "noisy" in find(page, "input").get_attribute("aria-valuetext")


PASTE = """([kind, text]) => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], "clip.png", { type: kind }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true }));
}"""


def test_a_picture_is_pasted(visit):
    page = visit("/")
    own = np.random.default_rng(5).integers(0, 256, (28, 28), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(own).save(buffer, "PNG")
    page.get_by_role("button", name="Your own image").click()
    page.locator(".st-key-explore_paste .paste").wait_for()
    page.evaluate(PASTE, ["image/png", base64.b64encode(buffer.getvalue()).decode()])
    page.get_by_text("Your own images are shown (1)").wait_for()
    page.get_by_text("pasted image 1: unlike what the network knows").wait_for()
    page.locator(".st-key-explore_forget button").click()
    page.get_by_text("Your own images are shown").wait_for(state="detached")
