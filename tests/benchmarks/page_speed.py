"""Explore's speed in Chromium against a bare Streamlit page with one image, in one run.

    python tests/benchmarks/page_speed.py [--steps 30] [--starts 3] [--data letters]

Starts both servers, and prints ratios beside the limits that the product sets itself:

- a step of the code-size slider by keyboard until the exact new image is painted, 16 images on
  Explore, all its rows; the bare page has a slider and one stored image as large as Explore's
  reconstructed, error and code rows together. Steps alternate. The page has the images of the sizes
  in the browser before they are asked for: it says how many steps were served so, how long the
  figures and the server's own images took, and fails where these are other pixels;
- the same for jumps to sizes far away, when their images have come as well;
- the first meaningful page of a server just started, alternating;
- pages switched by the menu, until the new page's first line is painted;
- frames painted a second while a slider is dragged.

On a busy machine only the ratios mean something.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import page_steps
from playwright.sync_api import Page, sync_playwright
from serving import ROOT, serving

PATIENCE = 120_000  # ms
PAUSE = 0.8  # seconds between two steps
FIRST = 24  # the code size before the first step
DRAG_S = 4.0
JUMPS = 30  # at most: each goes to another of the slider's places
SLIDER = ".st-key-explore_drag_code"
LAST_ROW = ".st-key-striprow-explore-8-error"  # the last of the strip's images to come
BARE = """
import streamlit as st
import base64, io
import numpy as np
from PIL import Image

@st.cache_data
def stored(k):
    x = np.random.default_rng(k).integers(0, 256, (69, 92, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(x.repeat(8, axis=0).repeat(8, axis=1)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

for k in range(65):
    stored(k)
k = st.select_slider("slider", list(range(65)), key="slider", value=1)
with st.container(key="image"):
    st.image(stored(k), width=736, output_format="PNG", alt="image")
"""

# From the key to the first frame after the image's address has changed.
STEP = """([slider, image]) => new Promise(done => {
  const range = document.querySelector(slider);
  const place = document.querySelector(image), was = place.querySelector('img').src;
  let begun = 0;
  range.addEventListener('keydown', () => { begun = performance.now(); }, { once: true });
  const watch = new MutationObserver(() => {
    const now = place.querySelector('img');
    if (!now || now.src === was) return;
    watch.disconnect();
    now.decode().then(() => requestAnimationFrame(() => setTimeout(
      () => { window.took = performance.now() - begun; })));
  });
  watch.observe(place, { attributes: true, childList: true, subtree: true });
  window.took = null;
  range.focus();
  done();
})"""
COUNT = """() => {
  window.painted = 0;
  let last = null;
  const look = () => {
    const canvas = document.querySelector('canvas.ae-live');
    const count = canvas?.dataset.painted;
    if (count && count !== last) { window.painted++; last = count; }
    window.looking = requestAnimationFrame(look);
  };
  look();
}"""
SWITCH = """text => {
  const begun = performance.now();
  window.switched = null;
  const was = document.querySelector('h1.ae-lead').textContent;
  const look = () => {
    const now = document.querySelector('h1.ae-lead');
    if (now && now.textContent !== was) {
      setTimeout(() => { window.switched = performance.now() - begun; });
    } else requestAnimationFrame(look);
  };
  [...document.querySelectorAll('[data-testid=stTopNavLink]')]
    .find(e => e.textContent.trim() === text).click();
  requestAnimationFrame(look);
}"""


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        _first_pages(browser, bare, options)
        with serving(bare) as plain, serving(ROOT / "dashboard" / "app.py") as app:
            _steps(browser, plain.url, app.url, options, jump=False)
            _steps(browser, plain.url, app.url, options, jump=True)
            _dragging(browser, app.url, options)
            _switches(browser, app.url)
        browser.close()


def _first_pages(browser, bare: Path, options) -> None:
    times = {"bare": [], "app": []}
    for _ in range(options.starts):
        for name, script in (("bare", bare), ("app", ROOT / "dashboard" / "app.py")):
            with serving(script) as server:
                page = _page(browser)
                begun = time.perf_counter()
                page.goto(server.url + ("" if name == "bare" else f"/?data={options.data}"))
                where = ".st-key-image" if name == "bare" else _row("reconstruction")
                page.wait_for_function(
                    "s => { const e = document.querySelector(s + ' img'); return e && e.complete }",
                    arg=where,
                )
                times[name].append(time.perf_counter() - begun)
                page.context.close()
    ratio = np.median(times["app"]) / np.median(times["bare"])
    _print("first meaningful page, ratio of medians", ratio, 1.5, times)


def _steps(browser, plain: str, app: str, options, jump: bool) -> None:
    pages = {
        "bare": (_page(browser), plain, ".st-key-image"),
        "app": (
            _page(browser),
            f"{app}/?data={options.data}&code={FIRST}&level={12 if jump else 10}&images=16",
            LAST_ROW,
        ),
    }
    for page, url, image in pages.values():
        page.goto(url)
        page.wait_for_selector(f"{image} img")
        _settle(page)
    page_steps.ready(pages["app"][0], SLIDER)
    times: dict[str, list[float]] = {"bare": [], "app": [], "stands": []}
    ahead = 0
    steps = min(options.steps, JUMPS) if jump else options.steps
    for step in range(steps + 2):
        for name, (page, _, image) in pages.items():
            page.bring_to_front()
            if name == "bare":
                page.evaluate(STEP, [".st-key-slider input[type=range]", image])
                page.keyboard.press("ArrowRight")
                page.wait_for_function("window.took !== null")
                found = {"bare": page.evaluate("window.took")}
            else:
                page_steps.begin(page, SLIDER, jump)
                _settle(page)
                took = page_steps.end(page)
                found = {"app": took["took"], "stands": took["stands"]}
                ahead += step > 1 and took["way"] == "ahead"
            if step > 1:  # the first ones warm up
                for kind, value in found.items():
                    times[kind].append(value)
            _settle(page)
            time.sleep(PAUSE)
    what = "jump to a size far away" if jump else "slider's step"
    for name, part, limit in (("median", 50, 1.5), ("95th percentile", 95, 2.5)):
        bare, painted, stands = (np.percentile(v, part) / 1000 for v in times.values())
        shown = {"bare": [bare], "app": [painted], "app's figures": [stands]}
        ratio = painted / bare
        _print(f"{what} to the new image painted, ratio of {name}", ratio, limit, shown)
    print(f"  painted from frames computed ahead: {ahead} of {steps}", flush=True)
    for page, *_ in pages.values():
        page.context.close()


def _dragging(browser, app: str, options) -> None:
    page = _page(browser)
    page.goto(f"{app}/?data={options.data}&code=64&level=20&images=16")
    for over in ("code", "noise"):
        slider = _at_hand(page, over)
        slider.scroll_into_view_if_needed()
        box, share = slider.bounding_box(), slider.evaluate("e => e.value / e.max")
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 9 + (box["width"] - 18) * share, y)
        page.mouse.down()
        page.evaluate(COUNT)
        begun, moves = time.perf_counter(), 0
        while (gone := time.perf_counter() - begun) < DRAG_S:
            part = 0.5 + 0.45 * np.sin(3 * gone)
            page.mouse.move(box["x"] + 9 + (box["width"] - 18) * part, y)
            moves += 1
        painted = page.evaluate("cancelAnimationFrame(window.looking), window.painted")
        page.mouse.up()
        print(
            f"dragging {over}: {painted / gone:.0f} frames painted a second of {moves / gone:.0f} "
            f"moves sent (wanted: at least 30)"
        )
        page.wait_for_function("!document.querySelector('canvas.ae-live')")
        _settle(page)
    page.context.close()


def _switches(browser, app: str) -> None:
    page = _page(browser)
    page.goto(app)
    page.wait_for_selector("[data-testid=stTopNavLink]")
    page.wait_for_selector(f"{_row('reconstruction')} img")
    _settle(page)
    names = [n.strip() for n in page.locator("[data-testid=stTopNavLink]").all_inner_texts()]
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(4):
        for name in [*names[1:], names[0]]:
            page.wait_for_selector("h1.ae-lead")
            page.evaluate(SWITCH, name)
            page.wait_for_function("window.switched !== null")
            times[name].append(page.evaluate("window.switched"))
            _settle(page)
    for name, found in times.items():
        again, first = np.median(found[1:]), found[0]
        print(f"switch to {name}: {again:.0f} ms, first visit {first:.0f} ms (wanted: under 400 ms)")
    page.context.close()


def _at_hand(page: Page, over: str):
    """Return the slider once the frames for it are in the browser."""
    page_steps.ready(page, f".st-key-explore_drag_{over}")
    return page.locator(f".st-key-explore_drag_{over} input")


def _print(what: str, ratio: float, limit: float, seconds: dict[str, list[float]]) -> None:
    each = ", ".join(f"{k} {np.median(v):.3f} s" for k, v in seconds.items())
    print(f"{what}: {ratio:.2f} (wanted: at most {limit}); {each}", flush=True)


def _row(name: str) -> str:
    return f".st-key-striprow-explore-0-{name}"


def _settle(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def _page(browser) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--data", default="letters")
    options = parser.parse_args()
    if options.steps < 1 or options.starts < 1 or options.steps > 60:
        parser.error("--steps must be from 1 to 60 and --starts at least 1.")
    return options


if __name__ == "__main__":
    main()
