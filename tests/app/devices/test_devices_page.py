"""Devices: this machine, the doctor, one measurement at a time, results clearly apart."""

import json

import pytest
from app_support import ROOT, texts
from measured_files import devices as put

from ae_core.errors import UserError
from ae_core.evaluation import bench
from ae_core.evaluation.bench import store, worker
from ae_core.machine import abilities, devices, provenance

PAGE = str(ROOT / "dashboard" / "app_pages" / "devices" / "page.py")


@pytest.fixture(autouse=True)
def known(empty, monkeypatch):
    """Nothing is really tried: what the processor can do is said."""
    can = abilities.Abilities(xla=True, bfloat16=False)
    monkeypatch.setattr(abilities, "of", lambda device: can)
    monkeypatch.setattr(worker, "in_use", lambda contestants: [])
    return empty


def words(at):
    return texts(at) + "\n".join(str(e.value) for kind in (at.text, at.code) for e in kind)


def test_with_nothing_measured_no_figure_is_shown_and_the_way_is(app):
    at = app(PAGE)
    said = words(at)
    assert "Nothing has been measured on this machine yet" in said
    assert "No measurement of a graphics card is recorded" in said
    assert "Not measured yet on any graphics card" in said
    assert "python -m ae_core bench devices" in said
    assert not at.dataframe and not at.get("plotly_chart")


def test_this_machine_and_the_doctor(app):
    at = app(PAGE)
    said = words(at)
    cpu = devices.devices()[0]
    assert cpu.name in said and f"{cpu.memory_bytes / 2**30:.1f} GiB" in said
    assert provenance.versions()["keras"] in said
    at.run()  # the trial has ended meanwhile
    assert "works</td><td>does not work" in words(at)
    if not devices.devices()[1:]:
        assert "Until then everything works on the CPU" in said


def test_results_say_where_a_card_pays_and_whether_quality_agrees(app, known):
    put(store.own_dir(), "one")
    at = app(PAGE)
    said = words(at)
    assert "faster than the processor in 1 of 2 cells and slower in 1" in said
    assert "180.00× (170.00–190.00)" in said
    assert "-0.400 dB: differs" in said
    frame = at.dataframe[0].value
    assert list(frame["Images a second"]) == [
        "400 (360–440)",
        "200 (180–220)",
        "500 (450–550)",
        "90,000 (81,000–99,000)",
        "–",
    ]
    assert frame["Left out because"].iloc[-1] == "The memory was not enough."
    assert "Fastest measured: 0.57 s, on The gpu" in said
    traces = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert [t["name"] for t in traces] == ["CPU · medium", "GPU 0 · medium"]
    assert {button.proto.label for button in at.get("download_button")} >= {
        "Everything (JSON)",
        "Table (CSV)",
    }


def test_other_machines_stand_apart(app, known):
    put(store.recorded_dir(), "theirs", machine={"cpu": "Foreign processor", "cores": 64})
    at = app(PAGE)
    said = words(at)
    assert "Nothing has been measured on this machine yet" in said
    assert "The gpu, Foreign processor" in said  # what was measured stands first
    assert "No measurement of a graphics card is recorded" not in said


def test_a_bad_file_is_a_sentence(app, known):
    store.recorded_dir().mkdir(parents=True)
    (store.recorded_dir() / "bad.json").write_text("{")
    at = app(PAGE)
    assert any("bad.json" in w.value for w in at.warning)


def test_the_button_starts_what_was_chosen(app, monkeypatch):
    started = []
    monkeypatch.setattr(worker, "start", started.append)
    at = app(PAGE)
    at.button(key="devices_start").click().run()
    assert not at.exception
    assert started[0].contestants == bench.parse(",".join(at.session_state["devices_which"]))
    assert started[0].repeats == bench.quick(started[0].contestants).repeats
    at.segmented_control(key="devices_depth").set_value("whole").run()
    at.button(key="devices_start").click().run()
    assert started[1].batches == bench.BATCHES


def test_a_refusal_is_a_sentence(app, monkeypatch):
    def refuse(plan):
        raise UserError("A measurement of the devices is already running.")

    monkeypatch.setattr(worker, "start", refuse)
    at = app(PAGE)
    at.button(key="devices_start").click().run()
    assert any("already running" in e.value for e in at.error)


def test_a_training_on_the_same_device_is_said(app, monkeypatch):
    monkeypatch.setattr(worker, "in_use", lambda contestants: ["run-of-tuesday"])
    at = app(PAGE)
    assert any("run-of-tuesday" in w.value for w in at.warning)
    assert at.button(key="devices_start").label == "Measure all the same"


def test_while_it_runs_there_is_a_bar_and_a_cancel_and_no_second_start(app, monkeypatch):
    asked = []
    monkeypatch.setattr(worker.Measurement, "state", lambda job: "running")
    monkeypatch.setattr(worker.Measurement, "cancel", lambda job: asked.append(True))
    monkeypatch.setattr(
        worker.Measurement,
        "status",
        lambda job: {
            "state": "running",
            "done": 0.4,
            "eta_seconds": 130.0,
            "device": "gpu:0",
            "size": "large",
            "batch": 4096,
        },
    )
    at = app(PAGE)
    assert "About 2:10 min left" in texts(at)
    assert not [b for b in at.button if b.key == "devices_start"]
    at.button(key="devices_cancel").click().run()
    assert asked


def test_what_failed_is_said(app, monkeypatch):
    monkeypatch.setattr(worker.Measurement, "state", lambda job: "failed")
    monkeypatch.setattr(
        worker.Measurement, "status", lambda job: {"state": "failed", "error": "The disk is full."}
    )
    at = app(PAGE)
    assert any("The disk is full" in e.value for e in at.error)
    assert at.button(key="devices_start")


def test_it_speaks_portuguese(app, known):
    put(store.own_dir(), "one")
    at = app(PAGE, locale="pt-BR")
    said = words(at)
    assert "Medido nesta máquina" in said and "180,00× (170,00–190,00)" in said
    assert "concorda" in said
