"""What the program says of itself: all of it has a Portuguese translation, and is recognised."""

import ast
import errno
import json
import os
import string
from pathlib import Path

import pytest
from said_in_source import ELSEWHERE, Source, template

from ae_core import sentences
from ae_core.errors import UserError
from ae_core.machine import doctor
from ae_core.networks import NETWORKS

CORE = Path(sentences.__file__).parent
CATALOGUE = json.loads((CORE / "sentences.pt-BR.json").read_text(encoding="utf-8"))
SYSTEM = {os.strerror(number) for number in errno.errorcode}


def plain(sentence):
    return sentence.replace("!r}", "}")


def places(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})


@pytest.fixture(scope="module")
def said():
    found = {plain(words) for words in doctor.SENTENCES.values()}
    found |= {about.title for about in NETWORKS.values()}
    for path in CORE.rglob("*.py"):
        where = path.relative_to(CORE).as_posix()
        if not where.startswith((*ELSEWHERE, "machine/doctor.py")):
            found |= {plain(s) for s in Source(path.read_text(encoding="utf-8")).sentences()}
    return found


def test_every_sentence_of_the_source_has_a_translation(said):
    assert len(said) > 350  # else the search itself would be broken
    assert sorted(said - set(CATALOGUE)) == []


def test_no_translation_is_of_a_sentence_that_is_never_said(said):
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CORE.rglob("*.py")]
    written = {template(node) for tree in trees for node in ast.walk(tree)}
    assert sorted(set(CATALOGUE) - said - SYSTEM - written) == []


def test_the_same_places_and_each_is_told_from_the_others():
    for english, portuguese in CATALOGUE.items():
        assert places(english) == places(portuguese), english
        assert portuguese.strip(), english
        values = {name: name for name in places(english)}
        filled, expected = english.format(*"uvwxyz", **values), portuguese.format(*"uvwxyz", **values)
        assert sentences.portuguese(filled) == expected


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        (
            "The code size must be a whole number from 1 to 1024, but it is 'a'.",
            "O valor de “tamanho do código” deve ser um número inteiro de 1 a 1024, mas é 'a'.",
        ),
        (
            "These are 12,000 trainings; a sweep has at most 1,000.",
            "São 12.000 treinos; uma série tem no máximo 1.000.",
        ),
        (
            "Nothing is left to train. unet: without noise it has nothing to remove. "
            "elastic: it learns clean pictures, so noise is left out.",
            "Não sobra nada para treinar. unet: sem ruído, não tem o que remover. "
            "elastic: aprende imagens limpas, por isso o ruído fica de fora.",
        ),
        (
            "Cannot write to /a (No space left on device): free some space or set AE_ARTIFACTS_DIR "
            "to a folder that you may write to.",
            "Não é possível gravar em /a (não há espaço no disco): libere espaço ou defina "
            "AE_ARTIFACTS_DIR como uma pasta em que você possa gravar.",
        ),
        ("On b: The memory was not enough.", "Em b: A memória não foi suficiente."),
        ("Somebody else's words.", "Somebody else's words."),
        ("", ""),
    ],
)
def test_values_and_sentences_within_sentences(english, portuguese):
    assert sentences.portuguese(english) == portuguese


def test_a_real_error_is_recognised(tmp_path):
    from ae_core.networks import code_shape

    with pytest.raises(UserError) as error:
        code_shape("situation-1", 196, (32, 32, 3))
    assert sentences.portuguese(str(error.value)) != str(error.value)
    assert " recebe imagens de 28×28, não de 32×32." in sentences.portuguese(str(error.value))


def test_a_sentence_in_another_function_or_branch_is_found():
    source = Source(
        "def fail(error):\n"
        "    why = 'it is cut' if error else reason()\n"
        "    raise UserError(f'{error} is bad: {why}; {advice(\"come back\")}.')\n"
        "def reason():\n"
        "    return f'it has {3} heads'\n"
    )
    assert set(source.sentences()) == {
        "{0} is bad: {1}; {2}.",
        "it is cut",
        "it has {0} heads",
        "come back",
    }
