"""Every page in both languages, every control moved: no error, no exception box, whole files."""

import ast
import json
import re

import pytest
from browser_support import ROOT
from walking import LEFT_ALONE, walk

EN = {"locale": "en-US", "color_scheme": "light"}
PT = {"locale": "pt-BR", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}}
VISITORS = {"en": EN, "pt-BR": PT}
# Train's address shows one training; the walk comes to the matrix by the choice above it.
PAGES = {
    "data": ("/data",),
    "explore": ("/?data=letters&code=64",),
    "explore-in-colour": ("/?data=numbers&code=128&noise=gaussian&level=25&images=4",),
    "train": ("/train", "/train?network=designed"),
    "design": ("/design?design=conv8%3As2+%3E+vector4+%3E+mirror",),
    "compare": ("/compare",),
    "latent": (
        "/latent",
        "/latent?run=letters-elastic&size=64&tool=moves",
        "/latent?tool=errors",
    ),
    "architecture": ("/architecture?run=letters-elastic&layer=3", "/architecture"),
    "rate": ("/rate",),
    "denoise": ("/denoise?data=svhn",),
    "devices": ("/devices",),
    "report": ("/report",),
    "lessons": ("/lessons",),
}
# Explore has the same controls for letters and in colour: each language walks one.
ALL = [
    (name, language)
    for language, other in (("en", "explore-in-colour"), ("pt-BR", "explore"))
    for name in PAGES
    if name != other
]
# Where the walk does not come by: the test that does, or why none has to.
ELSEWHERE = {
    r"explore_(code|level)": "only without an elastic network: test_explore_in_browser.py",
    r"explore_offer_": "only with a network made for such noise: test_elastic_explore.py",
    r"explore_forget": "test_compare_in_browser.py",
    r"denoise_slow": "only with the optional package bm3d: test_denoise_page.py",
    r"latent_train": "only without a network: test_latent_page.py",
    r".*_log": "opened by itself where a worker failed; it can only be folded",
    r".*_delete_yes": "test_train_in_browser.py",
    r"fetch_cancel_": "downloads from another host, which no test may",
    r"data_draw_now": "only until a set is drawn for the first time on a machine",
    r"compare_cancel_": "test_compare_page.py",
    r"devices_cancel": "test_work_in_browser.py",
    r"report_": "test_work_in_browser.py",
    r"data_(skipped|remove|keep|replace|preview_by_class)": "test_work_in_browser.py",
    r"design_(code_layer|to_|download_)": "test_workshop_in_browser.py",
    r"rate_cancel": "only while a measurement goes on: test_rate_page.py",
    r"lessons_drop_": "test_lessons_page.py",
    r"lessons_remove_": "test_class.py",
    r"runs_damaged": "only with many damaged runs: test_damaged_runs.py",
    r"train_starting": "stands in for the button until a training is there: test_train_page.py",
    r"visitor_menu": "only in a class: test_class_in_browser.py",
    r"sweep_(stop|resume|compare|shown)": "test_work_in_browser.py",
}
CONTROLS = {
    "button",
    "selectbox",
    "select_slider",
    "slider",
    "toggle",
    "number_input",
    "text_input",
    "multiselect",
    "segmented_control",
    "download_button",
    "file_uploader",
    "pills",
    "dataframe",
    "popover",
    "expander",
    "plotly_chart",
}
met = {}


@pytest.mark.parametrize("name, language", ALL)
def test_every_control_of_a_page(visit_shipped, name, language):
    page = visit_shipped(PAGES[name][0], **VISITORS[language])
    words = {"explore-in-colour": "explore"}.get(name, name)
    assert page.locator("h1").inner_text() == _words(language)[f"{words}.lead"]
    done = met[name, language] = walk(page, *PAGES[name])
    print(f"\n{name} {language}: {len(done.moved)} moved: {', '.join(done.moved)}; left: {done.left}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.long
def test_no_control_of_the_source_is_forgotten():
    if len(met) < len(ALL):
        pytest.skip("only where all pages were walked")
    for language in VISITORS:
        walks = [done for (_, spoken), done in met.items() if spoken == language]
        keys = {name.partition(" ")[2] for done in walks for name in (*done.moved, *done.left)}
        missed = [key for key in _keys() if not any(re.fullmatch(key, seen) for seen in keys)]
        assert [key for key in missed if not _reason(key)] == [], language


def test_reasons_are_true():
    for pattern, reason in (LEFT_ALONE | ELSEWHERE).items():
        for file in re.findall(r"test_\w+\.py", reason):
            (path,) = (ROOT / "tests").rglob(file)
            keys = rf"[\"'.-]{pattern}"
            assert re.search(keys, path.read_text(encoding="utf-8")), f"{file} has no {pattern}"


def _words(language):
    path = ROOT / "ae_core" / "i18n" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _reason(key):
    return next((why for pattern, why in ELSEWHERE.items() if re.match(pattern, key)), "")


def _keys():
    """Return the keys that are written out in the dashboard's code, as patterns."""
    found = set()
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = {k.arg: k.value for k in getattr(node, "keywords", ())}
            name = getattr(getattr(node, "func", None), "attr", "")
            fixed = name == "dataframe" and "on_select" not in given  # walked as of its place
            if name in CONTROLS and "key" in given and not fixed:
                found.add(_pattern(given["key"]))
    return sorted(found - {""})


def _pattern(key):
    """Return a key's constant parts; of one that a variable holds, nothing."""
    if isinstance(key, ast.Constant):
        return key.value
    if isinstance(key, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else ".*" for v in key.values)
    return ""
