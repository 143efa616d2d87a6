"""Explore with an elastic network: its sliders by hand and by keyboard, the comparison beside it."""

import io
import re

import numpy as np
from browser_support import settle
from PIL import Image

AT_HAND = "e => !!e.self && e.self.data.sheets.every(key => aeFrames.sheets.has(key))"


def slider(page, over):
    found = page.locator(f".st-key-explore_drag_{over} input")
    found.wait_for()
    return found


def frames(page, over):
    """Return the slider once the frames for it are in the browser."""
    found = slider(page, over)
    page.wait_for_function(f"e => ({AT_HAND})(e)", arg=found.element_handle())
    return found


def hold(page, found):
    """Put the mouse on the slider's thumb and press; return where a share of its way is."""
    found.scroll_into_view_if_needed()
    box, share = found.bounding_box(), found.evaluate("e => e.value / e.max")
    thumb, y = 9, box["y"] + box["height"] / 2

    def place(part):
        return box["x"] + thumb + (box["width"] - 2 * thumb) * part, y

    page.mouse.move(*place(share))
    page.mouse.down()
    return place


def pixels(page, row, tag):
    """Return what is drawn in a row, by the page ("img") or over it while dragging ("canvas")."""
    found = page.locator(f".st-key-striprow-explore-0-{row} {tag}")
    return decoded(page, found.evaluate("e => e.tagName === 'IMG' ? e.src : e.toDataURL()"))


def decoded(page, address):
    content = page.evaluate(
        "async src => [...new Uint8Array(await (await fetch(src)).arrayBuffer())]", address
    )
    return np.asarray(Image.open(io.BytesIO(bytes(content))).convert("RGB"))


def dropped(page):
    """Wait until the exact images are there again and nothing lies over them."""
    page.wait_for_function("!document.querySelector('canvas.ae-live')")
    settle(page)


def test_pictures_follow_the_finger_and_are_exact_at_each_frame(visit_elastic):
    page = visit_elastic("/?code=64&level=20&images=4")
    before = pixels(page, "reconstruction", "img")
    place = hold(page, frames(page, "code"))
    seen = {}
    for share in (0.1, 0.35, 0.8):
        page.mouse.move(*place(share))
        page.wait_for_function("document.querySelectorAll('canvas.ae-live').length === 3")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        seen[share] = pixels(page, "reconstruction", "canvas")
    assert all(not np.array_equal(one, before) for one in seen.values())
    assert "code=64" in page.url  # the server was asked nothing yet
    drawn = {row: pixels(page, row, "canvas") for row in ("code", "reconstruction", "error")}
    shown = int(page.locator(".st-key-explore_drag_code small").inner_text().split()[1][:-1])
    page.mouse.move(*place(0))
    page.mouse.up()
    page.wait_for_url(re.compile("code=1&"))
    dropped(page)
    other = visit_elastic(f"/?code={shown}&level=20&images=4")
    for row, picture in drawn.items():
        assert np.array_equal(pixels(other, row, "img"), picture), row


def test_a_step_by_keyboard_paints_its_own_exact_pictures_at_once(visit_elastic):
    page = visit_elastic("/?code=77&level=20&images=4")
    found = frames(page, "code")
    found.focus()
    for _ in range(2):  # faster than the server: the second while the first is on its way
        page.keyboard.press("ArrowRight")
    painted = page.wait_for_function(
        """() => {
          const all = [...document.querySelectorAll("canvas.ae-live[data-exact='79']")];
          const row = e => e.closest("[class*=striprow]").className.match(/-0-(\\w+)/)[1];
          return all.length === 3 && all.map(e => [row(e), e.toDataURL()]);
        }"""
    ).json_value()
    page.wait_for_url(re.compile("code=79&"))
    dropped(page)
    assert found.get_attribute("aria-valuetext") == "79"
    code = page.locator(".st-key-striprow-explore-0-code img")
    assert "79 values" in code.get_attribute("alt")
    assert {row for row, _ in painted} == {"code", "reconstruction", "error"}
    for row, address in painted:
        assert np.array_equal(decoded(page, address), pixels(page, row, "img")), row


def test_a_step_that_is_lost_on_its_way_is_sent_again_and_never_taken_back(visit_elastic):
    page = visit_elastic("/?code=76")
    found = slider(page, "code")
    found.focus()
    found.evaluate("e => (e.self.setTriggerValue = () => {})")
    page.keyboard.press("ArrowRight")
    page.locator(".st-key-explore_count input[type=range]").press(
        "ArrowRight"
    )  # draws the page again
    page.wait_for_url(re.compile("code=76&.*images=16"))
    settle(page)
    assert found.get_attribute("aria-valuetext") == "77"
    page.wait_for_url(re.compile("code=77&.*images=16"))


def test_noise_follows_too_from_none_at_all(visit_elastic):
    page = visit_elastic("/?code=49&level=0&images=4")
    label = page.locator(".st-key-striprow-explore-0-original .ae-label b")
    clean = pixels(page, "original", "img")
    place = hold(page, frames(page, "noise"))
    page.mouse.move(*place(0.5))
    page.locator(".st-key-striprow-explore-0-original canvas").wait_for()
    assert label.inner_text() == "noisy"
    assert not np.array_equal(pixels(page, "original", "canvas"), clean)
    page.mouse.up()
    page.wait_for_url(re.compile("level=[1-9]"))
    page.locator(".st-key-striprow-explore-0-noisy img").wait_for()
    dropped(page)
    assert label.inner_text() == "original"
    assert np.array_equal(pixels(page, "original", "img"), clean)


def test_frames_of_other_pictures_are_never_shown(visit_elastic):
    page = visit_elastic("/?code=64&images=4")
    found = frames(page, "code")
    old = found.evaluate("e => e.self.data.sheets[0]")
    page.get_by_role("button", name="Other images").click()
    page.wait_for_url(re.compile("draw=1"))
    settle(page)
    page.wait_for_function(
        "([e, old]) => e.self.data.sheets[0] !== old", arg=[found.element_handle(), old]
    )
    frames(page, "code")
    fresh = found.evaluate("e => [...aeFrames.sheets.get(e.self.data.sheets[0]).x]")
    shown = pixels(page, "original", "img").reshape(92, 4, 92, 3)[4:88:3, :, 4:88:3, 0]
    assert fresh == shown.swapaxes(0, 1).ravel().tolist()


def test_slider_steps_by_one_and_keeps_the_focus_while_its_places_change(visit_elastic):
    page = visit_elastic("/?code=76")
    found = slider(page, "code")
    exact = page.locator(".st-key-explore_exact input")
    found.focus()
    for key, code in (("ArrowRight", 77), ("ArrowRight", 78), ("ArrowLeft", 77), ("Home", 1)):
        page.keyboard.press(key)
        page.wait_for_url(re.compile(f"code={code}&"))
        settle(page)
        assert found.evaluate("e => e.getRootNode().activeElement === e")
        assert found.get_attribute("aria-valuetext") == str(code)
        assert exact.input_value() == str(code)
    assert found.get_attribute("aria-label") == "Code size"
    assert slider(page, "noise").get_attribute("aria-label") == "Noise (σ of 255)"


def test_exact_size_by_typing_and_by_its_buttons(visit_elastic):
    page = visit_elastic("/")
    exact = page.locator(".st-key-explore_exact input")
    exact.fill("203")
    exact.press("Enter")
    page.wait_for_url(re.compile("code=203"))
    settle(page)
    page.locator(".st-key-explore_exact button").last.click()
    page.wait_for_url(re.compile("code=204"))
    settle(page)
    assert slider(page, "code").get_attribute("aria-valuetext") == "204"


def test_small_sizes_have_a_finger_s_room(visit_elastic):
    page = visit_elastic("/?code=1", viewport={"width": 390, "height": 844})
    found = slider(page, "code")
    places = found.evaluate("e => Number(e.max) + 1")
    assert found.evaluate("e => e.clientWidth") / places > 6  # pixels for each of the places
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_pictures_of_the_networks_beside_it_on_demand(visit_elastic):
    page = visit_elastic("/?code=49&level=13")
    page.locator(".ae-beside tbody tr").nth(1).wait_for()
    assert page.locator("[class*=striprow-beside] img").count() == 0
    page.locator(".st-key-explore_beside label").click()
    page.wait_for_url(re.compile("beside=1"))
    images = page.locator("[class*=striprow-beside] img")
    images.first.wait_for()
    ours = page.locator(".st-key-striprow-explore-0-reconstruction img")
    left = "e => Math.round(e.getBoundingClientRect().left)"
    assert images.first.evaluate(left) == ours.evaluate(left)
