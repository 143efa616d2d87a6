"""The measurement of devices: its logic on pretended ones, the real thing on the CPU, tiny."""

import json
import os
import signal
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import runs
from ae_core.cli import main
from ae_core.errors import UserError
from ae_core.evaluation import bench
from ae_core.evaluation.bench import energy, runner, setup, store, worker
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.jobs.child import Child
from ae_core.jobs.job import named_lock
from ae_core.machine import backends, devices

CPU, ONE = Contestant("cpu", "cpu"), Contestant("cpu/1", "cpu", threads=1)
GPU = Contestant("gpu:0", "gpu:0")
TINY = Plan(
    (CPU, ONE),
    batches=(8, 16),
    sizes=("small",),
    repeats=3,
    seconds=0.05,
    validation_images=8,
    quality_images=16,
    quality_batch=8,
    quality_epochs=1,
)

# Speaks as the real process does; what it is to do stands in the folder, by its precision.
PRETENDER = """
import json, pathlib, sys
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
acts = json.loads((folder / "acts.json").read_text())[name]
count = 0
for line in sys.stdin:
    asked = json.loads(line)
    with (folder.parent / "asked.txt").open("a") as log:
        log.write(f"{name} {asked['do']} {asked.get('batch', '')}\\n")
    act = acts.get(f"{asked['do']} {asked.get('batch', '')}".strip(), {})
    if "die" in act:
        print(act["die"], file=sys.stderr)
        sys.exit(7)
    if "hang" in act:
        import time
        time.sleep(60)
    if asked["do"] == "measure":
        speeds = acts["speeds"]
        answer = {"steps": 4, "images": 4 * asked["batch"],
                  "seconds": 4 * asked["batch"] / speeds[count % len(speeds)]}
        count += 1
    else:
        answer = {"hello": {"gpu": acts.get("gpu", False)}, "quality": {"psnr": acts["psnr"]},
                  "prepare": {"parameters": 12, "compile_seconds": 1.5, "step_seconds": 0.01,
                              "steps_per_execution": 1}}[asked["do"]]
    print(json.dumps(answer | act), flush=True)
"""


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setattr(energy, "meter", lambda kind, card: None)
    x = np.random.default_rng(0).integers(0, 256, (70, 8, 8, 3), np.uint8)
    part = SimpleNamespace(x=x)
    few = SimpleNamespace(
        name="numbers", fingerprint="f", shape=(8, 8, 3), train=part, validation=part
    )
    monkeypatch.setattr(setup, "data", SimpleNamespace(load=lambda name: few))
    return tmp_path / "artifacts"


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    """Let devices answer as told: ``pretend(cpu={...}, other={...})``."""
    script = tmp_path / "pretender.py"
    script.write_text(PRETENDER)

    def start(**acts):
        acts = {name: {"speeds": [100], "psnr": 25.0} | act for name, act in acts.items()}

        def process(contestant, folder):
            (folder / "acts.json").write_text(json.dumps(acts))
            name = "cpu" if contestant.id == "cpu" else "other"
            return Child([sys.executable, str(script), str(folder), name], {})

        monkeypatch.setattr(runner, "child_of", process)
        folder = tmp_path / "shared"
        folder.mkdir(exist_ok=True)
        monkeypatch.setattr(runner, "temporary_folder", lambda: _Folder(folder))
        return lambda: (tmp_path / "asked.txt").read_text().splitlines()

    return start


class _Folder:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return str(self.path)

    def __exit__(self, *_):
        pass


def test_two_devices_are_timed_in_turns_and_compared_repeat_by_repeat(pretend):
    asked = pretend(cpu={"speeds": [100, 50, 200]}, other={"speeds": [300, 100, 700]})
    told = []
    result = bench.run(TINY, on_progress=told.append)
    assert result["state"] == "finished"
    cells = {(c["device"], c["batch"]): c for c in result["cells"]}
    cell = cells["cpu", 8]
    assert (cell["images_per_second"], cell["images_per_second_low"]) == pytest.approx((100, 50))
    assert cell["images_per_second_high"] == pytest.approx(200)
    assert cell["seconds_per_epoch"] == pytest.approx(51_280 / 100)
    assert cell["joules_per_image"] is None
    ratio = next(r for r in result["ratios"] if r["batch"] == 8)
    assert (ratio["device"], ratio["against"]) == ("cpu/1", "cpu")
    assert (ratio["ratio"], ratio["low"], ratio["high"]) == pytest.approx((3, 2, 3.5))
    turns = [line.split()[0] for line in asked() if line.endswith("measure 8")]
    assert turns == ["cpu", "other", "other", "cpu", "cpu", "other"]
    assert told[0]["done"] == 0 and told[-1]["done"] > 0.5
    assert [p["done"] for p in told] == sorted(p["done"] for p in told)
    assert all(p["eta_seconds"] >= 0 for p in told)


def test_quality_agrees_or_differs(pretend):
    pretend(cpu={"psnr": 25.0}, other={"psnr": 25.05})
    row = bench.run(TINY)["quality"][1]
    assert row["agrees"] is True and row["difference_db"] == pytest.approx(0.05)
    pretend(cpu={"psnr": 25.0}, other={"psnr": 24.0})
    row = bench.run(TINY)["quality"][1]
    assert row["agrees"] is False and row["against"] == "cpu"


def test_a_crash_is_a_sentence_and_the_others_go_on(pretend):
    pretend(cpu={}, other={"prepare 16": {"die": "illegal memory access"}})
    result = bench.run(TINY)
    crashed = next(c for c in result["cells"] if (c["device"], c["batch"]) == ("cpu/1", 16))
    measured = result["cells"][0]
    assert crashed["state"] == "skipped" and crashed.keys() == measured.keys()
    about = {"device", "size", "batch", "state", "reason"}
    figures = {name: figure for name, figure in crashed.items() if name not in about}
    assert figures.pop("repeats") == [] and set(figures.values()) == {None}
    assert "crashed (exit code 7): illegal memory access" in crashed["reason"]
    assert [c["state"] for c in result["cells"]].count("measured") == 3
    assert all(row["psnr"] == 25.0 for row in result["quality"])  # in a new process


def test_a_device_that_cannot_be_used_has_a_reason_in_every_cell(pretend, monkeypatch):
    monkeypatch.setattr(devices, "devices", lambda: [devices._cpu()])
    pretend(cpu={}, other={"gpu": False})
    result = bench.run(replace(TINY, contestants=(CPU, GPU)))
    assert "sees no GPU" in result["devices"][1]["problem"]
    cells = [c for c in result["cells"] if c["device"] == "gpu:0"]
    assert len(cells) == 2 and all("sees no GPU" in c["reason"] for c in cells)
    assert result["ratios"] == []


def test_what_lacks_memory_or_time_is_skipped_with_a_reason_and_not_tried_larger(pretend):
    full = {"error": "The memory was not enough.", "lost": True}
    asked = pretend(cpu={"prepare 8": full}, other={"prepare 8": {"step_seconds": 90.0}})
    result = bench.run(TINY)
    reasons = {(c["device"], c["batch"]): c["reason"] for c in result["cells"]}
    assert "memory was not enough" in reasons["cpu", 8]
    assert "longer than the 120 s" in reasons["cpu/1", 8]
    assert all("A smaller batch" in reasons[device, 16] for device in ("cpu", "cpu/1"))
    assert not any("prepare 16" in line or "measure" in line for line in asked())
    assert all(row["psnr"] is None and row["reason"] for row in result["quality"])


def test_a_known_speed_spares_hopeless_batches(pretend):
    asked = pretend(cpu={"speeds": [1]}, other={"speeds": [1]})
    result = bench.run(replace(TINY, batches=(8, 64), limit_seconds=60.0))
    assert "1 images/s" in result["cells"][-1]["reason"]
    assert not any("prepare 64" in line for line in asked())


def test_stopping_keeps_what_was_measured(pretend, artifacts):
    pretend(cpu={}, other={"prepare 16": {"hang": True}})
    seen, began = [], time.monotonic()

    def stop():
        return bool(seen) and seen[-1]["batch"] == 16 and time.monotonic() - began > 0.5

    result = bench.run(TINY, should_stop=stop, on_progress=seen.append)
    assert result["state"] == "interrupted" and result["finished"]
    assert time.monotonic() - began < 60  # what hangs would hang on
    stored = bench.measured()["this_machine"]
    assert [r["id"] for r in stored] == [result["id"]]
    assert [c["batch"] for c in stored[0]["cells"]] == [8, 8]


def test_nothing_is_kept_where_nothing_was_measured(pretend):
    pretend(cpu={"hello": {"hang": True}}, other={})
    began = time.monotonic()
    result = bench.run(TINY, should_stop=lambda: time.monotonic() - began > 0.5)
    assert result["state"] == "interrupted" and bench.measured()["this_machine"] == []


def test_without_a_backend_nothing_is_measured_or_kept(pretend, monkeypatch):
    pretend(cpu={}, other={})
    monkeypatch.setattr(backends, "installed", lambda name: False)
    with pytest.raises(UserError, match="not installed: pip install"):
        bench.run(TINY)
    assert not list(store.own_dir().glob("*.json"))


def test_a_hanging_process_is_given_up(pretend, monkeypatch):
    monkeypatch.setattr(runner, "START_SECONDS", 0.3)
    pretend(cpu={}, other={"hello": {"hang": True}})
    result = bench.run(TINY)
    assert "given up" in result["devices"][1]["problem"]


def test_results_are_read_strictly(pretend, artifacts):
    pretend(cpu={}, other={})
    result = bench.run(TINY, also=[artifacts.parent / "too.json"])
    assert store.read(artifacts.parent / "too.json") == json.loads(json.dumps(result))
    recorded = store.recorded_dir()
    recorded.mkdir(parents=True)
    (recorded / "cut.json").write_text('{"schema": 1, "kind"')
    (recorded / "strange.json").write_text(json.dumps(result | {"cells": [{"device": 3}]}))
    (recorded / "words.json").write_text(json.dumps(result | {"cells": ["x"]}))
    (recorded / "later.json").write_text(json.dumps(result | {"schema": 2}))
    (recorded / "good.json").write_text(json.dumps(result | {"machine": {"cpu": "Another"}}))
    found = bench.measured()
    assert [r["machine"]["cpu"] for r in found["recorded"]] == ["Another"]
    assert len(found["problems"]) == 4
    assert len(found["this_machine"]) == 1 and found["elsewhere"] == []


def test_the_table_as_csv_has_a_line_a_cell(pretend):
    pretend(cpu={}, other={"speeds": [200]})
    result = bench.run(TINY)
    result["machine"]["cpu"] = "A processor"
    lines = bench.as_csv(result).splitlines()
    assert len(lines) == 1 + 4
    assert lines[0] == (
        "cpu,device,size,parameters,batch,state,reason,compile_seconds,steps_per_execution,"
        "images_per_second,images_per_second_low,images_per_second_high,seconds_per_epoch,"
        "joules_per_image,ratio_to_cpu,ratio_low,ratio_high,psnr_after_equal_epochs"
    )
    assert lines[2] == (
        "A processor,cpu/1,small,12,8,measured,,1.5,1,200.0,200.0,200.0,256.4,,2.0,2.0,2.0,25.0"
    )


def test_what_was_measured_is_named_by_its_cards_and_its_processor():
    cards = [{"kind": "gpu", "name": name} for name in ("Card A", "Card A", "Card B")]
    rows = [{"kind": "cpu", "name": "cpu"}, *cards]
    assert bench.hardware({"devices": rows, "machine": {"cpu": "P"}}) == "Card A, Card B, P"
    assert bench.hardware({"devices": rows[:1], "machine": {"cpu": ""}}) == "–"


def test_trainings_wait_and_one_that_runs_is_named(pretend, monkeypatch):
    pretend(cpu={}, other={})
    held = []

    def look(progress):
        lock = named_lock(runs.runs_dir(), "device-cpu", timeout=0)
        with pytest.raises(TimeoutError):
            lock.acquire()
        held.append(True)

    assert bench.run(TINY, on_progress=look)["shared_with"] == [] and held
    with named_lock(runs.runs_dir(), "device-cpu", timeout=0):
        assert bench.run(TINY)["shared_with"] == ["another program"]


@pytest.mark.long
def test_the_real_thing_learns_the_same_with_one_thread_as_with_all():
    result = bench.run(replace(TINY, batches=(8,), repeats=2))
    assert [d["problem"] for d in result["devices"]] == ["", ""]
    assert [c["state"] for c in result["cells"]] == ["measured"] * 2, result["cells"]
    assert result["sizes"][0]["parameters"] > 10_000
    assert all(r["steps"] >= 1 and r["seconds"] >= 0.04 for r in result["cells"][0]["repeats"])
    assert result["quality"][1]["agrees"] is True, result["quality"]
    assert 5 < result["quality"][0]["psnr"] < 60


def test_choices_are_checked():
    assert [c.id for c in bench.parse("cpu,cpu/1")] == ["cpu", "cpu/1"]
    assert bench.parse("cpu/1")[0].environment()["TF_NUM_INTRAOP_THREADS"] == "1"
    assert "TF_ENABLE_ONEDNN_OPTS" in bench.parse("cpu")[0].environment()  # as trainings have it
    for words in ("tpu", "gpu:7", "cpu/0", "cpu/999", "cpu/bfloat16/2"):
        with pytest.raises(UserError):
            bench.parse(words)
    wrong = [
        {"batches": (0,)},
        {"batches": ()},
        {"sizes": ("huge",)},
        {"repeats": 0},
        {"seconds": -1.0},
        {"contestants": ()},
        {"contestants": (CPU, CPU)},
    ]
    for change in wrong:
        with pytest.raises(UserError):
            replace(TINY, **change)


def test_the_worker_is_asked_for_the_very_plan(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    spawned, measured = [], []
    quick, whole = bench.quick((CPU, ONE), "two, of them"), Plan((CPU,), (8, 16), note="")
    assert len(quick.batches) == 2 and (quick.repeats, quick.seconds) == (2, 1.0)
    asked = [quick, replace(whole, sizes=("large", "small"), repeats=7, limit_seconds=33.5)]
    monkeypatch.setattr(worker.Measurement, "spawn", lambda _, words: spawned.append(words))
    monkeypatch.setattr(worker, "work", measured.append)
    for one in asked:
        worker.start(one)
        status = worker.job().status()
        assert status["state"] == "queued" and status["done"] == status["batch"] == 0
        assert status["device"] == status["size"] == ""
        assert main(spawned[-1]) == 0
        worker.job().update_status(state="finished")
    assert measured == asked


def test_the_time_left_is_that_of_cells_alike():
    asked = replace(TINY, batches=(8, 400), repeats=3, seconds=2.0, quality_images=160)
    left = runner._Bench(asked, {}, [])
    assert left._estimate("small", 8, CPU) == left._estimate("small", 0, CPU) == 12 + 3 * 2
    left.setups["cpu"], left.speeds["cpu", "small"] = 4.0, 80.0
    assert left._estimate("small", 8, CPU) == pytest.approx(4 + 3 * 2 + 2 * 8 / 80)
    assert left._estimate("small", 400, CPU) == 4 + 3 * 5 + 2 * 5
    assert left._estimate("small", 4096, CPU) == 0  # it would not be tried
    assert left._estimate("small", 0, CPU) == 4 + 160 / 80
    # four times the maps: eight times as slow
    assert left._estimate("medium", 100, CPU) == pytest.approx(4 + 3 * 10 + 2 * 10)
    assert left._estimate("small", 8, ONE) == 12 + 3 * 2
    left.given_up["cpu", "small"] = "It lacked memory."
    assert (left._estimate("small", 8, CPU), left._estimate("small", 0, CPU)) == (0, 6)


def test_gpus_are_measured_in_half_width_too(monkeypatch):
    found = (devices.Device("gpu:0", "Card", "gpu", None),)
    monkeypatch.setattr(devices, "_gpus", lambda: (found, ""))
    ids = [(c.id, c.precision) for c in bench.parse(None)]
    assert ids == [("cpu", "float32"), ("gpu:0", "float32"), ("gpu:0/bfloat16", "bfloat16")]


def test_the_command_line_says_what_is_wrong(capsys):
    for words in (
        ["--devices", "tpu"],
        ["--batches", "x"],
        ["--sizes", "huge"],
        ["--devices", "cpu", "-o", "/nowhere/at/all.json"],
    ):
        assert main(["bench", "devices", *words]) == 2
        assert "error: " in capsys.readouterr().err


def test_the_command_prints_the_table_and_writes_the_file(pretend, tmp_path, capsys):
    pretend(cpu={"speeds": [100]}, other={"speeds": [250]})
    words = ["--devices", "cpu,cpu/1", "--sizes", "small", "--batches", "8", "--repeats", "1"]
    assert main(["bench", "devices", *words, "-o", str(tmp_path / "out.json")]) == 0
    said = capsys.readouterr()
    assert "2.50 (2.50-2.50)" in said.out and "agrees" in said.out
    assert "ETA" in said.err
    assert store.read(tmp_path / "out.json")["state"] == "finished"


def test_processors_count_their_energy_over_the_counters_end(tmp_path):
    assert energy.Rapl.find(tmp_path) is None
    for name, label in (("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "core")):
        (tmp_path / name).mkdir()
        for file, value in (("name", label), ("energy_uj", 900), ("max_energy_range_uj", 1000)):
            (tmp_path / name / file).write_text(f"{value}\n")
    meter = energy.Rapl.find(tmp_path)
    meter.start()
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("400\n")
    assert meter.stop() == pytest.approx(500e-6)
    (tmp_path / "intel-rapl:0" / "energy_uj").unlink()
    assert meter.stop() is None and energy.Rapl.find(tmp_path) is None


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for the tool")
def test_cards_energy_is_power_over_time(tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nwhile true; do echo 200.0; sleep 0.05; done\n")
    tool.chmod(0o755)
    meter = energy.NvidiaSmi.find("0", str(tool), patience=60)
    outside = time.monotonic()
    meter.start()
    inside, told = time.monotonic(), len(meter._samples)
    while len(meter._samples) < told + 9:
        time.sleep(0.05)
    inside = time.monotonic() - inside
    joules = meter.stop()
    outside = time.monotonic() - outside
    meter.close()
    assert 199 * inside < joules < 201 * outside
    tool.write_text("#!/bin/sh\necho '[N/A]'\n")
    assert energy.NvidiaSmi.find("0", str(tool), patience=0.5) is None
    assert energy.NvidiaSmi.find("0", str(tmp_path / "none")) is None


def test_the_worker_starts_once_listens_and_keeps_its_word(artifacts):
    assert worker.job().state() == "" and worker.job().message() == ""
    worker.start(Plan((CPU,), batches=(8,), sizes=("small",)))
    with pytest.raises(UserError, match="already"):
        worker.start(Plan((CPU,)))
    worker.job().cancel()
    end = time.monotonic() + 120
    while worker.job().state() in ("queued", "running", "cancelling"):
        assert time.monotonic() < end, worker.job().status()
        time.sleep(0.1)
    assert worker.job().state() == "cancelled", worker.job().tail()


def test_a_killed_worker_has_failed(artifacts):
    worker.start(Plan((CPU,), batches=(8,), sizes=("small",)))
    end = time.monotonic() + 120
    while worker.job().status().get("pid") is None:
        assert time.monotonic() < end, worker.job().tail()
        time.sleep(0.05)
    os.kill(worker.job().status()["pid"], signal.SIGKILL)
    while worker.job().state() != "failed":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "kept" in worker.job().message()
