"""Between a phone and a desk: what the bar and the choices beside a page show at 768 pixels."""

import pytest
from browser_support import settle

TABLET = {"viewport": {"width": 768, "height": 1024}, "locale": "pt-BR"}
# What of the names of choices lies beyond the button or the group that it stands in.
CUT = """(kinds) => [...document.querySelectorAll(kinds)].filter((e) => e.checkVisibility())
  .flatMap((group) => [...group.querySelectorAll("button")].filter((button) => {
    const [all, one] = [group, button].map((e) => e.getBoundingClientRect());
    const range = document.createRange();
    range.selectNodeContents(button);
    const words = range.getBoundingClientRect();
    return one.right > all.right + 1 || words.right > one.right || words.bottom > one.bottom + 1;
  })).map((button) => button.innerText)"""
# Links and buttons of the bar that something else lies over.
COVERED = """() => [...document.querySelectorAll(
    "[data-testid=stHeader] :is(a, button), .st-key-share button, .st-key-language button")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 4)
  .filter((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return [left + 3, right - 3].some((x) => {
      const hit = document.elementFromPoint(x, (top + bottom) / 2);
      return hit && !e.contains(hit) && !hit.contains(e);
    });
  }).map((e) => e.innerText || e.ariaLabel)"""

TOO_LONG = """() => [...document.querySelectorAll("[data-testid=stSelectbox] input")]
  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.value)"""


@pytest.mark.parametrize(
    "page", ["/train", *(pytest.param(p, marks=pytest.mark.long) for p in ("/data", "/latent"))]
)
def test_no_choice_is_cut_and_nothing_lies_over_the_bar(visit, page):
    at = visit(page, **TABLET)
    at.locator("[data-testid=stButtonGroup]").first.wait_for()
    assert at.evaluate(CUT, "[data-testid=stMain] [data-testid=stButtonGroup]") == []
    assert at.evaluate("document.documentElement.scrollWidth <= innerWidth")
    at.locator("[data-testid=stHeader]").get_by_text("6 mais").wait_for()
    for width in (390, 1280, 1920):
        at.set_viewport_size({"width": width, "height": 1024})
        settle(at)
        assert at.evaluate(CUT, "[data-testid=stMain] [data-testid=stButtonGroup]") == [], width
    for width in (768, 900, 1024, 1100, 1180, 1240, 1280):
        at.set_viewport_size({"width": width, "height": 1024})
        settle(at)
        at.wait_for_function(f"({COVERED})().length === 0", timeout=5000)
    at.set_viewport_size(TABLET["viewport"])


@pytest.mark.parametrize("language", ["en", "pt"])
def test_no_choice_ends_in_the_middle_of_a_word(visit_shipped, language):
    at = visit_shipped("/", viewport={"width": 1280, "height": 900})
    pages = ("?data=letters", "?data=numbers", "latent?", "denoise?", "architecture?", "devices?")
    for page in pages:
        at.goto(f"{at.url.partition('?')[0].rpartition('/')[0]}/{page}&lang={language}")
        for width in (1280, 390):
            at.set_viewport_size({"width": width, "height": 900})
            settle(at)
            at.locator("[data-testid=stSelectbox] input").first.wait_for()
            assert at.evaluate(TOO_LONG) == [], (page, width)


def test_a_phones_menu_can_be_closed_and_closes_after_a_choice(visit):
    at = visit("/data", viewport={"width": 390, "height": 844}, locale="pt-BR")
    menu = at.locator("[data-testid=stSidebar][data-collapsed=false]")
    for choice in (at.get_by_role("button", name="Fechar o menu"), at.get_by_text("Lições")):
        at.get_by_role("button", name="Abrir o menu").click()
        menu.wait_for()
        settle(at)
        choice.click()  # refused where something lies over it
        menu.wait_for(state="detached")
    at.wait_for_url(lambda url: url.endswith("/lessons") or "/lessons?" in url)
    at.wait_for_function("document.title.startsWith('Lições')")  # it comes after the address
