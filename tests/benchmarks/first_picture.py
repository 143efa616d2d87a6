"""Seconds from a click on Start, in Chromium, to what moves first, the training and its pictures.

    python tests/benchmarks/first_picture.py [--times 3] [--network conv] [--data letters]

Each time with a worker kept ready, as whoever reads the form for a while has one, and without
(AE_READY_MINUTES=0). Printed beside them, from the same run: ``python -c "import tensorflow"``,
which a training without a ready worker waits for; and how long a cancel takes while the network is
prepared. The trainings are cancelled and deleted. Wanted, on a quiet machine: 0.5 s to what moves,
5 s to the first reconstruction, 2 s to the end of a cancel.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import Page, sync_playwright
from serving import ROOT, serving

PATIENCE = 180_000  # ms
READY_S = 90.0  # until a worker has loaded everything, on a busy machine
# Each is noted when it is first seen on the page, in ms since the click.
WATCH = """() => {
  const seen = window.seen = {}, begun = { at: null };
  const places = {
    moves: '.st-key-train_starting button:disabled',
    panel: '.st-key-job_place_0 [data-testid=stProgress], .st-key-job_place_1 [role=alert]',
    original: '[class*=st-key-striprow-samples-original] img',
    reconstruction: '[class*=st-key-striprow-samples-reconstruction] img',
  };
  const texts = window.texts = [];
  document.querySelector('.st-key-train_start button').addEventListener(
    'click', () => { begun.at = performance.now(); }, { once: true });
  const look = () => {
    if (begun.at !== null) {
      const now = (performance.now() - begun.at) / 1000;
      for (const [name, where] of Object.entries(places))
        if (!(name in seen) && document.querySelector(where)) seen[name] = now;
      const said = document.querySelector('.st-key-job_place_0 [data-testid=stProgress]')?.innerText;
      if (said && said !== texts.at(-1)?.[1]) texts.push([now, said]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def main() -> None:
    """Measure and print."""
    options = _options()
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, capture_output=True)
    print(f'python -c "import tensorflow": {time.perf_counter() - begun:.1f} s', flush=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        for minutes in ("10", "0"):
            with tempfile.TemporaryDirectory() as folder:
                os.environ |= {"AE_ARTIFACTS_DIR": folder, "AE_READY_MINUTES": minutes}
                with serving(ROOT / "dashboard" / "app.py") as server:
                    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
                    page.set_default_timeout(PATIENCE)
                    _measure(page, server, options, ready=minutes != "0")
                    page.close()
        browser.close()


def _measure(page: Page, server, options, ready: bool) -> None:
    found: dict[str, list[float]] = {}
    for turn in range(options.times):
        page.goto(f"{server.url}/train?data={options.data}&network={options.network}")
        page.wait_for_selector(".st-key-train_start button:enabled")
        _settle(page)
        if ready:
            _wait_for_worker(server.pid)
        page.evaluate(WATCH)
        page.click(".st-key-train_start button")
        page.wait_for_function("'reconstruction' in window.seen")
        asked = time.perf_counter()
        page.click(".st-key-job_cancel button")
        page.wait_for_selector(".st-key-job_delete")
        seen = page.evaluate("window.seen") | {"end of a cancel": time.perf_counter() - asked}
        for name, value in seen.items():
            found.setdefault(name, []).append(value)
        if not turn:
            for when, said in page.evaluate("window.texts"):
                print(f"    {when:5.1f} s  {said}")
        page.click(".st-key-job_delete button")
        page.click(".st-key-job_delete_yes button")
        page.wait_for_selector(".st-key-job_delete", state="detached")
        _settle(page)
    figures = ", ".join(f"{name} {statistics.median(v):.1f} s" for name, v in found.items())
    print(f"{'with' if ready else 'without'} a worker kept ready: {figures}", flush=True)


def _wait_for_worker(server: int) -> None:
    """Wait until the server's child has loaded everything: it takes no time any more."""
    import psutil

    end, spent = time.monotonic() + READY_S, -1.0
    while time.monotonic() < end:
        time.sleep(1.5)
        waiting = [p for p in psutil.Process(server).children() if p.cmdline()[-1:] == ["wait"]]
        now = sum(sum(p.cpu_times()[:2]) for p in waiting)
        if waiting and now == spent:
            return
        spent = now
    raise SystemExit("No worker is kept ready.")


def _settle(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--network", default="conv")
    parser.add_argument("--data", default="letters")
    options = parser.parse_args()
    if options.times < 1:
        parser.error("--times must be at least 1.")
    return options


if __name__ == "__main__":
    main()
