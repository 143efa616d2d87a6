"""Three browsers at work for an hour: trouble on any page, and the server's memory by the minute.

    python tests/benchmarks/soak.py [--minutes 60] [--visitors 3] [--seed 0]

Each visitor in turn opens a page, moves a control of it, or starts a training, looks on and cancels
and deletes it. Counted as trouble: an exception box, an error in the console, an answer of 400 and
above, a request to another host, a traceback in the server's log. The memory is that of the server
alone (resident), when no training is running. It ends with 1 where there was trouble.
"""

import argparse
import collections
import os
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import sync_playwright
from serving import ROOT, serving

sys.path.insert(0, str(ROOT / "tests" / "browser"))

from browser_support import settle  # noqa: E402

PAGES = (
    "/?data=letters&code=16",
    "/?data=numbers&code=64&noise=gaussian&level=25",
    "/data",
    "/train",
    "/design",
    "/compare",
    "/latent",
    "/architecture",
    "/rate",
    "/denoise",
    "/devices",
    "/report",
    "/lessons",
)
PATIENCE = 60_000  # ms
LOOKED_ON_S = 20.0  # at a training, before it is cancelled
PAUSE_S = 0.5
# Streamlit looks for itself below a page's own address first, and says so.
OWN_SEARCH = re.compile(r"/[\w%-]+/_stcore/(health|host-config)$")


def main() -> int:
    """Work, print a line a minute, and return whether there was trouble."""
    options, troubles, done = _options(), [], collections.Counter()
    chance, begun = random.Random(options.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        artifacts = Path(folder, "artifacts")
        artifacts.mkdir()
        (artifacts / "pretrained").symlink_to(ROOT / "artifacts" / "pretrained")
        os.environ["AE_ARTIFACTS_DIR"] = str(artifacts)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        with serving(ROOT / "dashboard" / "app.py") as server:
            pages = [_visitor(browser, server.url, troubles) for _ in range(options.visitors)]
            process, memory, minute = psutil.Process(server.pid), [], 0
            print("| minute | actions | trainings | server, MB |\n|---|---|---|---|")
            while time.monotonic() < begun + 60 * options.minutes:
                for page in pages:
                    try:
                        done[_act(page, server.url, chance)] += 1
                    except Late as late:
                        troubles.append(f"{page.url}: {late.message.splitlines()[0]}")
                        page.goto(server.url)
                    if page.locator("[data-testid=stException]").count():
                        troubles.append(f"exception box: {page.url}")
                if time.monotonic() >= begun + 60 * (minute + 1):
                    minute = int((time.monotonic() - begun) / 60)
                    memory.append(process.memory_info().rss / 1e6)
                    trainings = done["training"]
                    print(
                        f"| {minute} | {done.total():,} | {trainings} | {memory[-1]:,.0f} |",
                        flush=True,
                    )
            browser.close()
            said = server.log.read_text(errors="replace")
        troubles += re.findall(r"Traceback[^\0]{0,2000}", said)
    print(f"\n{done.total():,} actions ({dict(done)}), trouble: {len(troubles)}")
    print(*troubles[:50], sep="\n")
    _tell(memory)
    return bool(troubles)


def _tell(memory: list[float]) -> None:
    """Print how the last tenth of the memory's curve lies to what it was after a quarter."""
    part = max(1, len(memory) // 10)
    if len(memory) < 8:
        return
    quarter = sorted(memory[len(memory) // 4 : len(memory) // 4 + part])[part // 2]
    last = sorted(memory[-part:])[part // 2]
    print(f"memory: {quarter:,.0f} MB after a quarter, {last:,.0f} MB at the end", end="")
    print(f" ({100 * (last / quarter - 1):+.1f} %)")


def _visitor(browser, url, troubles):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)

    def heard(message):
        if message.type == "error" and not OWN_SEARCH.search(message.location.get("url", "")):
            troubles.append(f"console: {message.text}")

    def answered(answer):
        if answer.status >= 400 and not OWN_SEARCH.search(answer.url):
            troubles.append(f"answer {answer.status}: {answer.url}")

    def asked(request):
        if not request.url.startswith((url, "data:", "blob:")):
            troubles.append(f"foreign request: {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    page.on("response", answered)
    page.on("request", asked)
    page.goto(url)
    settle(page)
    return page


def _act(page, url, chance) -> str:
    """Do one thing as a visitor would; return what it was."""
    time.sleep(PAUSE_S * chance.random())
    what = chance.choices(("open", "slide", "choose", "training"), (3, 8, 4, 0.3))[0]
    if what == "open":
        page.goto(url + chance.choice(PAGES))
    elif what == "training":
        _train(page, url, chance)
    elif not _move(page, what, chance):
        what = "nothing to move"
    settle(page)
    return what


def _move(page, what, chance) -> bool:
    places = {"slide": "input[type=range]:visible", "choose": "[data-testid=stSelectbox] input"}
    found = page.locator("[data-testid=stMain]").locator(places[what])
    able = [one for one in found.all() if one.is_enabled() and one.is_visible()]
    if not able:
        return False
    one = chance.choice(able)
    if what == "slide":
        one.focus()
        page.keyboard.press(chance.choice(("ArrowRight", "ArrowLeft", "PageUp", "PageDown")))
        return True
    one.click()
    for _ in range(chance.randrange(4)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    return True


def _train(page, url, chance) -> None:
    """Start a training, look on for a while, cancel and delete it."""
    page.goto(f"{url}/train?data=letters&code={chance.choice((4, 16, 64))}")
    page.locator(".st-key-train_start button:enabled").wait_for()
    settle(page)
    page.click(".st-key-train_start button")
    page.wait_for_selector(".st-key-job_cancel button")
    time.sleep(LOOKED_ON_S * chance.random())
    page.click(".st-key-job_cancel button")
    page.wait_for_selector(".st-key-job_delete")
    settle(page)
    page.click(".st-key-job_delete button")
    page.click(".st-key-job_delete_yes button")
    page.wait_for_selector(".st-key-job_delete", state="detached")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--visitors", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
