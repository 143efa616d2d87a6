"""Ranges of values: what a person wrote stays as it is, and sentences tell numbers as people do."""

import re

import numpy as np
import pytest
from image_files import file

from ae_core import i18n
from ae_core.data.own.convert import prepare
from ae_core.errors import Message
from ae_core.images import files, ranges


@pytest.mark.parametrize("words", ["0..123456789", "-1234567.25..7654321", "0.1..0.7", "1e-9..1e30"])
def test_the_name_of_a_range_is_that_range(words):
    low, high = (float(word) for word in words.split(".."))
    found = ranges.named(words)
    assert (found.low, found.high) == (low, high) and ranges.named(found.name) == found


def test_large_whole_numbers_are_told_whole(tmp_path):
    values = np.full((16, 16), 12_345_678, np.int32)
    values[:8] = 623_190_528
    notes = {}
    files.read(file(values, "tif"), notes=notes)
    for language in ("en", "pt-BR"):
        assert " 12345678 " in (said := i18n.say(language, notes["values"])) and " 623190528" in said
    np.save(tmp_path / "set.npy", np.stack([values, values[::-1]] * 12))
    (entry,) = [e for e in prepare(tmp_path / "set.npy", None, "grey").assumed if e.option == "range"]
    assert "from 12345678 to 623190528" in entry.said
    for said in (entry.said, notes["values"]):  # an import reads in a process of its own
        assert Message.revived(said.stored()) == said


def test_every_sentence_of_the_catalogue_can_come_from_another_process():
    for template in i18n.catalogue("pt-BR"):
        places = dict.fromkeys(re.findall(r"\{([a-z]\w*)", template), 1.0)
        entry = {"template": template, "values": places}
        assert not places or isinstance(Message.revived(entry), Message), template
