"""What people need who do not see the page, or not well: words for images, and what axe knows."""

from axe_playwright_python.sync_playwright import Axe
from browser_support import settle

_AXE = Axe()
# axe looks at no chart; where an image stands beside its own words, its empty text is right.
_NAMELESS = """() => {
  const kinds = ["stPlotlyChart", "stVegaLiteChart", "stDataFrame"];
  const drawn = kinds.map((kind) => `[data-testid=${kind}]`).join();
  const own = (e) => e.alt || e.ariaLabel || e.getAttribute("aria-labelledby");
  const around = (e) => e.closest("[aria-label]")?.ariaLabel;
  const inside = (e) => e.querySelector("[aria-label]:not(button)")?.ariaLabel;
  const beside = (e) => e.closest("button, label, [role=radio]")?.innerText;
  return [...document.querySelectorAll(`img, svg[role=img], ${drawn}`)]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => ![own, around, inside, beside].some((name) => name(e)?.trim()))
    .map((e) => e.outerHTML.slice(0, 200));
}"""


# Colours are measured: what fades in or out under the mouse has come to its end.
_AT_REST = """() => {
  const fading = document.getAnimations().filter((one) => one.transitionProperty);
  return Promise.allSettled(fading.map((one) => one.finished));
}"""


def check(page, where):
    """Fail on an image or chart without a text, and on anything that axe finds."""
    assert not (nameless := page.evaluate(_NAMELESS)), f"{where}: without a text: {nameless}"
    page.mouse.move(0, 0)
    settle(page)
    page.evaluate(_AT_REST)
    found = _AXE.run(page, options={"resultTypes": ["violations"]})
    said = [
        f"{rule['id']}: {[node['target'] for node in rule['nodes']][:4]}"
        for rule in found.response["violations"]
    ]
    assert not said, f"{where}: axe: {said}"
