"""Walk a page: find every control that it shows, move each one once, look for trouble after each.

A control is known by its key. What appears on the way (in an expander, a popover, by a choice) is
walked too. Nothing is passed over in silence: a control that was seen and has gone is fetched back by
what brought it first, and one that is not moved needs its reason in ``LEFT_ALONE`` or ``AT_REST``.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import accessible
from browser_support import ROOT, settle
from downloaded import check

MOST = 90  # controls of a page: more means that keys change and the walk would not end
CHANGED_MS = 5_000  # a control shows that it was moved before that
QUIET_MS = 250  # a slider tells the server of its place after 200
# With what opens, these show most that is new on a page; a look at it all takes about a second.
SHOWN_ANEW = (
    "explore_apart",
    "explore_beside",
    "train_mode",
    "train_run",
    "latent_tool",
    "architecture_layer",
)
_SCRIPT = Path(__file__).with_name("walking.js").read_text()
PICTURE = ROOT / "artifacts" / "screenshots" / "explore-light-390.png"
SAMPLE_TEXT = "Walk"

# Not moved here, with the test that does it, or why nobody may.
LEFT_ALONE = {
    r"language_switch": "test_language_switch_keeps_the_choices; pages are walked in both languages",
    r"fetch_": "downloads from another host, which no test may",
    r"share_add": "test_lessons_page.py; a page is walked as it is without a lesson in the making",
    r"train_start": "test_train_in_browser.py",
    r"train_try": "test_work_in_browser.py",
    r"design_try": "test_design_page.py",
    r"explore_invite": "test_lessons_in_browser.py, through other pages",
    r"design_menu_": "test_design_in_browser.py",
    r"job_delete": "test_train_in_browser.py",
    r"compare_measure_": "test_compare_page.py",
    r"denoise_train": "test_denoise_page.py, to another page",
    r"sweep_start": "test_work_in_browser.py",
    r"devices_start": "test_work_in_browser.py",
    r"report_make": "test_work_in_browser.py",
    r"rate_measure": "test_rate_page.py",
}
# Moved if they can be; where a walk finds them at rest only, why.
AT_REST = {}
# What can be pressed and is no control of the page: Streamlit's own, or moves nothing.
_FRAME = ", ".join(
    (
        "header *",  # the menu of pages: test_keys_in_browser.py
        "[data-testid=stSkipToContent]",
        "[data-testid=stMain]",
        "[data-testid=stTooltipHoverTarget] *",  # says what its label means
        "[data-testid=stElementToolbar] *",  # Streamlit's full screen and search
        "[data-testid=stCode] *, [data-testid=stCode]",  # scrolls, copies
        "[role=region][tabindex='0']",  # scrolls
        "[data-testid=stPageLink] *",  # to another page: test_lessons_in_browser.py
    )
)


@dataclass
class Walk:
    """What a walk has seen: the controls moved, those not and why, and what brought each."""

    page: object
    path: str
    moved: list = field(default_factory=list)
    left: dict = field(default_factory=dict)
    came_by: dict = field(default_factory=dict)
    last: str | None = None  # the control moved last since the path was opened


def walk(page, *paths):
    """Move every control of the page, open at the first of ``paths``; return the :class:`Walk`.

    The other paths are the same page where it shows controls that the walk might not come by.
    """
    page.add_script_tag(content=_SCRIPT)
    page.add_init_script(_SCRIPT)
    done = Walk(page, paths[0])
    for done.path in paths:
        if done.moved:
            _open_anew(page, done.path)
            _quiet(page)
            done.last = None
        _check(done, "it opens")
        accessible.check(page, done.path)
        _walk_here(done)
    return done


def _open_anew(page, path):
    """Open a path as a visitor who has brought nothing: own images come back after a reload."""
    page.evaluate("sessionStorage.clear()")
    page.goto(path)


def _walk_here(done):
    while len(done.came_by) < MOST:
        found, over = _look(done)
        able = next((f for f in found if _owed(done, f["name"]) and not f["rest"]), None)
        if able is not None:
            _move(done, able)
        elif over:
            _close(done.page)
        elif owed := [name for name in done.came_by if _owed(done, name)]:
            _fetch_back(done, owed[0])
        else:
            return
    raise AssertionError(f"{done.path}: no end of controls: {list(done.came_by)}")


def controls(page):
    """Return the keys of the controls that can be moved now, in the page's order."""
    page.add_script_tag(content=_SCRIPT)
    found = page.evaluate("frame => walking.look(frame)", _FRAME)["found"]
    keyed = [f for f in found if not f["rest"] and f["kind"] != "stPlotlyChart"]
    return [f["key"] for f in keyed if not f["key"].startswith("in-")]


def _owed(done, name):
    return name not in done.moved and name not in done.left


def _look(done):
    """Return the controls that can be reached now, in the page's order; note the new ones."""
    seen = done.page.evaluate("frame => walking.look(frame)", _FRAME)
    assert not seen["strays"], f"{done.path}: neither control nor frame: {seen['strays']}"
    names = [f["name"] for f in seen["found"]]
    assert len(names) == len(set(names)), f"{done.path}: two controls with one key: {names}"
    for found in seen["found"]:
        name, key = found["name"], found["key"]
        assert key, f"{done.path}: a control without a key: {name}"
        done.came_by.setdefault(name, done.last)
        for pattern, reason in LEFT_ALONE.items():
            if re.match(pattern, key):
                done.left[name] = reason
    return seen["found"], seen["over"]


def _fetch_back(done, name):
    """Open the page anew and do again what showed a control first; then move it."""
    _open_anew(done.page, done.path)
    _quiet(done.page)
    steps, step = [], done.came_by[name]
    while step is not None:
        steps.insert(0, step)
        step = done.came_by[step]
    for step in [None, *steps]:
        found, over = _look(done)
        if step is not None and name not in {f["name"] for f in found}:
            again = next((f for f in found if f["name"] == step), None)
            if again is not None and not again["rest"]:
                done.page.evaluate("name => walking.show(name)", step)
                _MOVES[again["kind"]](done.page, _element(done, again))
                _quiet(done.page)
    found, over = _look(done)
    this = next((f for f in found if f["name"] == name), None)
    assert this is not None, f"{done.path}: {name} was seen once, came not back by {steps}"
    if this["rest"]:
        reasons = [why for pattern, why in AT_REST.items() if re.match(pattern, this["key"])]
        assert reasons, f"{done.path}: {name} cannot be moved, and nothing says why"
        done.left[name] = reasons[0]
        return
    _move(done, this)


def _element(done, found):
    return done.page.locator(f'[data-walk="{found["name"]}"]')


def _move(done, found):
    page, name = done.page, found["name"]
    done.moved.append(name)
    done.last = name
    page.evaluate("name => walking.show(name)", name)
    before = page.evaluate("name => walking.state(name)", name)
    told = _MOVES[found["kind"]](page, _element(done, found))
    if told and before is not None:
        _wait_for_change(done, name, before)
    _quiet(page)
    _check(done, name)
    if found["kind"] in ("stExpander", "stPopover") or found["key"] in SHOWN_ANEW:
        accessible.check(page, f"{done.path}: {name}")
    if urlsplit(page.url).path.rstrip("/") != urlsplit(done.path).path.rstrip("/"):
        _open_anew(page, done.path)  # the button led to another page
        _quiet(page)
        _check(done, f"{name}, and back")


def _wait_for_change(done, name, before):
    """A control that stays on the page shows that it was moved."""
    try:
        done.page.wait_for_function(
            "([name, before]) => (walking.state(name) ?? 'gone') !== before",
            arg=[name, before],
            timeout=CHANGED_MS,
        )
    except Exception as error:
        raise AssertionError(f"{done.path}: {name} was moved and shows it not: {before}") from error


def _quiet(page):
    """Wait until the server has heard of a move, has answered, and the page stands still."""
    page.evaluate("quiet => walking.still(quiet)", QUIET_MS)
    settle(page)


def _check(done, what):
    page = done.page
    where = f"{done.path}: after {what}"
    assert not page.locator("[data-testid=stException]").count(), f"{where}: an exception box"
    assert not page.troubles, f"{where}: {page.troubles}"
    try:
        page.wait_for_function("!walking.blemishes().length", timeout=CHANGED_MS)
    except Exception as error:
        raise AssertionError(f"{where}: {page.evaluate('walking.blemishes()')}") from error


def _close(page):
    page.keyboard.press("Escape")
    page.wait_for_function("!walking.over()")


def _slide(page, e):
    _step(page, e.locator("input[type=range]").first)
    return True


def _step(page, handle):
    at = handle.input_value()
    handle.focus()
    page.keyboard.press("ArrowRight")
    if handle.input_value() == at:
        page.keyboard.press("ArrowLeft")
    assert handle.input_value() != at, "a slider that stands still"


def _options(page, e):
    e.locator("input").first.click()
    page.locator("[role=listbox]").wait_for(timeout=CHANGED_MS)
    return page.locator("[role=option]:not([aria-selected=true]):not([aria-disabled=true])")


def _choose(page, e):
    options = _options(page, e)
    if not options.count():
        page.keyboard.press("Escape")
        return False
    options.first.click()
    return True


def _choose_more(page, e):
    options = _options(page, e)
    if options.count():
        name = options.last.inner_text()  # the first may be "all"
        e.locator("input").first.fill(name)  # a list that scrolls swallows a click
        options.filter(has_text=re.compile(f"^{re.escape(name)}$")).first.click()
    else:
        page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")  # it shrinks when it is left, and what is below moves up
    return True


def _press_other(page, e):
    others = e.locator("button:is([aria-checked=false], [aria-pressed=false]):enabled")
    chosen = e.locator("button[aria-pressed=true]:enabled")  # of several, one may be let go
    (others if others.count() else chosen).first.click()
    return True


def _tick(page, e):
    e.locator("label").first.click()
    return True


def _count_up(page, e):
    up = e.locator("[data-testid=stNumberInputStepUp]")
    if not up.count():  # a narrow field has no buttons
        e.locator("input").press("ArrowUp")
        e.locator("input").press("Enter")
        return True
    step = up if up.is_enabled() else e.locator("[data-testid=stNumberInputStepDown]")
    step.click()
    return True


def _write(page, e):
    field = e.locator("input, textarea").first
    field.fill(SAMPLE_TEXT)
    field.press("Enter")
    return True


def _unfold(page, e):
    summary = e.locator("summary").first
    if e.locator("details").first.get_attribute("open") is not None:
        summary.click()  # it is open: shut it first, and open it again
        e.locator("details:not([open])").first.wait_for()
    summary.click()
    e.locator("details[open]").first.wait_for()


def _open(page, e):
    e.locator("button:visible").first.click()
    page.locator("[data-testid=stPopoverBody] [data-testid=stElementContainer]").first.wait_for()


def _each_tab(page, e):
    for tab in e.locator("[role=tab]").all():
        tab.click()
        settle(page)


def _upload(page, e):
    e.locator("input[type=file]").set_input_files(PICTURE)
    e.locator("[data-testid=stFileChip]").first.wait_for()
    e.locator("[data-testid=stFileChipIconSpinner]").wait_for(state="detached")


def _take_home(page, e):
    with page.expect_download() as got:
        e.locator("button:visible, a:visible").first.click()
    check(got.value.suggested_filename, got.value.path())


def _press(page, e):
    e.locator("button:visible").first.click()  # one with a help text is there twice


def _pick(page, e):
    e.locator("button").click()
    page.locator("[role=menuitem]").last.click()


def _row(page, e):
    """Press where the first row begins: there is the box that chooses it, where there is one."""
    e.locator(".dvn-scroller").first.click(position={"x": 16, "y": 52})


def _point(page, e):
    """Press the first point that is drawn, or the middle of a map of very many."""
    points = e.locator(".scatterlayer .point:visible")
    place = points.first if points.count() else e.locator(".nsewdrag").first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _own_component(page, e):
    for handle in e.locator("input[type=range]:visible").all():
        _step(page, handle)
        _quiet(page)
    buttons = e.locator("button:visible, [role=button]:visible")
    for k in reversed(range(buttons.count())):  # "larger" before "smaller", which waits for it
        if buttons.nth(k).is_enabled():
            buttons.nth(k).click()
    for choice in e.locator("select:visible").all():
        choice.select_option(index=choice.locator("option").count() - 1)


_MOVES = {
    "stSlider": _slide,
    "stSelectbox": _choose,
    "stRadio": _tick,
    "stPlotlyChart": _point,
    "stMultiSelect": _choose_more,
    "stButtonGroup": _press_other,
    "stCheckbox": _tick,
    "stNumberInput": _count_up,
    "stTextInput": _write,
    "stTextArea": _write,
    "stTabs": _each_tab,
    "stExpander": _unfold,
    "stPopover": _open,
    "stFileUploader": _upload,
    "stButton": _press,
    "stMenuButton": _pick,
    "stDownloadButton": _take_home,
    "stDataFrame": _row,
    "stBidiComponentIsolated": _own_component,
}
