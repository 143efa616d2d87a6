"""Nothing that somebody names becomes an element of a page, or asks another host."""

import hostile
import pytest
from browser_support import settle

RUNS = hostile.run_ids()
FOUR = [",".join(RUNS[i : i + 4]) for i in range(0, len(RUNS), 4)]
ADDRESSES = [
    "/",
    f"/?data={hostile.SET}",
    *(f"/train?run={run}" for run in RUNS),
    "/design",
    *(f"/compare?runs={some}" for some in FOUR),
    *(f"/latent?run={RUNS[0]}&data={hostile.SET}&tool={tool}" for tool in ("between", "unlike")),
    f"/architecture?run={RUNS[1]}",
    "/rate",
    f"/denoise?data={hostile.SET}",
    f"/data?set={hostile.SET}",
    "/devices",
    "/report",
    "/train?%3Cb%3Ex%3D1=2&![a](" + hostile.AWAY + "/address.png)=3",
]
# What a page of the program has none of: elements that a name asked for, and links that leave it.
THEIRS = """() => [...document.querySelectorAll(
    `.theirs, form[action], iframe[src*="invalid"], script[src*="invalid"], img[src*="invalid"],
     a[href*="invalid"], a[href^="mailto:"], svg[onload], .katex, [style*="invalid"]`
)].map(e => e.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("address", ADDRESSES)
def test_names_are_text_on_every_page(address, visit_hostile):
    page = visit_hostile(address)
    title = page.title()
    page.wait_for_timeout(500)
    for box in page.locator("details:not([open]) > summary").all():
        if box.is_visible():
            box.click()
            settle(page)
    assert page.evaluate(THEIRS) == []
    assert page.title() == title != "1"


def test_a_title_stands_as_it_was_given(visit_hostile):
    page = visit_hostile(f"/train?run={RUNS[7]}")
    shown = page.locator("h2").filter(has_text="Heading").first.inner_text().replace("\u2060", "")
    assert shown.startswith(hostile.NAMES[7])
