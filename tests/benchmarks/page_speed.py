"""Explore's speed in Chromium against a bare Streamlit page with one picture, in one run.

    python tests/benchmarks/page_speed.py [--steps 30] [--starts 3] [--data letters]

Starts both servers, and prints ratios beside the limits that the product sets itself:

- a step of the code-size slider by keyboard until the exact new picture is painted, 16 pictures on
  Explore, each code size asked for once so that no cache answers; the bare page has a slider and one
  stored picture as large as Explore's rebuilt, error and code rows together. Steps alternate;
- the first meaningful page of a server just started, alternating;
- pages switched by the menu, until the new page's first line is painted;
- frames painted a second while a slider is dragged.

On a busy machine only the ratios mean something.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000  # ms
PAUSE = 0.8  # seconds between two steps
FIRST = 16  # the code size before the first step
DRAG_S = 4.0
LAST_ROW = ".st-key-striprow-explore-8-error"  # the last of the strip's pictures to come
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
with st.container(key="picture"):
    st.image(stored(k), width=736, output_format="PNG", alt="picture")
"""

# From the key to the first frame after the picture's address has changed.
STEP = """([slider, image, key]) => new Promise(done => {
  const found = document.querySelector(slider);
  const range = found.matches('input') ? found
    : found.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.querySelector('input');
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
        with _server(bare) as plain, _server(ROOT / "dashboard" / "app.py") as app:
            _steps(browser, plain, app, options)
            _dragging(browser, app, options)
            _switches(browser, app)
        browser.close()


def _first_pages(browser, bare: Path, options) -> None:
    times = {"bare": [], "app": []}
    for _ in range(options.starts):
        for name, script in (("bare", bare), ("app", ROOT / "dashboard" / "app.py")):
            with _server(script) as url:
                page = _page(browser)
                begun = time.perf_counter()
                page.goto(url + ("" if name == "bare" else f"/?data={options.data}&code=64"))
                where = ".st-key-picture" if name == "bare" else _row("rebuilt")
                page.wait_for_function(
                    "s => { const e = document.querySelector(s + ' img'); return e && e.complete }",
                    arg=where,
                )
                times[name].append(time.perf_counter() - begun)
                page.context.close()
    ratio = np.median(times["app"]) / np.median(times["bare"])
    _print("first meaningful page, ratio of medians", ratio, 1.5, times)


def _steps(browser, plain: str, app: str, options) -> None:
    pages = {
        "bare": (_page(browser), plain, ".st-key-slider input[type=range]", ".st-key-picture"),
        "app": (_page(browser), f"{app}/?data={options.data}&code={FIRST}&level=10&images=16",
                ".st-key-explore_drag_code", LAST_ROW),
    }  # fmt: skip
    for page, url, _, image in pages.values():
        page.goto(url)
        page.wait_for_selector(f"{image} img")
        _settle(page)
    _at_hand(pages["app"][0], "code")
    times: dict[str, list[float]] = {"bare": [], "app": []}
    for step in range(options.steps + 2):
        for name, (page, _, slider, image) in pages.items():
            page.bring_to_front()
            page.evaluate(STEP, [slider, image, "ArrowRight"])
            page.keyboard.press("ArrowRight")
            page.wait_for_function("window.took !== null")
            if step > 1:  # the first ones warm up
                times[name].append(page.evaluate("window.took"))
            _settle(page)
            time.sleep(PAUSE)
    for name, part, limit in (("median", 50, 1.5), ("95th percentile", 95, 2.5)):
        ratio = np.percentile(times["app"], part) / np.percentile(times["bare"], part)
        shown = {k: [np.percentile(v, part) / 1000] for k, v in times.items()}
        _print(f"slider's step to the new picture painted, ratio of {name}", ratio, limit, shown)
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
        print(f"dragging {over}: {painted / gone:.0f} frames painted a second of {moves / gone:.0f} "
              f"moves sent (wanted: at least 30)")  # fmt: skip
        _settle(page)
    page.context.close()


def _switches(browser, app: str) -> None:
    page = _page(browser)
    page.goto(app)
    page.wait_for_selector("[data-testid=stTopNavLink]")
    page.wait_for_selector(f"{_row('rebuilt')} img")
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
    slider = page.locator(f".st-key-explore_drag_{over} input")
    slider.wait_for()
    page.wait_for_function(
        "e => !!e.self && globalThis.aeFrames.sheets.has(e.self.data.sheet)",
        arg=slider.element_handle(),
    )
    return slider


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


@contextmanager
def _server(script: Path):
    """Start Streamlit on ``script`` and give its address once it answers."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
             "--server.headless", "true", "--server.fileWatcherType", "none",
             "--browser.gatherUsageStats", "false"],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=os.environ.copy(),
        )  # fmt: skip
        try:
            end = time.monotonic() + 120
            while time.monotonic() < end:
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise SystemExit("The server did not start.")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


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
