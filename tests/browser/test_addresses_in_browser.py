"""Further addresses of pages, of links made before as well, and such as never led anywhere."""

from urllib.parse import parse_qs, urlsplit

import pytest


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
        ("/nada", "pt-BR", "Nenhuma página tem o endereço /nada."),
        ("/%3Cb%3E%60", "en-US", "No page has the address /<b>'."),
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
