"""The run folder: names, atomic files, damaged folders, removal."""

import json
import os
import threading

import numpy as np
import pytest

from ae_core import files, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.files.reading import read_json
from ae_core.images.noise import Noise
from ae_core.jobs import job, states


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    return tmp_path


def ended(run, state="finished"):
    run.update_status(state=state, **states.myself())
    return run


def test_a_new_run_is_complete_and_reads_back():
    config = TrainConfig(data="svhn", code=128, noise=Noise("gaussian", 25), epochs=3)
    run = runs.create(config, title="  my\n run ")
    assert runs.get(run.id) == run
    assert run.config == config
    assert run.title == "my run"
    assert run.info["versions"].keys() >= {"python", "keras", "backend", "numpy"}
    assert run.info["machine"]["cores"] >= 1
    assert run.info["data"]["name"] == "svhn"
    assert run.status()["state"] == "queued" and run.status()["epochs"] == 3
    assert not run.pretrained
    assert run.history().empty and list(run.history().columns) == list(runs.HISTORY_COLUMNS)
    assert run.evaluation() is None
    assert run.samples().epochs == []
    assert sorted(p.name for p in run.folder.iterdir()) == ["config.json", "status.json"]


def test_names_are_readable_sortable_and_unlike():
    noise = Noise("salt-and-pepper", 20, low=5)
    first = runs.create(TrainConfig(data="notmnist+letters", network="situation-2", code=49))
    second = runs.create(TrainConfig(data="own-Überraschung/..", code=8, noise=noise))
    assert first.id[15:-4] == "-notmnist-letters-situation-2-"
    assert first.id[:8].isdigit() and first.id[9:15].isdigit()
    assert "conv8-sap5-20" in second.id and "/" not in second.id and ".." not in second.id
    assert runs.find(second.id) == second
    assert runs.create(TrainConfig()).id != runs.create(TrainConfig()).id


@pytest.mark.parametrize(
    "bad", ["", "..", ".", "../runs", "a/b", "a\\b", "/etc", ".locks", "nobody", "x" * 300, 7, None]
)
def test_no_path_tricks_in_names(bad):
    runs.create(TrainConfig())
    with pytest.raises(UserError):
        runs.get(bad)


def test_own_runs_come_first_the_newest_on_top(artifacts):
    old, new = runs.create(TrainConfig()), runs.create(TrainConfig())
    for run, created in ((old, "2026-01-01T00:00:00+00:00"), (new, "2026-02-01T00:00:00+00:00")):
        run.update_info(created=created)
    shipped = artifacts / "pretrained" / "letters-conv"
    shipped.mkdir(parents=True)
    (shipped / "config.json").write_text(json.dumps({"config": TrainConfig().to_dict()}))
    (shipped / "model.keras").write_bytes(b"")
    assert [run.id for run in runs.list_runs()] == [new.id, old.id, "letters-conv"]
    assert [run.id for run in runs.references()] == ["letters-conv", new.id, old.id]
    run = runs.get("letters-conv")
    assert run.pretrained and states.current(run.status()) == "finished"
    with pytest.raises(UserError, match="shipped"):
        run.remove()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"config": 5}',
        b'{"config": {"epochs": -1}}',
        b'{"config": {"wrong": 1}}',
        None,
    ],
)
def test_damaged_config_is_named_and_not_fatal(content):
    good, bad = runs.create(TrainConfig()), runs.create(TrainConfig())
    if content is None:
        (bad.folder / "config.json").unlink()
    else:
        (bad.folder / "config.json").write_bytes(content)
    assert runs.list_runs() == [good]
    [(name, reason)] = runs.broken_runs()
    assert name == bad.id and reason.endswith(".")
    with pytest.raises(UserError, match="damaged"):
        runs.get(bad.id)
    ended(bad)
    runs.find(bad.id).remove()
    assert runs.broken_runs() == []


def test_damaged_status_is_failed_with_a_sentence():
    run = runs.create(TrainConfig())
    (run.folder / "status.json").write_text('{"state": "run')
    assert states.current(run.status()) == "failed"
    assert "status.json" in run.status()["error"]


def test_history_survives_a_cut_row():
    run = runs.create(TrainConfig())
    header = ",".join(runs.HISTORY_COLUMNS)
    text = f"{header}\n1,.5,.5,20,.001,3,100\n2,.4,.4,21,.001,3,100\n3,.3,.3,22,.0,9,9,9,9,9\n"
    (run.folder / "history.csv").write_text(text)
    assert list(run.history()["epoch"]) == [1, 2]
    (run.folder / "history.csv").write_text("")
    assert run.history().empty and run.epochs_done() == 0


def test_samples_are_read_and_checked():
    run = runs.create(TrainConfig())
    folder = run.folder / "samples"
    folder.mkdir()
    x = np.arange(2 * 8 * 8 * 3, dtype=np.uint8).reshape(2, 8, 8, 3)
    for name in ("x", "x_noisy", "epoch-0010", "epoch-0002"):
        np.save(folder / f"{name}.npy", x)
    (folder / ".tmp-epoch-0011.npy").write_bytes(b"")
    samples = run.samples()
    assert samples.epochs == [2, 10]
    assert np.array_equal(samples.at(10), x) and np.array_equal(samples.x, x)
    (folder / "epoch-0002.npy").write_bytes((folder / "x.npy").read_bytes()[:100])
    with pytest.raises(UserError, match="damaged"):
        samples.at(2)
    np.save(folder / "epoch-0002.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(UserError):
        samples.at(2)
    with pytest.raises(UserError, match="no samples"):
        samples.at(3)


def test_remove_takes_the_whole_folder_and_refuses_running_ones(artifacts):
    run = runs.create(TrainConfig())
    run.update_status(state="running", **states.myself())
    with pytest.raises(UserError, match="cancel"):
        run.remove()
    run.update_status(state="finished", pid=None)
    run.remove()
    assert list((artifacts / "runs").glob("*")) in ([], [artifacts / "runs" / ".locks"])
    assert list((artifacts / "runs" / ".locks").glob(f"{run.id}*")) == []


def test_a_linked_run_is_unlinked_and_its_target_stays(artifacts, tmp_path_factory):
    target = tmp_path_factory.mktemp("elsewhere")
    run = ended(runs.create(TrainConfig()))
    os.rename(run.folder, target / "run")
    os.symlink(target / "run", run.folder)
    run.update_status(pid=None)
    run.remove()
    assert not run.folder.exists() and (target / "run" / "config.json").exists()


def test_writing_is_atomic_and_json_is_plain(tmp_path):
    path = tmp_path / "a.json"
    files.write_json(path, {"a": np.float32(0.5), "b": float("inf"), "c": (np.int64(3),), 4: None})
    assert read_json(path) == {"a": 0.5, "b": None, "c": [3], "4": None}
    with pytest.raises(TypeError):
        files.write_json(path, {"a": object()})
    assert read_json(path)["a"] == 0.5
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_two_writers_lose_nothing_and_readers_never_see_a_part():
    run = runs.create(TrainConfig())

    def write(name):
        for number in range(40):
            run.update_status(**{name: number})

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert run.status()["state"] == "queued"
    assert {name: run.status()[name] for name in ("one", "two", "three")} == dict.fromkeys(
        ("one", "two", "three"), 39
    )


@pytest.mark.parametrize("blocked", ["file", "below a file"])
def test_unwritable_artifacts_give_a_sentence(tmp_path, monkeypatch, blocked):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" if blocked == "file" else tmp_path / "file" / "deeper"
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(folder))
    with pytest.raises(UserError, match="AE_ARTIFACTS_DIR"):
        runs.create(TrainConfig())
    assert runs.list_runs() == [] and runs.broken_runs() == []


def test_full_disk_gives_a_sentence(monkeypatch, artifacts):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(job, "write_json", full)
    with pytest.raises(UserError, match="No space left"):
        runs.create(TrainConfig())
    assert list((artifacts / "runs").iterdir()) == []


def test_a_link_in_a_circle_hides_no_run(tmp_path, monkeypatch, capsys):
    from ae_core.cli import main

    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    made = runs.create(TrainConfig())
    (tmp_path / "runs" / "loopy").symlink_to("loopy")
    assert [run.id for run in runs.list_runs()] == [made.id]
    assert main(["runs", "list"]) == 0 and made.id in capsys.readouterr().out
