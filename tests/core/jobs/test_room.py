"""Room for one job more."""

import threading

import pytest

from ae_core.errors import UserError
from ae_core.jobs import owners, room
from ae_core.jobs.job import Job


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    return tmp_path / "runs"


def job(folder, name, state):
    made = Job(folder / name)
    made.make({"status.json": {"state": state}})
    if state in ("queued", "running"):
        made.update_status(state="queued", asked=4e12, heartbeat=4e12)
    return made


def test_as_many_as_are_allowed_and_not_one_more(folder, monkeypatch):
    room.check(folder)
    for k in range(2):
        job(folder, f"run-{k}", "queued")
    job(folder, "old", "finished")
    monkeypatch.setenv("AE_MOST_JOBS", "3")
    room.check(folder)
    monkeypatch.setenv("AE_MOST_JOBS", "2")
    with pytest.raises(UserError, match="do so already \\(2\\)"):
        room.check(folder)


def test_what_was_made_takes_no_more_than_its_share_of_the_disk(folder, monkeypatch):
    folder.mkdir()
    (folder / "big").write_bytes(bytes(3_000_000))
    shipped = folder.parent / "pretrained"
    shipped.mkdir()
    (shipped / "big").write_bytes(bytes(9_000_000))
    assert 3_000_000 <= room.used() < 3_100_000
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.004")
    room.check(folder)
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.003")
    with pytest.raises(UserError, match="0.003 GB"):
        room.check(folder)


def test_sets_have_a_share_of_the_disk_of_their_own(folder, monkeypatch):
    from ae_core.data.own import apart

    monkeypatch.setenv("AE_DATA_DIR", str(folder.parent / "data"))
    sets = folder.parent / "data" / "own" / "large"
    sets.mkdir(parents=True)
    (sets / "images.npz").write_bytes(bytes(3_000_000))
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.003")
    with pytest.raises(UserError, match="Imported sets take the 0.003 GB"):
        apart.prepare([folder.parent], None, "grey")
    assert [path.name for path in sets.parent.iterdir()] == ["large"]


def test_as_many_measurements_of_runs_as_jobs(folder, monkeypatch):
    from ae_core import runs
    from ae_core.evaluation import job as measuring

    monkeypatch.setattr(Job, "spawn", lambda self, *_, **__: None)
    monkeypatch.setenv("AE_MOST_JOBS", "1")
    first, second = (runs.Run(job(folder, name, "finished").folder) for name in ("one", "two"))
    measuring.start(first)
    with pytest.raises(UserError, match="do so already"):
        measuring.start(second)
    with pytest.raises(UserError, match="do so already|being measured"):
        measuring.start(first)
    room.check(folder)  # no training runs


def test_a_run_is_measured_once_however_many_ask(folder, monkeypatch):
    from ae_core import runs
    from ae_core.evaluation import job as measuring

    begun = []
    monkeypatch.setattr(Job, "spawn", lambda self, *_, **__: begun.append(self))
    run = runs.Run(job(folder, "one", "finished").folder)
    assert at_once(lambda _: measuring.start(run)) == len(begun) == 1


def test_a_sweep_begins_no_training_once_the_disk_is_full(folder, monkeypatch):
    from ae_core.config import TrainConfig
    from ae_core.training.sweeps import plan, queue, store

    class Never(queue.Places):
        def free(self):
            return ["cpu"]

        def start(self, trial, place):
            raise AssertionError("it was begun")

    config = TrainConfig(network="dense", code=4)
    trials, _ = plan.combine("one", config, plan.Axes(("dense",), (4,), (0.0,), (0, 1)))
    sweep = store.create("one", config, plan.Axes((), (), (), ()), trials, [], ["cpu"])
    (sweep.folder / "big").write_bytes(bytes(3_000_000))
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.003")
    with pytest.raises(UserError, match="delete some first"):
        queue.drive(sweep, Never())
    assert sweep.state() == "failed" and "delete some first" in sweep.message()


def test_a_sweep_that_has_no_room_leaves_nothing(folder, monkeypatch):
    from ae_core.config import TrainConfig
    from ae_core.training.sweeps import plan, store

    folder.mkdir()
    (folder / "big").write_bytes(bytes(3_000_000))
    monkeypatch.setenv("AE_MOST_DISK_GB", "0.003")
    with pytest.raises(UserError, match="delete some first"):
        store.create("one", TrainConfig(), plan.Axes((), (), (), ()), [], [], [])
    assert not store.list_sweeps() and not (folder.parent / "sweeps" / "one").exists()


def at_once(deed, times=12):
    """Do something in so many threads together; return how many were not refused."""
    begun, done = threading.Barrier(times), []

    def go(k):
        begun.wait()
        try:
            deed(k)
        except UserError:
            return
        done.append(k)

    threads = [threading.Thread(target=go, args=(k,)) for k in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def test_of_many_that_begin_at_once_only_as_many_as_may_do(folder, monkeypatch):
    monkeypatch.setenv("AE_MOST_JOBS", "2")

    def begin(k):
        with room.held(folder):
            job(folder, f"run-{k}", "queued")

    assert at_once(begin) == 2


def test_of_one_visitors_many_at_once_only_as_many_as_may_begin(folder, monkeypatch):
    monkeypatch.setenv("AE_MOST_JOBS_EACH", "1")
    monkeypatch.setenv(owners.VARIABLE, '{"id": "ana"}')

    def begin(k):
        with room.held(folder):
            job(folder, f"run-{k}", "queued")

    assert at_once(begin) == 1


def test_of_many_sweeps_at_once_only_as_many_as_may_are_launched(folder, monkeypatch):
    from ae_core.config import TrainConfig
    from ae_core.training.sweeps import plan, store

    axes = plan.Axes(("conv",), (4,), (0.0,), (0,))
    made = []
    for k in range(6):
        trials, left_out = plan.combine(f"s-{k}", TrainConfig(network="conv", code=4), axes)
        made.append(store.create(f"s-{k}", TrainConfig(), axes, trials, left_out, []))
    spawn = lambda self, arguments, **changes: self.update_status(**changes)  # noqa: E731
    monkeypatch.setattr(Job, "spawn", spawn)
    monkeypatch.setenv("AE_MOST_JOBS", "2")
    assert at_once(lambda k: made[k].launch(), len(made)) == 2


def test_of_many_trainings_or_reports_at_once_only_as_many_as_may_begin(folder, monkeypatch):
    from ae_core.config import TrainConfig
    from ae_core.report import worker
    from ae_core.report.request import Order
    from ae_core.training import control

    monkeypatch.setattr(Job, "spawn", lambda self, *arguments, **changes: None)
    monkeypatch.setattr(worker, "chosen", lambda order: None)
    monkeypatch.setenv("AE_MOST_JOBS", "2")
    config = TrainConfig(data="letters", network="situation-3", code=4, device="cpu")
    assert at_once(lambda k: control.start(config)) == 2
    assert at_once(lambda k: worker.start(Order(("any",)))) == 2


def test_what_a_terminal_begins_and_waits_for_counts_too(folder, monkeypatch, capsys):
    from ae_core.cli import main
    from ae_core.training.sweeps import store

    monkeypatch.setenv("AE_MOST_JOBS", "1")
    monkeypatch.setattr("ae_core.training.worker.work", lambda *given, **options: "finished")
    monkeypatch.setattr("ae_core.training.sweeps.queue.drive", lambda *given: "finished")
    training = ["train", "--data", "letters", "--network", "situation-3", "--device", "cpu"]
    sweep = ["sweep", "--data", "letters", "--code", "4", "--devices", "cpu"]
    assert main(training) == 0
    assert main(training) == 2
    assert "do so already (1)" in capsys.readouterr().err
    assert len(list(folder.glob("[!.]*"))) == 1
    assert main([*sweep, "--name", "one"]) == 0
    assert store.find("one").state() == "queued"  # its process, which would report, is this one
    assert main([*sweep, "--name", "two"]) == 2
    assert "do so already (1)" in capsys.readouterr().err
    assert main(["sweep", "--resume", "one"]) == 0  # as the process of a sweep that was begun does
