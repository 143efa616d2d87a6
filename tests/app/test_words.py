"""The page's words: none is missing, none unused, and none stands outside the catalogues."""

import ast
import json
import re
import string

import pytest
from app_support import ROOT

from ae_core import i18n

DASHBOARD = ROOT / "dashboard"
SOURCES = sorted(p for p in DASHBOARD.rglob("*.py"))
ENGLISH = {k: v for k, v in i18n.catalogue("en").items() if not k.startswith("paper.")}


def placeholders(entry):
    text = entry["other"] if isinstance(entry, dict) else entry
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})


def widget_calls():
    """Yield file, call and name of the widgets whose name is a key of the catalogue."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if getattr(getattr(called, "value", None), "id", "") != "widgets" or not node.args:
                continue
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
            if "." in name:
                yield path, node, name


def patterns():
    """Return a pattern for every key that the sources ask for; f-strings match any middle."""
    found = [rf"{re.escape(name)}_[a-z0-9_-]+" for name in switches_without_words()]
    found += [re.escape(name + beside(node)) for _, node, name in widget_calls()]
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(p.value) if isinstance(p, ast.Constant) else r"[a-z0-9_-]+"
                    for p in node.values
                ]
                found.append("".join(parts))
    return found


def beside(node):
    return {"text": "_placeholder", "explanation": "_title"}.get(node.func.attr, "")


def switches_without_words():
    for _, node, name in widget_calls():
        if node.func.attr == "switch" and len(node.args) < 3:
            yield name


def test_every_widget_has_its_texts():
    for path, node, name in widget_calls():
        where = f"{path.name}:{node.lineno} {name}"
        labelled = "label" in {k.arg for k in node.keywords}
        assert labelled or not placeholders(ENGLISH[name]), where
        assert labelled or name + beside(node) in ENGLISH, where
    for name in switches_without_words():
        assert any(key.startswith(f"{name}_") for key in ENGLISH), name


def test_no_unused_key():
    wanted = re.compile("|".join(f"(?:{p})" for p in sorted(set(patterns())) if r"\." in p))
    assert [key for key in ENGLISH if not wanted.fullmatch(key)] == []


def asked_plainly():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "t"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield path.name, node


def test_every_key_asked_for_exists_with_its_values():
    for name, node in asked_plainly():
        key = node.args[0].value
        assert key in ENGLISH, f"{name}: {key}"
        given = {k.arg for k in node.keywords}
        if None not in given:
            assert set(placeholders(ENGLISH[key])) <= given, f"{name}: {key}"


def test_errors_are_shown_in_the_visitors_language():
    for path in SOURCES:
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(handler, ast.ExceptHandler) or not handler.name:
                continue
            for node in ast.walk(handler):
                shown = node.value if isinstance(node, ast.FormattedValue) else None
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "str":
                    shown = node.args[0]
                assert getattr(shown, "id", "") != handler.name, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("folder", sorted((ROOT / "artifacts" / "pretrained").iterdir()))
def test_every_shipped_network_has_its_title_in_the_catalogues(folder):
    title = json.loads((folder / "config.json").read_text(encoding="utf-8"))["title"]
    assert ENGLISH[f"shipped.{folder.name}"] == title


LABELLED = {
    "button",
    "caption",
    "expander",
    "popover",
    "selectbox",
    "select_slider",
    "slider",
    "toggle",
    "number_input",
    "text_input",
    "segmented_control",
    "subheader",
    "title",
    "header",
    "markdown",
    "info",
    "warning",
    "error",
    "download_button",
    "file_uploader",
    "metric",
}


def test_no_visible_words_outside_the_catalogues():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LABELLED):
                continue
            if getattr(node.func.value, "id", "") == "st" and node.args:
                first = node.args[0]
                plain = isinstance(first, ast.Constant) and isinstance(first.value, str)
                assert not plain, f"{path.name}:{node.lineno}"


def test_a_further_language_is_one_file_and_one_line(empty, app, tmp_path, monkeypatch):
    texts = i18n.catalogue("en") | {"explore.data": "Daten"}
    for code in i18n.LANGUAGES:
        (tmp_path / f"{code}.json").write_text(json.dumps(i18n.catalogue(code)))
    (tmp_path / "de.json").write_text(json.dumps(texts))
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setitem(i18n.LANGUAGES, "de", "Deutsch")
    at = app(str(DASHBOARD / "app_pages" / "data" / "page.py"), lang="de")
    assert at.segmented_control(key="data_name").label == "Daten"
    switch = at.segmented_control(key="language_switch")
    assert (switch.value, switch.options) == ("DE", ["EN", "PT", "DE"])
