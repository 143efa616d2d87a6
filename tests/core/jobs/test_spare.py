"""A worker kept ready: taken once, by whom it fits; it ends with its starter; no order is lost."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ae_core.jobs import owners, spare
from ae_core.machine import processes

ENV = {"KERAS_BACKEND": "none"}  # which loads nothing, so that it is ready at once
STARTER = f"""
import sys, time
from ae_core.jobs import spare
spare.keep({ENV}, 600)
print(spare._kept.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def kept():
    spare.keep(ENV, 600)
    yield spare._kept.process
    spare.let_go()


def soon(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def says_settings(log):
    return soon(lambda: log.is_file() and "AE_EXHIBITION" in log.read_text())


def test_what_is_ready_does_what_it_is_told_once_and_logs_it(kept, tmp_path):
    log = tmp_path / "log.txt"
    assert spare.hand_over(["settings"], log, ENV)
    assert not spare.hand_over(["settings"], log, ENV)
    assert says_settings(log) and "taken" not in log.read_text()
    assert soon(lambda: kept.poll() == 0)


def test_whoever_asks_is_told_with_the_order(kept, tmp_path):
    assert spare.hand_over(
        ["settings"], tmp_path / "log.txt", ENV | {owners.VARIABLE: '{"id": "a1"}'}
    )
    assert says_settings(tmp_path / "log.txt")


def test_it_is_kept_for_the_same_variables_only(kept, tmp_path, monkeypatch):
    assert not spare.hand_over(
        ["settings"], tmp_path / "log.txt", ENV | {"CUDA_VISIBLE_DEVICES": "1"}
    )
    spare.keep(ENV, 600)
    assert spare._kept.process is kept
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    assert not spare.prolong(ENV, 600)
    spare.keep(ENV, 600)
    assert spare._kept.process is not kept and soon(lambda: kept.poll() is not None)


def test_it_ends_when_it_is_wanted_no_longer(kept):
    assert spare.prolong(ENV, 0.1)
    assert soon(lambda: kept.poll() is not None)
    assert not spare.prolong(ENV, 600)


def test_it_ends_with_its_starter_however_that_ends():
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdout=subprocess.PIPE,
        env=processes.environment(),
        cwd=processes.ROOT,
        text=True,
    ) as starter:
        pid = int(starter.stdout.readline())
        assert psutil.pid_exists(pid)
        starter.kill()
    assert soon(lambda: not psutil.pid_exists(pid))


def test_one_that_was_killed_is_not_taken(kept, tmp_path):
    kept.kill()
    assert soon(lambda: kept.poll() is not None)
    assert not spare.hand_over(["settings"], tmp_path / "log.txt", ENV)


def test_what_it_was_told_and_did_not_hear_is_done_by_another(kept, tmp_path):
    os.kill(kept.pid, signal.SIGSTOP)
    assert spare.hand_over(["settings"], tmp_path / "log.txt", ENV)
    kept.kill()
    assert says_settings(tmp_path / "log.txt")
