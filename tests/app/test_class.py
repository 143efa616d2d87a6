"""A class: each visitor sees, ends and deletes what is their own; a teacher everything."""

import dataclasses
import hashlib
import json
import re
import shutil

import numpy as np
import pytest
from app_support import APP, TRAIN, texts

from ae_core import runs
from ae_core.data.own import store as own_sets
from ae_core.errors import UserError
from ae_core.evaluation import rate_jobs
from ae_core.jobs import deeds, owners
from ae_core.jobs.owners import Visitor
from ae_core.report import store as reports
from ae_core.report.request import Order
from ae_core.training.sweeps import plan
from ae_core.training.sweeps import store as sweeps

TOKEN = "a long secret of the teacher's"
SECRETS = {"Ana": "a" * 32, "Ben": "b" * 32, "Eva": "e" * 32}
ANAS, BENS = "Ana has trained this", "Ben has trained this"
PAGES = sorted(path.parent.name for path in (APP.parent / "app_pages").glob("*/page.py"))
LISTS = ("explore", "train", "compare", "latent", "architecture", "report", "denoise", "rate")


def page(name):
    return str(APP.parent / "app_pages" / name / "page.py")


def everything(at):
    """All that a page says, the options of its lists and what is in its tables."""
    options = [str(o) for kind in (at.selectbox, at.multiselect) for w in kind for o in w.options]
    options += [str(o) for w in at.get("button_group") for o in w.options]
    labels = [str(w.label) for kind in (at.button, at.text_input, at.expander) for w in kind]
    tables = [frame.value.to_csv() for frame in at.dataframe]
    alike = [str(code.value) for code in (*at.code, *at.text)]
    said = "\n".join([texts(at), *options, *labels, *tables, *alike])
    return re.sub(r"data:image/png;base64,[\w+/=]*", "", said)  # some are drawn at the next look


def visitor(name):
    return Visitor(hashlib.sha256(SECRETS[name].encode()).hexdigest()[:16], name)


@pytest.fixture
def cookies(monkeypatch):
    """What the browser sends: ``cookies("Ana")`` from now on, or nothing."""
    import streamlit as st

    sent = {}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda self: sent))

    def be(name=None):
        sent.clear()
        if name:
            sent.update(ae_visitor=SECRETS[name], ae_name=name)
        return sent

    return be


@pytest.fixture
def classroom(artifacts, cookies, monkeypatch):
    """Ana and Ben each have a run, a set, a series, a report and a measurement."""
    monkeypatch.setenv("AE_CLASSROOM", "1")
    monkeypatch.setenv("AE_TEACHER_TOKEN", TOKEN)
    first = next(run for run in runs.list_runs() if not run.pretrained)
    for name, title in (("Ana", ANAS), ("Ben", BENS)):
        with monkeypatch.context() as patch:
            patch.setattr(owners, "asking", lambda name=name: visitor(name))
            _one_of_each(first, name, title)
    shutil.rmtree(first.folder)
    return artifacts


def _one_of_each(first, name, title):
    low = name.lower()
    run = runs.Run(runs.runs_dir() / f"run-of-{low}")
    shutil.copytree(first.folder, run.folder)
    run.update_info(id=run.id, title=title)
    owners.sign(run.folder)
    x = np.zeros((24, 28, 28, 1), np.uint8)
    own_sets.save(f"set-of-{low}", f"Set of {name}", x, np.zeros(24, np.int64), ["a"])
    axes = plan.Axes(("dense",), (4,), (0.0,), (0,))
    config = dataclasses.replace(run.config, network="dense", code=4)
    trials, left_out = plan.combine(f"series-of-{low}", config, axes)
    sweeps.create(f"series-of-{low}", config, axes, trials, left_out, ["cpu"])
    report = reports.Report(reports.reports_dir() / f"report-of-{low}")
    order = dataclasses.asdict(Order((run.id,), title=f"Report of {name}"))
    report.make({"order.json": {"order": order}, "status.json": {"state": "failed"}})
    rate = rate_jobs.Measurement(rate_jobs.rates_dir() / f"rate-of-{low}")
    rate.make({"order.json": {"order": {"data": "letters", "networks": [run.id]}}})


def run_of(name):
    return runs.Run(runs.runs_dir() / f"run-of-{name.lower()}")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_ones_own_alone(name, classroom, cookies, app):
    cookies("Ana")
    said = everything(app(page(name)))
    assert "Ben" not in said and "of-ben" not in said
    if name in LISTS:
        assert "Ana" in said


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("train", {"run": "run-of-{}"}),
        ("train", {"sweep": "series-of-{}"}),
        ("compare", {"runs": "run-of-{}"}),
        ("latent", {"run": "run-of-{}"}),
        ("architecture", {"run": "run-of-{}"}),
        ("explore", {"run": "run-of-{}"}),
        ("explore", {"data": "own-set-of-{}"}),
        ("data", {"data": "own-set-of-{}"}),
        ("denoise", {"run": "run-of-{}", "data": "own-set-of-{}"}),
        ("rate", {"run": "rate-of-{}", "data": "letters"}),
        ("report", {"report": "report-of-{}"}),
        ("design", {"data": "own-set-of-{}"}),
    ],
)
def test_an_address_that_names_anothers_answers_as_if_it_were_not_there(
    name, asked, classroom, cookies, app
):
    cookies("Ana")
    of_bens, of_nobodys = (
        everything(app(page(name), **{k: v.format(who) for k, v in asked.items()})).replace(who, "…")
        for who in ("ben", "xyz")
    )
    assert of_bens == of_nobodys and "Ben" not in of_bens


def test_a_teacher_sees_all_with_the_names(classroom, cookies, app):
    cookies("Eva")
    at = app(TRAIN, teacher=TOKEN)
    assert "teacher" not in at.query_params
    assert TOKEN not in everything(at)
    said = everything(at)
    assert f"{ANAS} · Ana" in said and f"{BENS} · Ben" in said
    said = everything(app(page("report"), teacher=TOKEN))
    assert "Report of Ana · Ana" in said and "Report of Ben · Ben" in said
    said = everything(app(page("data"), teacher=TOKEN))
    assert "set-of-ana · Ana" in said and "set-of-ben · Ben" in said


def test_a_wrong_token_opens_nothing(classroom, cookies, app):
    cookies("Ana")
    at = app(TRAIN, teacher=TOKEN[:-1])
    assert BENS not in everything(at) and "teacher" not in at.query_params
    at.text_input(key="visitor_token").input("guessed").run()
    assert "This is not the token." in texts(at) and BENS not in everything(at)
    at.text_input(key="visitor_token").input(TOKEN).run()
    assert BENS in everything(at) and TOKEN not in everything(at)
    at.button(key="visitor_leave").click().run()
    assert BENS not in everything(at)


def test_the_cookie_of_one_teacher_is_no_use_to_another_or_after_the_token_changed(
    classroom, cookies, app, monkeypatch
):
    cookies("Eva")
    proof = app(TRAIN, teacher=TOKEN).session_state["visitor_teacher"]
    cookies("Eva")["ae_teacher"] = proof
    assert BENS in everything(app(TRAIN))
    cookies("Ana")["ae_teacher"] = proof
    assert BENS not in everything(app(TRAIN))
    cookies("Eva")["ae_teacher"] = proof
    monkeypatch.setenv("AE_TEACHER_TOKEN", "another")
    assert BENS not in everything(app(TRAIN))
    monkeypatch.setenv("AE_TEACHER_TOKEN", "")
    assert BENS not in everything(app(TRAIN))


def test_one_deletes_ones_own_and_the_log_says_who(classroom, cookies, app):
    cookies("Ana")
    at = app(page("data"), data="own-set-of-ana")
    at.button(key="data_remove").click().run()
    at.button(key="data_remove_yes").click().run()
    assert not own_sets.anybodys("own-set-of-ana") and own_sets.anybodys("own-set-of-ben")
    last = json.loads((classroom / deeds.LOG).read_text().splitlines()[-1])
    assert last["do"] == "delete" and last["what"] == "own/set-of-ana"
    assert last["by"].startswith(f"Ana ({visitor('Ana').id})")
    assert TOKEN not in json.dumps(last) and SECRETS["Ana"] not in json.dumps(last)


def test_a_page_that_was_open_before_ends_nothing_of_anothers(classroom, cookies, app):
    cookies("Eva")
    at = app(TRAIN, teacher=TOKEN, run="run-of-ben")
    at.session_state["visitor_teacher"] = ""  # what a teacher saw is asked for by a visitor
    at.button(key="job_delete").click().run()
    assert run_of("Ben").folder.exists()
    assert BENS not in everything(at)


def test_a_visitor_without_a_cookie_sees_what_is_shipped(classroom, cookies, app):
    cookies()
    at = app(page("compare"))
    said = everything(at)
    assert ANAS not in said and BENS not in said and at.dataframe


def test_a_forged_cookie_is_somebody_new(classroom, cookies, app):
    cookies()["ae_visitor"] = visitor("Ana").id  # what a teacher, or the folder, shows of Ana
    assert ANAS not in everything(app(TRAIN))


def test_a_training_is_signed(classroom, cookies, app, monkeypatch):
    from ae_core.jobs.job import Job

    monkeypatch.setattr(Job, "spawn", lambda self, *_, **__: None)
    cookies("Ben")
    at = app(TRAIN)
    at.button(key="train_start").click().run()
    new = next(run for run in runs.list_runs(everybodys=True) if run.id != "run-of-ben")
    assert owners.of(new.folder) == visitor("Ben")


def test_who_logged_in_is_known_by_that(classroom, cookies, app, monkeypatch):
    import streamlit as st

    account = {"is_logged_in": True, "iss": "school", "sub": "17", "name": "Ana Silva"}
    monkeypatch.setattr(type(st.user), "to_dict", lambda self: account)
    cookies("Ben")
    at = app(TRAIN)
    assert BENS not in everything(at) and at.button(key="visitor_log_out")
    who = hashlib.sha256(b"school\n17\n").hexdigest()[:16]
    shutil.rmtree(run_of("Ana").folder / "samples")
    owners.forget(run_of("Ana").folder)
    (run_of("Ana").folder / owners.FILE).write_text(json.dumps({"id": who}))
    assert ANAS in everything(app(TRAIN))


def test_a_series_name_that_another_has_tells_nothing_of_it(classroom, monkeypatch):
    monkeypatch.setattr(owners, "asking", lambda: visitor("Ana"))
    name = sweeps.check_name("series-of-ben")
    assert name == f"series-of-ben-{visitor('Ana').id[:6]}"
    trials = sweeps.find("series-of-ana").trials
    axes = plan.Axes((), (), (), ())
    with pytest.raises(UserError, match="try again"):  # Ben was quicker by a moment
        sweeps.create("series-of-ben", trials[0].config, axes, trials, [], ["cpu"])
    made = sweeps.create(name, trials[0].config, axes, trials, [], ["cpu"])
    assert made.id == name and owners.mine(made.folder)
    for taken in ("series-of-ana", name, "series-of-ben"):
        with pytest.raises(UserError, match="There is a sweep"):
            sweeps.check_name(taken)


def test_who_kept_and_who_deleted_a_lesson_is_written_down(artifacts, monkeypatch):
    from dashboard.lessons import lesson, shelf

    monkeypatch.setattr(deeds, "who", lambda: "Ana")
    log = artifacts / deeds.LOG
    before = log.read_text(encoding="utf-8") if log.exists() else ""
    name = shelf.keep(lesson.Lesson((), (lesson.step("explore?", "Look"),)), "Letters")
    shelf.remove(name)
    shelf.remove(name)  # gone already
    lines = log.read_text(encoding="utf-8").removeprefix(before).splitlines()
    said = [(entry["by"], entry["do"], entry["what"]) for entry in map(json.loads, lines)]
    assert said == [("Ana", do, "lessons/Letters.json") for do in ("keep", "delete")]


def test_a_lesson_is_everybodys_to_take_and_deleted_by_who_kept_it(classroom, cookies, app):
    from dashboard.lessons import lesson, shelf

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owners, "asking", lambda: visitor("Ana"))
        shelf.keep(lesson.Lesson((), (lesson.step("explore?", "Look"),)), "Letters")
    for name, removes in (("Ana", True), ("Ben", False)):
        cookies(name)
        at = app(page("lessons"))
        keys = {button.key for button in at.button}
        assert "lessons_start_own-Letters" in keys
        assert ("lessons_remove_own-Letters" in keys) is removes


def test_a_visitors_name_is_text(classroom, cookies, app):
    (run_of("Ben").folder / owners.FILE).write_text(
        json.dumps({"id": "f" * 16, "name": "<b>x</b> ![a](https://away.invalid/a.png)\n# big"})
    )
    cookies("Eva")
    at = app(TRAIN, teacher=TOKEN, run="run-of-ben")
    (title,) = [header.value for header in at.header if BENS in header.value]
    assert "\\<b\\>" in title and "!\\[a" in title and "\n" not in title


def test_an_exhibition_of_a_class_shows_each_their_own_and_changes_nothing(
    classroom, cookies, app, monkeypatch
):
    monkeypatch.setenv("AE_EXHIBITION", "1")
    cookies("Ana")
    at = app(TRAIN, run="run-of-ana")
    assert ANAS in everything(at) and BENS not in everything(at)
    keys = {button.key for button in at.button}
    assert not keys & {"train_start", "job_delete", "job_resume"}


def test_the_token_is_told_nowhere(classroom, cookies, app):
    cookies("Ana")
    said = everything(app(page("devices")))
    assert "AE_TEACHER_TOKEN</th><td>***" in said and TOKEN not in said


def test_without_a_class_all_is_everybodys(classroom, cookies, app, monkeypatch):
    monkeypatch.setenv("AE_CLASSROOM", "0")
    cookies("Ana")
    said = everything(app(TRAIN))
    assert ANAS in said and BENS in said and "· Ben" not in said
    assert not any(w.key == "visitor_given" for w in app(TRAIN).text_input)
