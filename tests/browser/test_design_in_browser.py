"""A network designed by hand: from a template, through a layer that cannot be, to its training."""

import re

import accessible
import pytest
from browser_support import settle

VISITORS = {
    "wide": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "narrow": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def choose(page, key, option):
    """Choose an option by keyboard, as it is called."""
    field = page.locator(f".st-key-{key} input")
    field.click()
    field.fill(option)
    page.get_by_role("option", name=option, exact=True).wait_for()
    page.keyboard.press("Enter")
    settle(page)


def of_row(page, row):
    return page.locator(f".st-key-design_row_{row}")


@pytest.mark.parametrize("visitor", ["wide", pytest.param("narrow", marks=pytest.mark.long)])
def test_from_a_template_to_its_training(visit, visitor):
    page = visit("/design", **VISITORS[visitor])
    accessible.check(page, "design")
    choose(page, "design_start", "Variational")
    page.wait_for_url(re.compile("loss=bce"))
    page.locator(".st-key-design_add_encoder button").click()
    of_row(page, "encoder_2").wait_for()
    choose(page, "design_kind_encoder_2", "Max pooling")
    of_row(page, "encoder_2").get_by_text("7×7 becomes 4×4 here and comes back as 8×8").wait_for()
    train = page.locator(".st-key-design_train button")
    assert train.is_disabled()
    accessible.check(page, "design, a layer that cannot be")
    page.locator(".st-key-design_menu_encoder_2 button").click()
    page.get_by_role("menuitem", name="Remove").click()
    of_row(page, "encoder_2").wait_for(state="detached")
    size = page.locator(".st-key-design_size_code_0 input")
    size.fill("12")
    size.press("Enter")
    page.wait_for_url(re.compile("vector12"))
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    train.click()
    page.wait_for_url(re.compile("/train"))
    settle(page)
    design = "conv32:k3:s2:relu conv64:k3:s2:relu > vector12:kl=1 > mirror"
    page.get_by_text(design, exact=True).wait_for()
    page.locator(".st-key-train_design_back button").click()
    page.wait_for_url(re.compile("/design.*vector12.*loss=bce"))


def test_what_is_typed_in_one_field_outlives_the_answer_to_another(visit):
    page = visit("/design")
    page.locator(".st-key-design_drawing svg").wait_for()
    first, second = (page.locator(f".st-key-design_size_encoder_{n} input") for n in (0, 1))
    first.fill("16")
    first.press("Enter")
    second.fill("20")
    page.wait_for_url(re.compile("conv16"))
    settle(page)
    assert second.input_value() == "20"
    second.press("Tab")
    page.wait_for_url(re.compile("conv16.*conv20"))
    settle(page)
    page.locator(".st-key-design_undo button").click()
    page.wait_for_url(re.compile("conv16.*conv64"))
