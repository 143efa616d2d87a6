"""A lesson's file, read and written; what is none; and the lessons that come with the program."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae_core import runs
from ae_core.data.sets import SETS
from ae_core.errors import UserError
from ae_core.i18n import LANGUAGES
from ae_core.networks import course
from dashboard.lessons import lesson, share, shelf
from dashboard.lessons.parts import PARTS

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=80)
texts = st.one_of(words, st.dictionaries(st.sampled_from(list(LANGUAGES)), words, max_size=2))
values = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=12)
links = st.builds(
    lambda page, code, title: f"{page}?code={code}&lesson=data,code&mark={title}",
    st.sampled_from(sorted(lesson.PAGES)),
    st.integers(1, 999),
    st.sampled_from(["code", "noise"]),
)


@given(texts, st.lists(st.tuples(links, texts), min_size=1, max_size=5))
def test_what_is_written_is_read_again(title, steps):
    given = {"title": title, "steps": [{"link": link, "say": say} for link, say in steps]}
    found = lesson.read(json.dumps(given))
    assert lesson.read(lesson.written(found)) == found
    assert len(found.steps) == len(steps)
    for one, (link, _) in zip(found.steps, steps, strict=True):
        assert dict(one.parameters)["code"] == dict(parse_qsl(link.partition("?")[2]))["code"]
        assert one.hide == "data,code" and one.mark in ("code", "noise")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not the file of a lesson"),
        ("[" * 5000, "not the file of a lesson"),
        ("[1]", "no list of steps"),
        ('{"steps": [1]}', "no list of steps"),
        ('{"steps": []}', "from 1 to"),
        ('{"steps": [{"link": "nowhere?x=1"}]}', "a page that there is not"),
        ('{"steps": [{"link": 7}]}', "A link of a lesson"),
        ('{"steps": [{"link": "https://elsewhere.example/evil"}]}', "a page that there is not"),
        ('{"steps": [{"link": "explore", "say": 3}]}', "A text of a lesson"),
        ('{"steps": [{"link": "explore", "say": {"xx": "y"}}]}', "A text of a lesson"),
        (json.dumps({"steps": [{"link": "explore"}] * 101}), "from 1 to"),
        ("x" * 200_001, "at most"),
        (r'{"title": "\ud800", "steps": [{"link": "explore"}]}', "not valid Unicode"),
        (r'{"steps": [{"link": "explore?a=\ud800"}]}', "not valid Unicode"),
        (
            '{"steps": [{"link": "explore"}], "about": ' + "[" * 200 + "]" * 200 + "}",
            "nested too deep",
        ),
        (b'{"steps": \xff\xff', "not the file of a lesson"),
    ],
)
def test_what_is_no_lesson_is_one_sentence(content, says):
    with pytest.raises(UserError, match=says):
        lesson.read(content)


def test_what_turns_or_steers_text_is_left_out_of_a_lesson():
    odd = "\\u202eone\\u0000 \\u001b[2Jtwo"
    found = lesson.read(f'{{"title": "{odd}", "steps": [{{"link": "explore", "say": "{odd}"}}]}}')
    assert dict(found.title)[""] == dict(found.steps[0].say)[""] == "one [2Jtwo"
    assert lesson.read(b"\xef\xbb\xbf" + lesson.written(found).encode()) == found


def test_lessons_are_listed_and_found_by_any_name_that_can_be_sent(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    folder, content = tmp_path / "lessons", '{"steps": [{"link": "explore"}]}'
    folder.mkdir()
    seen = ("Aula 1", "good", "ção")
    for name in (*seen, ".1-abcdef-half", "\udcff", "two\nlines", "\u202eback"):
        (folder / f"{name}.json").write_text(content)
    assert list(shelf.own()) == [f"own-{name}" for name in seen]
    for name in shelf.own():
        assert shelf.find(name).steps
    (tmp_path / "outside.json").write_text(content)
    strange = ("../outside", "..\\outside", "", ".", "a\0b", "x" * 999, "\N{GRINNING FACE}" * 120)
    for name in ("good", *(f"own-{one}" for one in strange)):
        assert shelf.find(name) is None
        shelf.remove(name)
    assert (tmp_path / "outside.json").exists() and (folder / "good.json").exists()
    shelf.remove("own-Aula 1")
    assert not (folder / "Aula 1.json").exists()


def test_lessons_are_kept_as_long_as_there_is_room(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(shelf, "_MOST_OWN", 1)
    made = lesson.Lesson((), (lesson.step("explore"),))
    shelf.keep(made, "One")
    with pytest.raises(UserError, match="There are 1 lessons already"):
        shelf.keep(made, "Two")
    monkeypatch.setattr(shelf, "_MOST_OWN", 9)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "big").write_bytes(bytes(3_000_000))
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.003")
    with pytest.raises(UserError, match="delete some first"):
        shelf.keep(made, "Two")


@pytest.mark.parametrize(
    ("title", "link", "says"),
    [("T" * 700, "explore", "at most 600 letters"), ("Big", "explore?data=" + "x" * 1950, "bytes")],
)
def test_what_could_not_be_read_again_is_not_kept(tmp_path, monkeypatch, title, link, says):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    steps = (lesson.step(link, "é" * 400),) * lesson.MOST_STEPS
    made = lesson.Lesson((("", title),), steps)
    with pytest.raises(UserError, match=says):
        shelf.keep(made, title)
    assert shelf.own() == {}


def test_a_link_is_as_long_as_it_is_written():
    with pytest.raises(UserError, match="at most 2000 letters"):
        lesson.step("explore?data=" + "é" * 1000)
    found = lesson.step("explore?data=" + "é" * 300)
    assert lesson.step(found.link) == found


def test_a_whole_address_is_a_link_too():
    found = lesson.step("http://localhost:8501/train?run=mine&guide=other&step=3&lang=pt")
    assert (found.page, found.parameters) == ("train", (("run", "mine"),))
    assert lesson.step("http://localhost:8501/").page == "explore"


def test_shipped_lessons_say_every_step_in_every_language_and_name_what_there_is():
    found = shelf.shipped()
    assert list(found) == list(shelf.ORDER) and len(found["first-minute"].steps) == 7
    pretrained = {path.name for path in runs.pretrained_dir().iterdir()}
    for name, one in found.items():
        assert dict(one.title).keys() == dict(one.about).keys() == LANGUAGES.keys()
        for step in one.steps:
            assert dict(step.say).keys() == LANGUAGES.keys(), (name, step.link)
            asked = dict(step.parameters)
            assert asked.get("data", "letters") in SETS
            named = [n for n in (asked.get("run"), *asked.get("runs", "").split(",")) if n]
            assert set(named) <= pretrained, (name, step.link)
            assert set(filter(None, step.hide.split(","))) <= set(PARTS[step.page])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_be_hidden_has_a_short_name_of_its_own(language, monkeypatch):
    monkeypatch.setattr(share, "language", lambda: language)
    for page, parts in PARTS.items():
        named = [share._name(page, part) for part in parts]
        assert len(set(named)) == len(named) and not set(named) & set(parts), page
        assert all(2 < len(name) < 50 and not set("{}*") & set(name) for name in named), named


def test_the_shipped_example_of_over_fitting_really_over_fits():
    history = runs.find("letters-overfit").history()
    early, last = history.set_index("epoch").loc[20], history.iloc[-1]
    assert last["val_loss"] > 10 * last["loss"]  # it knows its training images by heart
    assert last["loss"] < early["loss"] / 4  # and went on learning these, and nothing else
    assert last["val_loss"] > 0.97 * early["val_loss"]
    assert last["val_loss"] >= history["val_loss"].min()
    assert "by heart (over-fitting)" in str(course.of_run(runs.find("letters-overfit"))[-1])
