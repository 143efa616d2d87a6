"""Lessons through the app: begun, walked, left and found again; made, kept and taken home."""

import json
import re

from app_support import APP, texts

from dashboard.lessons import lesson

PAGE = str(APP.parent / "app_pages" / "lessons" / "page.py")


def step_of(at):
    return int(at.query_params["step"])


def test_the_first_page_invites_to_a_path_that_goes_from_page_to_page(elastic, app):
    at = app()
    at.button(key="explore_invite").click().run()
    assert not at.exception and step_of(at) == 1
    assert "Drag the code size" in texts(at) and "step 1 of 7" in texts(at)
    assert at.query_params["code"] == "4" and at.button(key="guide_back").disabled
    assert "explore_network" not in [w.key for w in at.selectbox]
    at.button(key="guide_next").click().run()
    assert step_of(at) == 2 and at.query_params["code"] == "2"
    at.button(key="guide_back").click().run()  # within a moment, on the same page
    assert step_of(at) == 1 and at.query_params["code"] == "4"
    at.button(key="guide_leave").click().run()
    assert "guide" not in at.query_params and "step 1 of 7" not in texts(at)
    assert at.button(key="explore_invite")


def test_a_link_to_a_step_opens_it_and_what_is_changed_then_stays(elastic, app):
    at = app(guide="first-minute", step="5", data="letters", code="16")
    assert "step 5 of 7" in texts(at)
    at.button(key="explore_others").click().run()
    assert at.query_params["draw"] == "1" and step_of(at) == 5


def test_a_lesson_waits_while_other_pages_are_visited(elastic, app):
    at = app(guide="first-minute", step="2", data="letters", code="2")
    at.switch_page(str(APP.parent / "app_pages" / "devices" / "page.py"))
    for name in list(at.query_params):
        at.query_params.pop(name)
    at.run()
    assert not at.exception and "the lesson waits" in texts(at)
    assert "Compare the first row" not in texts(at)
    at.button(key="guide_here").click().run()
    assert "Compare the first row" in texts(at) and at.query_params["code"] == "2"


def test_senseless_places_in_a_lesson_change_nothing(elastic, app):
    (elastic / "lessons").mkdir()
    long = {"guide": "own-" + "\N{GRINNING FACE}" * 120}
    for asked in ({"guide": "nothing"}, {"guide": "own-../../etc/passwd"}, {"step": "4"}, long):
        at = app(**asked)
        assert "step" not in texts(at).partition("Code size")[0] and not at.error
    at = app(guide="first-minute", step="99999999999999")
    assert "step 1 of 7" in texts(at)


def test_a_sentence_in_a_link_is_text(elastic, app):
    at = app(say="**big** <b>x</b> ![a](http://evil.example/x.png) $y$")
    (said,) = [m.value for m in at.markdown if "evil" in m.value]
    assert "**" not in said.replace(r"\*\*", "") and "![" not in said and "<b>" not in said


def test_a_lesson_is_made_of_links_kept_and_begun(elastic, app):
    at = app(code="9")
    at.session_state["share_menu"] = True
    at.run()
    link = next(c.value for c in at.get("code") if "explore?" in c.value)
    assert "code=9" in link and "guide" not in link
    at.text_input(key="share_say").set_value("Nine <values>.").run()
    at.multiselect(key="share_hide_explore").set_value(["kind", "code"]).run()
    link = next(c.value for c in at.get("code") if "explore?" in c.value)
    assert "lesson=code%2Ckind" in link and "say=Nine" in link
    at.button(key="share_add").click().run()
    at.button(key="share_add").click().run()
    at.switch_page(PAGE).run()
    assert not at.exception
    at.session_state["share_menu"] = True
    at.run()
    at.button(key="share_add").click().run()
    at.button(key="lessons_drop_2").click().run()  # the page shows at once what was added on it
    at.text_input(key="lessons_name").set_value("On Tuesday").run()
    at.button(key="lessons_drop_1").click().run()
    at.button(key="lessons_keep").click().run()
    assert not at.error
    (path,) = (elastic / "lessons").glob("*.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["title"] == "On Tuesday" and len(stored["steps"]) == 1
    assert stored["steps"][0]["say"] == "Nine <values>."
    at.button(key="lessons_keep").click().run()
    assert "another title" in at.error[0].value
    at.button(key="lessons_start_own-On-Tuesday").click().run()
    assert at.query_params["guide"] == "own-On-Tuesday" and at.query_params["code"] == "9"
    assert re.search(r"Nine \\<values\\>", texts(at))


def test_a_damaged_lesson_is_said_and_hides_none(elastic, app):
    (elastic / "lessons").mkdir()
    (elastic / "lessons" / "bad.json").write_text("{", encoding="utf-8")
    at = app(PAGE)
    assert "not the file of a lesson" in texts(at).replace("\\", "")
    assert at.button(key="lessons_start_situations")


def test_a_lesson_that_nobody_could_open_is_said_and_neither_kept_nor_saved(elastic, app, saved):
    at = app(PAGE)
    long = lesson.step("explore?data=" + "x" * 1950, "s" * 400)
    at.session_state["lessons_draft"] = lesson.Lesson((("", "Big"),), (long,) * 99)
    at.run()
    assert "at most 200000 bytes" in at.error[0].value and not saved
    assert at.text_input(key="lessons_name").proto.max_chars == lesson.MOST_WORDS
    at.text_input(key="lessons_name").set_value("Big").run()
    at.button(key="lessons_keep").click().run()
    assert not at.exception and not (elastic / "lessons").exists()


def test_a_link_longer_than_a_lesson_takes_is_said(elastic, app, monkeypatch):
    monkeypatch.setattr(lesson, "_MOST_LINK", 20)
    at = app(code="9")
    at.session_state["share_menu"] = True
    at.run()
    at.button(key="share_add").click().run()
    assert not at.exception and "A link of a lesson" in at.error[0].value


def test_a_run_in_a_link_alone_is_shown_as_it_was_made(elastic, app):
    at = app(run="situation-2-letters")
    assert at.query_params["run"] == "situation-2-letters" and at.query_params["code"] == "49"
