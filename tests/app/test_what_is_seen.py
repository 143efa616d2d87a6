"""Beside each curve, picture and point stands one sentence, from what is shown, in both languages."""

import re

import pytest
from app_support import APP, texts

from ae_core import i18n

# Page, the address's parameters, and which of the catalogue's sentences may be said.
SHOWN = [
    ("explore", {"data": "letters", "code": "4"}, "seen"),
    ("explore", {"data": "letters", "code": "1", "run": "letters-situation-4"}, "seen"),
    (
        "explore",
        {"data": "numbers", "run": "numbers-unet", "noise": "gaussian", "level": "75"},
        "seen",
    ),
    ("compare", {"runs": "letters-conv-16,letters-conv-64"}, "compare.seen_sizes"),
    ("compare", {"runs": "letters-overfit"}, "compare.seen"),
    ("compare", {"runs": "letters-conv-16,numbers-dense-16"}, "compare.seen_unlike"),
    ("rate", {"data": "letters"}, "rate.seen"),
    ("latent", {"run": "letters-conv-16"}, "latent.seen"),
    ("latent", {"run": "letters-situation-4"}, "latent.seen"),
    ("denoise", {"data": "numbers"}, "denoise.seen"),
    ("denoise", {"data": "numbers"}, "denoise.seen_everywhere"),  # measured on SVHN, and so said
    ("denoise", {"data": "letters", "noise": "gaussian", "level": "5"}, "denoise.seen"),
    ("architecture", {"run": "letters-situation-3"}, "architecture.seen_code"),
    ("architecture", {"run": "numbers-unet"}, "architecture.seen"),
]


def sentences(language, prefix):
    """The catalogue's sentences under ``prefix``, as expressions that find them filled."""
    for key, text in i18n.catalogue(language).items():
        forms = text.values() if isinstance(text, dict) else [text]
        for text in forms if key.startswith(prefix) else ():
            yield re.sub(r"\\\{\w+\\\}", ".+?", re.escape(text))


@pytest.fixture(autouse=True)
def at_rest(monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize(("page", "address", "prefix"), SHOWN)
def test_a_sentence_says_what_is_to_be_seen(app, language, page, address, prefix):
    place = str(APP.parent / "app_pages" / page / "page.py")
    at = app(place, lang=language[:2], **address)
    said = [m.value for m in at.markdown]
    found = [s for s in said for one in sentences(language, prefix) if re.match(one, s)]
    assert found, said
    assert "nan" not in " ".join(found) and "{" not in " ".join(found)


@pytest.mark.parametrize(("language", "said"), [("en", "network kept"), ("pt", "rede guardada")])
def test_a_training_says_what_it_came_to(app, language, said):
    place = str(APP.parent / "app_pages" / "train" / "page.py")
    assert said in texts(app(place, lang=language, run="letters-situation-2"))
