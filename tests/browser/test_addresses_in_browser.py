"""Further addresses of pages, of links made before as well, and such as never led anywhere."""

from urllib.parse import parse_qs, urlsplit

import pytest
from browser_support import settle


@pytest.mark.parametrize(
    ("link", "page", "kept"),
    [
        (
            "/latent-space?run=letters-situation-2&images=50&tool=grid&lang=pt",
            "/latent",
            {"run": "letters-situation-2", "images": "50", "tool": "grid", "lang": "pt"},
        ),
        (
            "/explore?data=letters&code=16&images=4&lang=en",  # as "Share" gives it
            "/",
            {"data": "letters", "code": "16", "images": "4", "lang": "en"},
        ),
        (
            "/rate-quality?x=ratio&y=ssim&codec=WebP",
            "/rate",
            {"x": "ratio", "y": "ssim", "codec": "WebP"},
        ),
    ],
)
def test_a_further_address_leads_to_the_page_with_its_parameters(visit_shipped, link, page, kept):
    at = visit_shipped(link)
    at.wait_for_url(lambda url: urlsplit(url).path == page)
    at.wait_for_selector("h1.ae-lead")
    found = {name: values[0] for name, values in parse_qs(urlsplit(at.url).query).items()}
    assert found.items() >= kept.items()
    menu = at.locator("[data-testid=stTopNavLink]")
    assert menu.count() == len({*menu.all_inner_texts()}) == 12
    assert not at.locator("[data-testid=stAlert]").count()  # nothing of the link is left out
    assert not at.get_by_role("dialog").count()


@pytest.mark.parametrize(
    ("path", "locale", "words"),
    [
        ("/nothing?data=letters", "en-US", "No page has the address /nothing."),
        pytest.param(
            "/nada", "pt-BR", "Nenhuma página tem o endereço /nada.", marks=pytest.mark.long
        ),
        pytest.param(
            "/%3Cb%3E%60", "en-US", "No page has the address /<b>'.", marks=pytest.mark.long
        ),
    ],
)
def test_an_address_that_leads_nowhere_says_so_in_our_words_and_leads_on(visit, path, locale, words):
    at = visit(path, locale=locale)
    at.get_by_text(words).wait_for()
    assert not at.get_by_role("dialog").count()
    assert at.title().startswith("There is no page" if locale == "en-US" else "Não há página")
    assert at.locator("[data-testid=stTopNavLink]").count() == 12
    links = at.locator("[data-testid=stPageLink]")
    assert links.count() == 12
    links.nth(8).click()
    at.wait_for_url(lambda url: urlsplit(url).path == "/data")
    at.locator("h1.ae-lead").wait_for()
    assert not at.get_by_text(words).count()


def test_what_frames_the_pages_stays_from_page_to_page_and_follows_the_language(visit):
    at = visit("/data", locale="en-US")
    settle(at)
    begun = _frame(at)
    assert begun["title"].startswith("Data ·") and begun["icon"].startswith("data:image/png")
    assert begun["width"] > 1100  # of 1280: wide
    at.locator("[data-testid=stTopNavLink][href$='/devices']").first.click()
    at.wait_for_url("**/devices*")
    settle(at)
    moved = _frame(at)
    assert moved["title"].startswith("Devices ·")
    assert (moved["icon"], moved["width"]) == (begun["icon"], begun["width"])
    at.locator("[data-testid=stMainMenuButton]").click()
    assert at.locator("[data-testid=stMainMenuList]").inner_text().endswith("About")
    at.locator("[data-testid=stMainMenuItem-about]").click()
    assert "Everything runs on this machine." in at.get_by_role("dialog").inner_text()
    at.keyboard.press("Escape")
    at.get_by_role("dialog").wait_for(state="detached")
    at.locator("[data-testid=stButtonGroup]").get_by_text("PT", exact=True).click()
    at.wait_for_function("document.title.startsWith('Dispositivos ·')")
    settle(at)
    assert _frame(at)["width"] == begun["width"]
    at.locator("[data-testid=stMainMenuButton]").click()
    at.locator("[data-testid=stMainMenuItem-about]").click()
    assert "Tudo roda nesta máquina." in at.get_by_role("dialog").inner_text()


def _frame(page):
    """Return the tab's title and icon, and how wide a page's content is, in pixels."""
    return page.evaluate(
        """() => ({
          title: document.title,
          icon: document.querySelector("link[rel*=icon]").href,
          width: document.querySelector("[data-testid=stMainBlockContainer]").clientWidth,
        })"""
    )
