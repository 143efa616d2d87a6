"""The guided path and every lesson, walked; a lesson made; own images dropped, in a real browser."""

import base64
import io
import json

import accessible
import numpy as np
import pytest
from browser_support import ROOT, settle
from PIL import Image

from ae_core.i18n import LANGUAGES

SHIPPED = ROOT / "dashboard" / "lessons" / "shipped"
LESSONS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("*.json")}
SIZES = {1280: 900, 1920: 1080, 390: 844}
OWN = "Your own images are shown (1)"
PATIENCE = 120_000  # ms; a page's networks are loaded first
# What the sentence speaks of has a line around it, and is in sight below the sentence.
MARKED = """() => {
  const marked = [...document.querySelectorAll("[class*=st-key-]")].find(
    (e) => getComputedStyle(e).outlineStyle === "solid" && e.offsetHeight);
  const top = marked?.getBoundingClientRect().top;
  const above = document.querySelector(".st-key-guide").getBoundingClientRect().bottom;
  return top >= above && top < window.innerHeight;
}"""


def click(page, key):
    settle(page)
    page.locator(f".st-key-{key} button:visible").first.click()


WALKS = [(name, lang, width) for name in sorted(LESSONS) for lang in LANGUAGES for width in SIZES]


@pytest.mark.parametrize(("name", "language", "width"), WALKS)
def test_a_lesson_is_walked_to_its_end(visit_shipped, name, language, width):
    short = language[:2]
    how = {"viewport": {"width": width, "height": SIZES[width]}}
    page = visit_shipped(f"/lessons?lang={short}", **how)
    page.set_default_timeout(PATIENCE)
    click(page, f"lessons_start_{name}")
    steps = LESSONS[name]["steps"]
    for at, step in enumerate(steps, 1):
        page.wait_for_url(lambda url, at=at: f"step={at}" in url and f"guide={name}" in url)
        settle(page)
        sentence = step["say"][language][:60]
        page.locator(".st-key-guide").get_by_text(sentence).wait_for()
        assert step["link"].partition("?")[0] in page.url or "explore" in step["link"]
        if "mark=" in step["link"]:
            page.wait_for_function(MARKED)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (name, at)
        if at < len(steps):
            click(page, "guide_next")
    accessible.check(page, f"the end of {name}")
    click(page, "guide_leave")
    page.locator(".st-key-guide").wait_for(state="detached")


def test_the_path_begins_with_one_click_and_a_projector_sees_it_large(visit_shipped):
    page = visit_shipped("/", viewport={"width": 1920, "height": 1080})
    page.set_default_timeout(PATIENCE)
    click(page, "explore_invite")
    page.wait_for_url(lambda url: "step=1" in url)
    settle(page)
    small = page.locator(".st-key-explore_strip_place img").first.bounding_box()["width"]
    page.goto(page.url + "&present=1")
    settle(page)
    large = page.locator(".st-key-explore_strip_place img").first.bounding_box()
    assert large["width"] > 1.5 * small and large["x"] + large["width"] <= 1920
    assert page.locator("[data-testid=stHeader]").is_hidden()
    page.keyboard.press("PageDown")
    page.wait_for_url(lambda url: "step=2" in url)
    settle(page)
    accessible.check(page, "a lesson before a class")
    click(page, "present_leave")
    page.locator("[data-testid=stHeader]").wait_for()
    assert "step=2" in page.url


@pytest.mark.long
def test_images_dropped_anywhere_are_shown_and_come_back_after_a_reload(visit):
    page = visit("/")
    random = np.random.default_rng(0)
    buffer = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (28, 28), np.uint8)).save(buffer, "PNG")
    content = base64.b64encode(buffer.getvalue()).decode()
    settle(page)
    page.locator(".st-key-explore_drop").first.wait_for(state="attached")
    page.evaluate(
        """async (content) => {
            const bytes = await (await fetch(`data:image/png;base64,${content}`)).blob();
            const box = new DataTransfer();
            box.items.add(new File([bytes], "dropped <b>.png", { type: "image/png" }));
            const send = (name) => document.body.dispatchEvent(
                new DragEvent(name, { dataTransfer: box, bubbles: true, cancelable: true }));
            send("dragover");
            send("drop");
        }""",
        content,
    )
    page.get_by_text(OWN).first.wait_for()
    page.reload()
    page.get_by_text(OWN).first.wait_for()
    settle(page)
    click(page, "explore_own")
    click(page, "explore_forget")
    page.get_by_text(OWN).first.wait_for(state="detached")
    page.reload()
    settle(page)
    assert page.get_by_text(OWN).count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_sentence_of_a_shared_link_takes_a_line(visit_shipped, width):
    page = visit_shipped("/data?say=Look+here&lang=en", viewport={"width": width, "height": 844})
    guide = page.locator(".st-key-guide")
    guide.get_by_text("Look here").wait_for()
    settle(page)
    assert guide.bounding_box()["height"] < 60  # pixels
