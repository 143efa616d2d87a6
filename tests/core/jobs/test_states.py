"""The pure state, and which process is trusted to be the worker."""

import subprocess
import sys
import time

import psutil
import pytest

from ae_core.jobs import states

NOW = 1_000_000.0


@pytest.mark.parametrize("said", ["queued", "running", "cancelling", *states.FINAL, None, "x", 3])
@pytest.mark.parametrize("alive", [True, False])
@pytest.mark.parametrize("cancel", [True, False])
@pytest.mark.parametrize("age", [0, 10_000])
def test_state_table(said, alive, cancel, age):
    status = {"state": said, "pid": 5, "cancel": cancel, "heartbeat": NOW - age}
    shown = states.state(status, NOW, alive)
    if said in states.FINAL:
        assert shown == said
    elif said not in states.ACTIVE:
        assert shown == "failed"
    elif not alive:  # dead: never running, and never an error when it was asked to stop
        assert shown == ("cancelled" if cancel or said == "cancelling" else "failed")
    elif cancel:
        assert shown == ("cancelled" if said == "queued" else "cancelling")
    else:  # an old heartbeat alone does not make it fail
        assert shown == said


def test_state_before_a_worker_has_answered():
    status = {"state": "queued", "pid": None, "heartbeat": NOW}
    assert states.state(status, NOW + 1, False) == "queued"
    assert states.state(status, NOW + 1000, False) == "failed"
    assert states.state(status | {"cancel": True}, NOW + 1, False) == "cancelled"
    assert states.state({}, NOW, False) == "failed"
    for strange in ("yesterday", None, [], True):
        assert states.state(status | {"heartbeat": strange}, NOW, False) == "failed"


def test_a_process_is_trusted_only_with_its_start_time():
    me = states.myself()
    assert states.alive(me)
    assert not states.alive(me | {"pid_started": me["pid_started"] - 100})
    assert not states.alive({"pid": me["pid"]})
    for pid in (None, True, -1, 0, "7", 2**30):
        assert not states.alive(me | {"pid": pid})
    assert states.alive(me | {"host": "another", "heartbeat": NOW}, now=NOW + 5)
    assert not states.alive(me | {"host": "another", "heartbeat": NOW}, now=NOW + 5000)
    assert not states.alive(me | {"host": "another", "heartbeat": NOW + 5000}, now=NOW)


def test_a_zombie_is_dead():
    process = subprocess.Popen([sys.executable, "-c", ""])
    entry = {"pid": process.pid, "pid_started": psutil.Process(process.pid).create_time()}
    end = time.monotonic() + 120
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert not states.alive(entry)
    process.wait()


def test_progress_is_told_in_steps_where_epochs_are_short():
    def told(**status):
        return states.steps({"epochs": 500, "steps": 2} | status)

    assert told(epoch=1, step=0) == (0, 1000)
    assert told(epoch=251, step=1) == (501, 1000)
    assert told(epoch=500, step=2) == (1000, 1000)
    assert told(epoch=3, steps=9) == (18, 4500)
    assert told(epoch=3, steps=10) is None
    assert told(steps=0) is None and states.steps({"steps": "x"}) is None
