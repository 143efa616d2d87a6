"""Sentences, numbers, dates, plurals in a language; one language more is a file and a line."""

import copy
import errno
import json
import re
from datetime import date, datetime

import pytest

from ae_core import i18n
from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.files import unwritable, write_json
from ae_core.files.reading import read_json
from ae_core.i18n import LANGUAGES, format
from ae_core.jobs import worker
from ae_core.networks import code_shape
from ae_core.report.wording import Words

MEMORY = worker.explain(MemoryError())


def refused(call, *arguments, **named):
    with pytest.raises(UserError) as error:
        call(*arguments, **named)
    return error.value


def test_a_sentence_with_its_values_in_both_languages():
    error = refused(TrainConfig, code="a")
    assert str(error) == "The code size must be a whole number from 0 to 4096, but it is 'a'."
    assert i18n.say("en", error) == str(error)
    assert i18n.say("pt-BR", error) == (
        "O valor de “tamanho do código” deve ser um número inteiro de 0 a 4096, mas é 'a'."
    )
    error = refused(code_shape, TrainConfig(network="situation-1", code=196), (32, 32, 3))
    assert i18n.say("pt-BR", error) == (
        "Situação 1: código 14×14 recebe imagens de 28×28, não de 32×32."
    )


def test_numbers_in_a_sentence_are_the_languages():
    error = UserError(
        "These are {count:,} trainings; a sweep has at most {most:,}.", count=12_000, most=1000
    )
    assert i18n.say("pt-BR", error) == "São 12.000 treinamentos; uma série tem no máximo 1.000."
    error = refused(TrainConfig, learning_rate=1.5)
    assert str(error).endswith("but it is 1.5.")
    assert i18n.say("pt-BR", error).endswith("mas é 1,5.")


def test_sentences_within_sentences():
    full = OSError(errno.ENOSPC, "No space left on device")
    assert str(unwritable("/a", full)).startswith("Cannot write to /a (No space left on device): ")
    assert i18n.say("pt-BR", unwritable("/a", full)) == (
        "Não é possível gravar em /a (não há espaço no disco): libere espaço ou defina "
        "AE_ARTIFACTS_DIR como uma pasta em que você possa gravar."
    )
    error = UserError("On {where}: {error}", where="b", error=UserError(MEMORY))
    assert i18n.say("pt-BR", error).startswith("Em b: A memória não foi suficiente")
    both = Message.joined(Message("Nothing is left to train."), MEMORY)
    assert str(both) == f"Nothing is left to train. {MEMORY}"
    assert i18n.say("pt-BR", both).startswith("Não sobra nada para treinar. A memória não foi")


@pytest.mark.parametrize("words", ["Somebody else's words.", "", "{a} {0} {"])
def test_words_of_others_stay_as_they_are(words):
    assert i18n.say("pt-BR", words) == i18n.say("pt-BR", UserError(words)) == words
    error = UserError("There is no network {name!r}; known are {known}.", name=words, known="noise")
    assert repr(words) in i18n.say("pt-BR", error) and "noise" in i18n.say("pt-BR", error)


def test_a_stored_message_is_read_back_and_an_old_sentence_is_shown(tmp_path):
    path = tmp_path / "status.json"
    error = UserError("On {where}: {error}", where="b", error=MEMORY)
    write_json(path, {"error": error.message, "old": str(error), "list": [MEMORY]})
    assert json.loads(path.read_text())["error"]["values"]["where"] == "b"
    found = read_json(path)
    assert found["error"] == str(error) and found["list"] == [MEMORY]
    assert i18n.say("pt-BR", found["error"]) == i18n.say("pt-BR", error)
    assert i18n.say("pt-BR", found["list"][0]).startswith("A memória não foi suficiente")
    assert i18n.say("pt-BR", found["old"]) == str(error)
    assert copy.deepcopy(error).message.values == error.message.values  # as another process gets it


@pytest.mark.parametrize(
    "entry",
    [
        {"template": "{a.__class__}", "values": {"a": 1}},
        {"template": "{a:>999999999}", "values": {"a": 1}},
        {"template": "{missing}", "values": {}},
        {"template": "{a:,}", "values": {"a": [1]}},
        {"template": "{a}", "values": 5},
        {"template": 5, "values": {}},
    ],
)
def test_a_damaged_message_in_a_file_is_shown_as_it_stands(tmp_path, entry):
    path = tmp_path / "status.json"
    path.write_text(json.dumps({"error": entry}))
    assert i18n.say("pt-BR", read_json(path)["error"]) == str(entry["template"])


def test_numbers_dates_and_lists():
    assert format.number("en", 6272.5, 1) == "6,272.5"
    assert format.number("pt-BR", 6272.5, 1) == "6.272,5"
    assert format.number("en", 3, sign=True) == "+3" and format.number("en", -0.25, 2) == "-0.25"
    assert [format.short("pt-BR", value) for value in (25.0, 0.5, 1234567, 2.58e-07)] == [
        "25",
        "0,5",
        "1.234.567",
        "2,58e-07",
    ]
    fell = Message("from {before:.3g} to {now:.3g}", before=0.00488, now=2.58e-07)
    assert i18n.say("pt-BR", fell) == "from 0,00488 to 2,58e-07"
    assert i18n.say("en", fell) == str(fell) == "from 0.00488 to 2.58e-07"
    when = datetime(2026, 11, 23, 21, 17)
    assert format.moment("en", when) == "2026-11-23 21:17"
    assert format.moment("pt-BR", when) == "23/11/2026 21:17"
    assert format.day("pt-BR", date(2026, 11, 3)) == "3 de novembro de 2026"
    assert format.listed("en", ["a", "b", "c"]) == "a, b and c"
    assert format.listed("pt-BR", ["a", "b"]) == "a e b"


def test_plural_forms():
    assert i18n.text("en", "unit.values", n=1) == "1 value"
    assert i18n.text("en", "unit.values", n=1024) == "1,024 values"
    assert i18n.text("pt-BR", "unit.values", n=1024) == "1.024 valores"
    assert i18n.text("pt-BR", "unit.values", n=2_000_000) == "2.000.000 valores"
    assert i18n.text("en", "unit.values", n="1 – 256") == "1 – 256 values"


def test_a_number_that_is_written_already_has_its_plural_form_too():
    assert i18n.text("en", "unit.values", n="1") == "1 value"
    assert i18n.text("pt-BR", "unit.values", n="1.024") == "1.024 valores"


def test_whole_numbers_in_a_text_have_the_languages_thousands():
    about = {"epoch": 1234, "epochs": 5000}
    assert i18n.text("en", "job.epoch", **about) == "Epoch 1,234 of 5,000"
    assert i18n.text("pt-BR", "job.done", **about) == "Épocas concluídas: 1.234 de 5.000"
    assert i18n.text("pt-BR", "train.seed", n=7) == i18n.catalogue("pt-BR")["train.seed"]


COUNTED = re.compile(r"(?<!up to )(?<!from 1 to )\{n\} (\w+ )?(?!this\b|is\b)\w+s\b")
FEW = {  # none of them is ever one
    *("share.full", "upload.too_many", "design.full", "latent.too_long", "latent.seen_fitted"),
    *(
        "data.imported",
        "denoise.shown_smaller",
        "latent.page",
        "rate.bytes_each",
        "paper.draw.bits",
        "paper.draw.parameters",
    ),
}


def test_what_is_counted_has_a_form_for_one():
    english = i18n.catalogue("en").items()
    found = {key for key, text in english if isinstance(text, str) and COUNTED.search(text)}
    assert found - FEW == set()
    for language in LANGUAGES:
        assert "1 " not in i18n.text(language, "latent.dead", n=2, values="4, 7")
        assert i18n.text(language, "job.cancelled", n="1") == i18n.text(
            language, "job.cancelled", n=1
        )
    assert i18n.text("en", "job.cancelled", n="1").startswith("Cancelled after 1 whole epoch;")
    assert i18n.text("pt-BR", "job.cancelled", n=1).startswith("Cancelado após 1 época completa;")
    assert "1 valor do código está morto" in i18n.text("pt-BR", "latent.dead", n=1, values="3")
    assert i18n.text("pt-BR", "sweep.done", done=1, n=1) == "1 de 1 treinamento concluído"


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A third language: one file, and one line in the list."""
    texts = i18n.catalogue("en") | {
        "paper.title": "Autoencoder auf Bildern",
        "unit.values": {"one": "{n} Wert", "other": "{n} Werte"},
        "On {where}: {error}": "Auf {where}: {error}",
    }
    for code in LANGUAGES:
        (tmp_path / f"{code}.json").write_text(json.dumps(i18n.catalogue(code)))
    (tmp_path / "de.json").write_text(json.dumps(texts))
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setitem(LANGUAGES, "de", "Deutsch")


def test_a_further_language_is_one_file_and_one_line(german):
    assert i18n.text("de", "unit.values", n=1500) == "1.500 Werte"
    error = UserError("On {where}: {error}", where="b", error=MEMORY)
    assert i18n.say("de", error) == f"Auf b: {MEMORY}"  # what lacks a translation stays English
    words = Words("de")
    assert words("title") == "Autoencoder auf Bildern" and words.number(0.5, 2) == "0,50"
    assert words.day(date(2026, 11, 3)) == "3. November 2026"
    assert words.listed(["a", "b"]) == "a und b"
    assert format.moment("de", datetime(2026, 11, 3, 9, 5)) == "03.11.26 09:05"
