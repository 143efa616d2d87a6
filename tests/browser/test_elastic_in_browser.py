"""Explore with an elastic network: sliders by keyboard, the exact field, the comparison."""

import re

from browser_support import settle


def test_slider_steps_by_one_and_keeps_the_focus_while_its_places_change(visit_elastic):
    page = visit_elastic("/?code=76")
    slider = page.locator(".st-key-explore_code input[type=range]")
    exact = page.locator(".st-key-explore_exact input")
    slider.focus()
    for key, code in (("ArrowRight", 77), ("ArrowRight", 78), ("ArrowLeft", 77), ("Home", 1)):
        page.keyboard.press(key)
        page.wait_for_url(re.compile(f"code={code}&"))
        settle(page)
        assert slider.evaluate("e => document.activeElement === e")
        assert slider.get_attribute("aria-valuetext") == str(code)
        assert exact.input_value() == str(code)


def test_exact_size_by_typing_and_by_its_buttons(visit_elastic):
    page = visit_elastic("/")
    exact = page.locator(".st-key-explore_exact input")
    exact.fill("203")
    exact.press("Enter")
    page.wait_for_url(re.compile("code=203"))
    page.locator(".st-key-explore_exact button").last.click()
    page.wait_for_url(re.compile("code=204"))
    settle(page)
    slider = page.locator(".st-key-explore_code input[type=range]")
    assert slider.get_attribute("aria-valuetext") == "204"


def test_small_sizes_have_a_finger_s_room(visit_elastic):
    page = visit_elastic("/?code=1", viewport={"width": 390, "height": 844})
    slider = page.locator(".st-key-explore_code input[type=range]")
    places = slider.evaluate("e => Number(e.max) + 1")
    track = page.locator(".st-key-explore_code").evaluate("e => e.clientWidth")
    assert track / places > 6  # pixels for each of the first sixteen sizes
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_pictures_of_the_networks_beside_it_on_demand(visit_elastic):
    page = visit_elastic("/?code=49&level=13")
    page.locator(".ae-beside tbody tr").nth(1).wait_for()
    assert page.locator("[class*=striprow-beside] img").count() == 0
    page.locator(".st-key-explore_beside label").click()
    page.wait_for_url(re.compile("beside=1"))
    images = page.locator("[class*=striprow-beside] img")
    images.first.wait_for()
    ours = page.locator(".st-key-striprow-explore-0-rebuilt img")
    left = "e => Math.round(e.getBoundingClientRect().left)"
    assert images.first.evaluate(left) == ours.evaluate(left)
