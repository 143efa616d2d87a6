"""The catalogues: complete in every language, the same places in all, nothing that is never said."""

import ast
import errno
import os
import re
import string
from pathlib import Path

import pytest
from babel import Locale

from ae_core import i18n
from ae_core.data.sets import SETS, SVHN_EXTRA
from ae_core.i18n import LANGUAGES
from ae_core.machine import doctor
from ae_core.networks import KINDS

ROOT = Path(i18n.__file__).parent.parent.parent
SOURCES = sorted((ROOT / "ae_core").rglob("*.py")) + sorted((ROOT / "dashboard").rglob("*.py"))
TERMINAL = ("ae_core/cli/", "ae_core/maintenance/")  # they speak English only
RAISED = {"UserError", "DataError", "DataMissing", "ChildError", "_Impossible", "Message", "_bad"}
RAISED |= {"_problem", "_warn", "Damaged"}
FILLED = {"_bad": {"path", "advice"}}  # places that the function itself fills
SYSTEM = {os.strerror(number) for number in errno.errorcode}
TABLES = {about.title for about in (*KINDS.values(), *SETS.values(), SVHN_EXTRA)}
TABLES |= set(doctor.SENTENCES.values())
KEY = re.compile(r"[a-z_]+\.[A-Za-z0-9_. -]+")
OTHERS = [language for language in LANGUAGES if language != "en"]


def places(entry):
    texts = entry.values() if isinstance(entry, dict) else [entry]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def keys(language):
    return [key for key in i18n.catalogue(language) if KEY.fullmatch(key)]


def sentences(language):
    return set(i18n.catalogue(language)) - set(keys(language))


@pytest.fixture(scope="module")
def calls():
    """Every place of the source where a sentence is made: file, call."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if getattr(called, "id", getattr(called, "attr", "")) in RAISED and node.args:
                found.append((path.relative_to(ROOT).as_posix(), node))
    return found


def test_every_sentence_is_a_template_whose_places_are_given(calls):
    for path, call in calls:
        template, where = call.args[0], f"{path}:{call.lineno}"
        assert not isinstance(template, (ast.JoinedStr, ast.BinOp)), where
        if isinstance(template, ast.Constant):
            given = {keyword.arg for keyword in call.keywords} - {"lost"}
            given |= FILLED.get(getattr(call.func, "id", ""), set())
            assert given == places(template.value), where


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_source_is_translated_and_no_other(language, calls):
    said = TABLES | {
        call.args[0].value
        for path, call in calls
        if isinstance(call.args[0], ast.Constant) and not path.startswith(TERMINAL)
    }
    assert len(said) > 350  # else the search itself would be broken
    assert sorted(said - sentences(language)) == []
    assert sorted(sentences(language) - said - SYSTEM) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_places(language):
    english, other = i18n.catalogue("en"), i18n.catalogue(language)
    assert keys("en") == list(english) == keys(language)
    for key, entry in other.items():
        assert places(entry) == places(english.get(key, key)), key
        assert all(text.strip() for text in (entry.values() if isinstance(entry, dict) else [entry]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language):
    forms = {"other", *Locale.parse(language, sep="-").plural_form.tags}
    for key, entry in i18n.catalogue(language).items():
        assert not isinstance(entry, dict) or {"other"} <= entry.keys() <= forms, key
