"""Ranges of values: what a person wrote stays as it is, and sentences tell numbers as people do."""

import re

import numpy as np
import pytest
from image_files import file

from ae_core import i18n
from ae_core.data.own.convert import prepare
from ae_core.errors import Message, UserError
from ae_core.images import files, ranges


def seen(*parts):
    values = ranges.Values()
    for part in parts:
        values.add(np.asarray(part))
    return values


@pytest.mark.parametrize(
    ("kind", "lowest", "highest", "name"),
    [
        ("bool", 0, 1, "0..1"),
        ("uint8", 0, 1, "0..1"),
        ("uint8", 0, 2, "0..255"),
        ("uint8", 0, 255, "0..255"),
        ("int32", 0, 255, "0..255"),
        ("int8", -128, 127, "-128..127"),
        ("int8", -1, 1, "-128..127"),
        ("int16", -128, 127, "data"),  # of 16 bits this is no range that has a name
        ("uint16", 0, 256, "data"),
        ("uint16", 0, 32_767, "data"),
        ("uint16", 0, 32_768, "0..65535"),
        ("uint32", 0, 65_535, "0..65535"),
        ("uint32", 0, 65_536, "data"),
        ("int32", -1, 65_535, "data"),
        ("float32", 0, 1, "0..1"),
        ("float32", -0.5, 0.5, "-0.5..0.5"),
        ("float32", -0.499, 0.2, "-0.5..0.5"),
        ("float32", -0.6, 0.5, "-1..1"),
        ("float64", -1, 1, "-1..1"),
        ("float64", -1, 1.4, "data"),
        ("float64", -1.4, 1, "data"),
        ("float32", 0, 127, "data"),
        ("float32", 0, 128, "0..255"),
        ("float32", -25, 300, "0..255"),
        ("float32", -26, 255, "data"),
        ("float32", 0, 301, "data"),
        ("float32", 0, 16, "data"),
    ],
)
def test_black_and_white_of_what_was_seen(kind, lowest, highest, name):
    values = np.linspace(lowest, highest, 101).astype(kind)
    values[0], values[-1] = lowest, highest
    found = seen(values).span
    ends = (lowest, highest) if name == "data" else ranges.FULL[name]
    assert found.name == name
    assert (found.low, found.high) == pytest.approx(ends)


def test_what_filters_left_beyond_0_and_1_is_cut():
    most = np.linspace(0, 1, 80)
    assert seen(most, [-0.35] * 10, [1.35] * 10).span.name == "0..1"
    assert seen(most, [-0.35] * 14, [1.35] * 14).span.name != "0..1"  # more than a quarter
    assert seen(most, [-0.36]).span.name != "0..1"
    assert seen(np.linspace(-1, 1, 99), [1.3]).span.name == "-1..1"
    assert seen(np.linspace(-1, 1, 90), [1.3] * 6).span.name == "data"  # divided by their deviation


def test_all_parts_count_and_what_is_no_number_does_not():
    values = seen([0, 100], [3, 70_000])
    assert (values.low, values.high, values.span.name) == (0, 70_000, "data")
    assert seen([0.1, np.nan, np.inf, 0.9]).span.name == "0..1"
    with pytest.raises(UserError, match="NaN or infinite"):
        _ = seen([np.nan, -np.inf]).span
    with pytest.raises(UserError, match="All its values are 7"):
        _ = seen([7.0, 7.0]).over_data()
    with pytest.raises(UserError, match="NaN or infinite"):
        _ = seen().span


def test_white_is_what_all_files_say_it_is():
    values = ranges.Values()
    values.add(np.array([3, 900]), 4095)
    values.add(np.array([0, 1000]), 4095)
    assert values.span == ranges.Span(0.0, 4095, "0..4095")
    values.add(np.array([0, 1000]), 1023)
    assert values.span.name == "data"
    alone = ranges.Values()
    alone.add(np.array([0, 1000]))
    alone.add(np.array([0, 1000]), 4095)
    assert alone.span.name == "data"


def test_values_become_8_bits():
    x = np.array([-3.0, 0.0, 0.5, 1.0, 2.0])
    assert ranges.Span(0, 1, "0..1").to_bytes(x).tolist() == [0, 0, 128, 255, 255]
    assert ranges.Span(-1, 1, "-1..1").to_bytes(x).tolist() == [0, 128, 191, 255, 255]
    bytes_ = np.array([0, 7, 255], np.uint8)
    assert ranges.Span(0, 255, "0..255").to_bytes(bytes_) is bytes_
    assert ranges.Span(0, 7, "data").to_bytes(bytes_).tolist() == [0, 255, 255]
    far = np.array([0, 2**31, 2**32 - 1], np.int64)
    assert ranges.Span(0, 2**32 - 1, "data").to_bytes(far).tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    "words", ["", "0", "1..0", "2..2", "0..inf", "nan..1", "0..1e999", "a..b", "data"]
)
def test_what_is_no_range_is_a_sentence(words):
    with pytest.raises(UserError, match=r"A range of values was expected.*but got"):
        ranges.named(words)


def test_a_range_can_be_the_lowest_to_the_highest_value():
    found = ranges.named(" Data ", seen([3, 9]))
    assert (found.low, found.high, found.name) == (3, 9, "data")
    assert str(ranges.in_words(found)) == "the lowest to the highest value"
    assert ranges.in_words(ranges.named("0..9")) == "0..9"
    assert ranges.named(" -1.5 .. +2E3 ") == ranges.Span(-1.5, 2000, "-1.5..2000")
    assert (ranges.told(0.1 + 0.2), ranges.told(1234567.25)) == (0.3, 1234570.0)


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
