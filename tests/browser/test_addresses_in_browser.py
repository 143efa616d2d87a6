"""Links made before a page had its present address."""

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
            "/rate-quality?x=ratio&y=ssim&codec=WebP",
            "/rate",
            {"x": "ratio", "y": "ssim", "codec": "WebP"},
        ),
    ],
)
def test_an_old_address_leads_to_the_page_with_its_parameters(visit_shipped, link, page, kept):
    at = visit_shipped(link)
    at.wait_for_url(lambda url: urlsplit(url).path == page)
    at.wait_for_selector("h1.ae-lead")
    found = {name: values[0] for name, values in parse_qs(urlsplit(at.url).query).items()}
    assert found.items() >= kept.items()
    menu = at.locator("[data-testid=stTopNavLink]")
    assert menu.count() == len({*menu.all_inner_texts()}) == 12
    assert not at.locator("[data-testid=stAlert]").count()  # nothing of the link is left out
