"""Take the README's images: each page, light and dark, wide and narrow.

    python tests/browser/screenshots.py [--language pt-BR] [-o FOLDER] [PAGE ...]

writes artifacts/screenshots/PAGE-THEME-WIDTH.png from the shipped networks, in 256 colours.
"""

import argparse
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
OUT = ROOT / "artifacts" / "screenshots"
PAGES = {
    "explore": "/",
    "explore-noise": "/?data=numbers&code=128&noise=gaussian&level=25",
    "train": "/train",
    "design": "/design",
    "compare": "/compare",
    "latent": "/latent",
    "architecture": "/architecture",
    "rate": "/rate",
    "denoise": "/denoise",
    "data": "/data",
    "devices": "/devices",
    "report": "/report",
    "lessons": "/lessons",
}
SIZES = ((1280, 900), (390, 844))
PATIENCE = 90_000


def main() -> None:
    """Start the app, visit every page in every look, and save what is seen."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", metavar="PAGE", nargs="*", help=f"of {', '.join(PAGES)}")
    parser.add_argument("--language", default="en-US", help="of the browser (default en-US)")
    parser.add_argument("-o", "--output", type=Path, default=OUT)
    options = parser.parse_args()
    pages = {name: PAGES[name] for name in options.pages or PAGES}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tempfile.TemporaryFile()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "dashboard/app.py",
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        options.output.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-dev-shm-usage"],
            )
            for theme in ("light", "dark"):
                for width, height in SIZES:
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        color_scheme=theme,
                        locale=options.language,
                    )
                    page = context.new_page()
                    for name, address in pages.items():
                        page.goto(f"http://localhost:{port}{address}")
                        _settle(page)
                        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                        few = picture.quantize(256, dither=Image.Dither.NONE)
                        few.save(options.output / f"{name}-{theme}-{width}.png", optimize=True)
                        print(f"{name}-{theme}-{width}.png")
                    context.close()
            browser.close()
    finally:
        server.terminate()


def _settle(page: Page) -> None:
    """Wait until the script has ended, nothing is a placeholder, and all images are there."""
    page.wait_for_selector(
        "[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=PATIENCE
    )
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton],[data-testid=stSpinner]')"
        " && [...document.images].every(i => i.complete)",
        timeout=PATIENCE,
    )
    time.sleep(1.5)  # fonts, charts and tables draw themselves after that


def _wait_for(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("The app did not start.")


if __name__ == "__main__":
    main()
