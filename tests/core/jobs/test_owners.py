"""Whose something is: who asks sees their own and what is shipped, whoever runs the program all."""

import json
import subprocess
import sys

import pytest

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.data.own import convert, store
from ae_core.errors import DataMissing, UserError
from ae_core.evaluation import rate_jobs
from ae_core.evaluation.bench import store as bench
from ae_core.jobs import owners, room
from ae_core.jobs.owners import Visitor
from ae_core.machine import processes
from ae_core.report import store as reports
from ae_core.report.request import Order
from ae_core.training import queue
from ae_core.training.sweeps import plan
from ae_core.training.sweeps import store as sweeps

ANA, BEN, TEACHER = Visitor("a" * 16, "Ana"), Visitor("b" * 16), Visitor("c" * 16, "Eva", True)
CONFIG = TrainConfig(data="letters", network="dense", code=4)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    return lambda who: monkeypatch.setattr(owners, "asking", lambda: who)


def images():
    import numpy as np

    x = np.zeros((24, 8, 8, 1), np.uint8)
    return convert.Prepared(x, np.zeros(24, np.int64), ["a"], None, [], [])


def made():
    """One of each kind, made by who asks: its name, and how it is listed and found."""
    run = runs.create(CONFIG, "A title of one's own")
    axes = plan.Axes(("dense",), (4,), (0.0,), (0,))
    name = f"series-{run.id[-4:]}"
    trials, left_out = plan.combine(name, CONFIG, axes)
    sweep = sweeps.create(name, CONFIG, axes, trials, left_out, ["cpu"])
    report = reports.create(Order((run.id,)))
    rate = rate_jobs.Measurement(rate_jobs.rates_dir() / f"rate-{run.id}")
    rate.make({"order.json": {}})
    own = convert.keep(images(), "mine")
    return {
        "run": (run.id, lambda: [r.id for r in runs.list_runs()], runs.get),
        "sweep": (sweep.id, lambda: [s.id for s in sweeps.list_sweeps()], sweeps.find),
        "report": (report.id, lambda: [r.id for r in reports.list_reports()], reports.get),
        "rate": (rate.id, lambda: [m.id for m in rate_jobs.listed()], rate_jobs.get),
        "set": (own, lambda: [i.name for i in store.list_infos()], store.load),
    }


@pytest.mark.parametrize("kind", ["run", "sweep", "report", "rate", "set"])
def test_visitors_see_their_own_and_a_teacher_all(kind, ask):
    ask(ANA)
    anas, listed, find = made()[kind]
    ask(BEN)
    assert listed() == []
    with pytest.raises(UserError) as hidden:
        find(anas)
    with pytest.raises(UserError) as absent:
        find("no-such-one" if kind != "set" else "own-no-such-one")
    said = [
        str(error.value).replace(repr(name), "it")
        for error, name in (
            (hidden, anas),
            (absent, "no-such-one" if kind != "set" else "own-no-such-one"),
        )
    ]
    assert said[0] == said[1]
    bens, *_ = made()[kind]
    assert listed() == [bens] and bens != anas
    find(bens)
    for sees_all in (TEACHER, None):
        ask(sees_all)
        assert sorted(listed()) == sorted([anas, bens])
        find(anas)


def test_what_nobodys_name_is_on_is_for_the_teacher_alone(ask):
    ask(None)
    run = runs.create(CONFIG)
    assert not (run.folder / owners.FILE).exists()
    ask(BEN)
    assert runs.list_runs() == []
    ask(TEACHER)
    assert [r.id for r in runs.list_runs()] == [run.id]


def test_what_is_shipped_is_everybodys(ask):
    ask(None)
    run = runs.create(CONFIG)
    runs.pretrained_dir().mkdir(parents=True)
    run.folder.rename(runs.pretrained_dir() / run.id)
    ask(BEN)
    assert runs.get(run.id).pretrained


def test_nobody_ends_or_deletes_what_is_anothers(ask):
    ask(ANA)
    run = runs.create(CONFIG)
    ask(BEN)
    for change in (run.cancel, run.remove):
        with pytest.raises(UserError, match="another visitor's"):
            change()
    assert run.folder.is_dir() and not run.cancel_path.exists()
    ask(TEACHER)
    run.cancel()
    assert run.cancel_path.exists()


def test_two_who_name_a_set_alike_have_two(ask):
    ask(ANA)
    assert convert.keep(images(), "mine") == "own-mine"
    ask(BEN)
    assert convert.keep(images(), "mine", replace=True) == "own-mine-bbbbbb"
    with pytest.raises(UserError, match="already there"):
        convert.keep(images(), "mine")
    with pytest.raises(DataMissing):
        store.remove("own-mine")
    ask(ANA)
    assert store.load("own-mine") is not None


def test_what_is_left_of_anothers_set_does_not_make_a_new_one_theirs(ask):
    ask(ANA)
    convert.keep(images(), "mine")
    (store.find("own-mine")).unlink()  # a deletion that ended there
    ask(BEN)
    assert convert.keep(images(), "mine") == "own-mine"
    assert owners.of(store.find("own-mine").parent) == BEN


def test_two_who_store_sets_of_one_name_at_once_have_two(ask, monkeypatch):
    import threading
    import time

    asking, real, made = threading.local(), store.save, []

    def slow(*given, **more):
        time.sleep(0.3)
        real(*given, **more)

    def keep(who):
        asking.who = who
        made.append(convert.keep(images(), "mine"))

    monkeypatch.setattr(store, "save", slow)
    ask(None)
    monkeypatch.setattr(owners, "asking", lambda: getattr(asking, "who", None))
    threads = [threading.Thread(target=keep, args=(who,)) for who in (ANA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2
    assert {owners.of(store.anybodys(name).parent).id for name in made} == {ANA.id, BEN.id}


def test_a_process_sees_and_signs_as_who_made_its_job(ask, monkeypatch):
    ask(ANA)
    run = runs.create(CONFIG)
    given = []
    monkeypatch.setattr(processes, "detach", lambda arguments, log, env: given.append(env))
    ask(TEACHER)  # goes on with it
    run.spawn(["train", "--run", run.id])
    code = "from ae_core import config, runs; runs.create(config.TrainConfig(), run_id='made-there')"
    subprocess.run([sys.executable, "-c", code], env=given[0], cwd=processes.ROOT, check=True)
    assert owners.of(runs.runs_dir() / "made-there") == ANA


def test_a_result_of_devices_is_whose_measurement_it_was(ask):
    recorded = bench.recorded_dir()
    recorded.mkdir(parents=True)
    ask(ANA)
    bench.write(bench.own_dir() / "one.json", {"kind": "?"})
    assert len(bench.measured()["problems"]) == 1
    ask(BEN)
    assert bench.measured()["problems"] == []


def test_the_queue_counts_all_and_names_ones_own(ask):
    ask(ANA)
    anas = runs.create(CONFIG)
    ask(BEN)
    bens = runs.create(CONFIG)
    assert [run.id for run in queue.queue("cpu")] == [anas.id, bens.id]
    assert queue.names("cpu") == ["trainings of other visitors", bens.id]


def test_one_visitor_has_no_more_than_their_share(ask, monkeypatch):
    monkeypatch.setenv("AE_MOST_JOBS_EACH", "1")
    ask(ANA)
    runs.create(CONFIG)
    with pytest.raises(UserError, match="of yours"):
        room.check(runs.runs_dir())
    for other in (BEN, TEACHER, None):
        ask(other)
        room.check(runs.runs_dir())


@pytest.mark.parametrize("content", ["", "[]", '{"id": 7}', "{" * 900])
def test_a_damaged_name_is_nobodys(content, ask):
    ask(ANA)
    run = runs.create(CONFIG)
    (run.folder / owners.FILE).write_text(content)
    assert runs.list_runs() == []
    ask(TEACHER)
    assert [r.id for r in runs.list_runs()] == [run.id]


def test_the_file_says_name_and_number_and_no_secret(ask):
    ask(ANA)
    said = json.loads((runs.create(CONFIG).folder / owners.FILE).read_text())
    assert said == {"id": "a" * 16, "name": "Ana", "teacher": False}


@pytest.mark.parametrize("said", ["nonsense", "[]", "5", "{}", '{"id": 1}', "\udcff"])
def test_a_variable_that_names_no_visitor_is_one_sentence(monkeypatch, capsys, said):
    from ae_core.cli import main

    monkeypatch.setenv(owners.VARIABLE, said)
    assert main(["runs", "list"]) == 2
    assert capsys.readouterr().err == "error: The variable AE_VISITOR names no visitor: unset it.\n"
