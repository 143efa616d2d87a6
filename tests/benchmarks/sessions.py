"""Ten visitors moving Explore's sliders at once: how soon the new images are there, and memory.

    python tests/benchmarks/sessions.py [--sessions 30] [--interactions 300] [--training] [--browser]

Starts the app and a bare Streamlit page with one slider and one stored image, as large as
Explore's reconstruction, error and code rows, and visits both in turn with as many sessions. Prints,
beside the product's limits, the time from a step of a slider until the last new image has arrived,
the errors, and the server's memory at the start, after warming up and after the interactions.

A visitor is a WebSocket session that speaks Streamlit's own protocol, as a page does: it sends the
step, asks for the frames computed ahead as Explore's page does, keeps large messages and says which,
and receives the same bytes. It is no browser, because ten visitors have ten machines: ten pages of
one Chromium beside the server would compete with it for the processor, and their drawing, not the
server, would be what is measured.
``page_speed.py`` measures what a browser adds; with ``--browser`` one more visitor has one meanwhile,
and steps from size to size, which are painted from frames that were computed ahead. On a busy machine
only the ratios mean something.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import page_speed
import page_steps
import psutil
import streamlit  # noqa: F401 - its protocol's messages can be imported only after it
import websockets
from page_speed import BARE
from playwright.sync_api import sync_playwright
from serving import ROOT, Served, serving
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LIMIT_S = 1.5  # of the 95th percentile
GROWTH = 0.05  # more than this share of the memory after warming up is growth
WARM = 20  # steps of each visitor before anything counts
PATIENCE_S = 120
STEPS, SOON = 20, 10_000  # of the visitor with a browser, who first waits so many ms for frames
ADDRESSES = ("data=letters&code=64&images=16", "data=numbers&code=64&images=16")
LAST = {"app": "Row error, images 9", "bare": "image"}  # the alt text of the last image
SLIDERS = {"app": ("explore_drag_code", "explore_drag_noise"), "bare": ("slider",)}
_WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
MOST_AGE = 2  # runs after which a page forgets a large message that was not sent again
_EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"


class Visitor:
    """One session: what its page shows, and what it does."""

    def __init__(self, kind: str, number: int):
        self.kind, self.chance = kind, random.Random(number)
        self.address = ADDRESSES[number % len(ADDRESSES)] if kind == "app" else ""
        self.parts: dict[str, tuple] = {}  # by a widget's key: its message and its fragment
        self.errors: list[str] = []
        self.arrived, self.ended = asyncio.Event(), asyncio.Event()
        self.later: dict[str, asyncio.Task] = {}  # what a fragment will ask for
        self.kept: dict[str, tuple[ForwardMsg, int]] = {}  # large messages, and the run they were in

    async def visit(self, url: str) -> None:
        """Open the page and read all that the server says, until cancelled."""
        address = url.replace("http", "ws") + "/_stcore/stream"
        async with websockets.connect(
            address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE_S
        ) as self.socket:
            await self._send()
            async for said in self.socket:
                self._hear(self._whole(ForwardMsg.FromString(said)))

    async def step(self) -> float:
        """Move one of the sliders; return the seconds until the last new image has arrived."""
        key = self.chance.choice(SLIDERS[self.kind])
        part, fragment = self.parts[key]
        self._never(self.parts.get("explore_poll", (None, ""))[1])
        self.arrived.clear(), self.ended.clear()
        begun = time.perf_counter()
        if self.kind == "bare":
            places = [v for v in range(int(part.min), int(part.max) + 1) if v != self.at]
            self.at = self.chance.choice(places)
            await self._send(part.id, fragment, double_array_value={"data": [self.at]})
        else:
            (about,) = json.loads(part.json)
            places = [p for p in about["places"] if p != about["now"]]
            await self._send(
                _EVENTS.format(part.id),
                fragment,
                json_trigger_value=json.dumps(
                    [{"event": "release", "value": {"to": self.chance.choice(places), "sent": 1}}]
                ),
            )
        await asyncio.wait_for(self.arrived.wait(), PATIENCE_S)
        took = time.perf_counter() - begun
        try:
            await asyncio.wait_for(self.ended.wait(), PATIENCE_S)
        except TimeoutError:
            self.errors.append("a run of the page did not say that it ended")
        self.rest = max(self.rest, time.perf_counter() - begun - took)
        return took

    at = 1  # the bare page's slider
    rest = 0.0  # the longest from a last image to the end of its page
    page = ""  # as the server names it
    runs = 0

    async def _send(self, widget: str = "", fragment: str = "", **value) -> None:
        said = BackMsg()
        said.rerun_script.query_string = self.address
        said.rerun_script.context_info.locale = "en-US"
        said.rerun_script.page_script_hash = self.page
        said.rerun_script.fragment_id = fragment
        said.rerun_script.cached_message_hashes.extend(self.kept)
        if widget:
            state = said.rerun_script.widget_states.widgets.add(id=widget)
            for name, content in value.items():
                if isinstance(content, dict):
                    getattr(state, name).data.extend(content["data"])
                else:
                    setattr(state, name, content)
        await self.socket.send(said.SerializeToString())

    def _whole(self, said: ForwardMsg) -> ForwardMsg:
        """Return a message, or that which it refers to; keep large ones as long as a page does."""
        kind = said.WhichOneof("type")
        if kind == "script_finished" and said.script_finished in _WHOLE:
            self.runs += 1
            fragments = said.metadata.run.fragment_ids
            for key, (kept, run) in list(self.kept.items()):
                ran = not fragments or kept.delta.fragment_id in fragments
                if ran and self.runs - run > MOST_AGE:
                    del self.kept[key]
        elif kind == "ref_hash":
            kept, _ = self.kept[said.ref_hash]
            kept.metadata.CopyFrom(said.metadata)
            self.kept[said.ref_hash] = kept, self.runs
            return kept
        elif said.metadata.cacheable:
            self.kept[said.hash] = said, self.runs
        return said

    def _hear(self, said: ForwardMsg) -> None:
        if said.WhichOneof("type") == "script_finished":
            # Before the last image, it is the end of what was asked before the step.
            if said.script_finished in _WHOLE and self.arrived.is_set():
                self.ended.set()
        elif said.WhichOneof("type") == "navigation":
            self.page = said.navigation.page_script_hash
        elif said.WhichOneof("type") == "auto_rerun":
            fragment, pause = said.auto_rerun.fragment_id, said.auto_rerun.interval
            self._soon(fragment, self._again(fragment, pause))
        elif said.WhichOneof("type") == "stop_auto_rerun":
            for fragment in said.stop_auto_rerun.fragment_ids:
                self._never(fragment)
        elif said.WhichOneof("type") == "page_info_changed" and self.kind == "app":
            self.address = said.page_info_changed.query_string
        elif said.WhichOneof("type") == "delta" and said.delta.WhichOneof("type") == "new_element":
            element = said.delta.new_element
            part = getattr(element, element.WhichOneof("type"))
            kind = element.WhichOneof("type")
            if kind == "exception":
                self.errors.append(f"{part.type}: {part.message}")
            elif kind == "imgs" and part.imgs[0].alt.startswith(LAST[self.kind]):
                self.arrived.set()
            elif kind in ("bidi_component", "slider"):
                key = part.id.rpartition("-")[2]
                self.parts[key] = (part, said.delta.fragment_id)
                if key == "explore_poll":
                    self._ask_ahead(part, said.delta.fragment_id)

    def _ask_ahead(self, part, fragment: str) -> None:
        """Ask for missing frames once the page has ended, as ``poll.js`` does."""
        (about,) = json.loads(part.json)
        self._never(fragment)
        if about["missing"]:
            self._soon(fragment, self._ask(part.id, about, fragment))

    async def _ask(self, widget: str, about: dict, fragment: str) -> None:
        await asyncio.sleep(about["wait"] / 1000)
        while not self.ended.is_set():
            await asyncio.sleep(about["wait"] / 1000)
        value = json.dumps([{"event": "poll", "value": about["turn"]}])
        await self._send(_EVENTS.format(widget), fragment, json_trigger_value=value)

    async def _again(self, fragment: str, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            await self._send(fragment=fragment)

    def _soon(self, fragment: str, what: Coroutine) -> None:
        self._never(fragment)
        self.later[fragment] = asyncio.create_task(what)

    def _never(self, fragment: str) -> None:
        if task := self.later.pop(fragment, None):
            task.cancel()


async def measure(kind: str, server: Served, options: argparse.Namespace) -> np.ndarray:
    """Let all visitors of one page take their steps; print, and return the seconds of each."""
    memory = psutil.Process(server.pid).memory_info
    visitors = [Visitor(kind, n) for n in range(options.sessions)]
    begin = memory().rss
    readers = [asyncio.create_task(v.visit(server.url)) for v in visitors]
    for visitor in visitors:
        await asyncio.wait_for(visitor.arrived.wait(), PATIENCE_S)
        await asyncio.wait_for(visitor.ended.wait(), PATIENCE_S)
    share = -(-options.interactions // options.sessions)
    await _all_step(visitors, WARM, options.pause)
    warm, used = memory().rss, _seconds(server)
    begun, times, sizes = time.perf_counter(), [], []
    beside = asyncio.to_thread(_in_browser, server.url, options.pause) if options.browser else None
    browser = asyncio.create_task(beside) if beside and kind == "app" else None
    for part in range(4):
        count = share * (part + 1) // 4 - share * part // 4
        times += await _all_step(visitors, count, options.pause)
        sizes.append(memory().rss)
        print(f"{kind}: {len(times)} steps, memory {_mib(sizes[-1])}", flush=True)
    spent = time.perf_counter() - begun
    used = _seconds(server) - used
    if browser:
        while not browser.done():
            await _all_step(visitors, 1, options.pause)
        painted = await browser
        print(
            f"one more visitor's browser: {len(painted)} of {STEPS} steps painted from frames ahead: "
            f"median {np.median(painted or [np.nan]):.3f} s, 95th percentile "
            f"{np.percentile(painted or [np.nan], 95):.3f} s (wanted: under 0.1 s)"
        )
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    errors = [e for v in visitors for e in v.errors]
    low, high = np.percentile(times, 50), np.percentile(times, 95)
    grown = sizes[-1] / warm - 1
    print(
        f"{kind}: {len(times)} steps of {len(visitors)} sessions, {len(times) / spent:.1f} a second; "
        f"until the last new image: median {low:.3f} s, 95th percentile {high:.3f} s, most "
        f"{max(times):.3f} s; then to the page's end at most {max(v.rest for v in visitors):.1f} s; "
        f"errors: {len(errors)} {errors[:2] or ''}\n"
        f"{kind}: memory {_mib(begin)} at the start, {_mib(warm)} after warming up, then after each "
        f"quarter {', '.join(map(_mib, sizes))}: {grown:+.1%}; the server used {used / spent:.2f} of "
        f"{psutil.cpu_count()} cores, {1000 * used / len(times):.0f} ms of processor time a step, "
        f"load {psutil.getloadavg()[0]:.1f}",
        flush=True,
    )
    if kind == "app":
        print(
            f"95th percentile {high:.3f} s (wanted: under {LIMIT_S} s); errors {len(errors)} "
            f"(wanted: 0); memory grew by {grown:.1%} (wanted: at most {GROWTH:.0%})"
        )
    return np.array(times)


def _in_browser(url: str, pause: float) -> list[float]:
    """Step through Explore's sizes in Chromium; return the seconds until frames ahead are painted."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE_S)
        page.goto(f"{url}/?data=letters&code={page_speed.FIRST}&level=10&images=16")
        page.wait_for_selector(f"{page_speed.LAST_ROW} img")
        page.wait_for_timeout(SOON)
        found = []
        for _ in range(STEPS):
            page.wait_for_timeout(1000 * pause)
            page_steps.begin(page, page_speed.SLIDER, jump=False)
            step = page_steps.end(page)
            if step["way"] == "ahead":
                found.append(step["took"] / 1000)
        return found


async def _all_step(visitors: list[Visitor], count: int, pause: float) -> list[float]:
    async def steps(visitor: Visitor) -> list[float]:
        found = []
        for _ in range(count):
            await asyncio.sleep(pause * visitor.chance.uniform(0.5, 1.5))
            found.append(await visitor.step())
        return found

    return sum(await asyncio.gather(*map(steps, visitors)), [])


def main() -> None:
    """Measure both pages in turn and print their ratio."""
    options = _options()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(
            BARE.replace('st.select_slider("slider", list(range(65)),', 'st.slider("slider", 0, 64,')
        )
        for kind, script in (("bare", bare), ("app", ROOT / "dashboard" / "app.py")):
            with serving(script) as server, training(options.training):
                found[kind] = asyncio.run(measure(kind, server, options))
    for part, name in ((50, "medians"), (95, "95th percentiles")):
        ratio = np.percentile(found["app"], part) / np.percentile(found["bare"], part)
        print(f"ratio of the {name}, app to bare page: {ratio:.1f}")


@contextmanager
def training(wanted: bool) -> Iterator[None]:
    """Train a network as the program does, in a folder of its own, for as long as the block runs."""
    if not wanted:
        yield
        return
    command = (sys.executable, "-m", "ae_core", "train", "--data", "letters", "--network", "conv")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, "--code", "64", "--epochs", "10000"],
            cwd=ROOT,
            env=os.environ | {"AE_ARTIFACTS_DIR": folder},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
            if process.poll() is not None:
                raise SystemExit("The training beside did not last.")
        finally:
            process.kill()
            process.wait()


def _seconds(server: Served) -> float:
    times = psutil.Process(server.pid).cpu_times()
    return times.user + times.system


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--interactions", type=int, default=1000, help="of all sessions together")
    parser.add_argument("--training", action="store_true", help="while a network is trained beside")
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds before a step")
    parser.add_argument("--browser", action="store_true", help="one more visitor, in Chromium")
    options = parser.parse_args()
    if options.sessions < 1 or options.interactions < options.sessions or options.pause < 0:
        parser.error("There must be a session, a step for each, and no negative pause.")
    return options


if __name__ == "__main__":
    main()
