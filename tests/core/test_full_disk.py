"""A full disk at each kind of write: nothing half written stays, and "full" is what is said."""

import os
import subprocess

import numpy as np
import pytest
from PIL import Image

from ae_core import networks, runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.data.own import store as own
from ae_core.errors import UserError
from ae_core.evaluation.bench import store as bench
from ae_core.files import replacing
from ae_core.jobs import worker
from ae_core.report import store as reports
from ae_core.report.request import Order

SIZE = 1 << 20


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A disk of one megabyte, which is unmounted at the end; skipped where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk may be mounted here")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(place / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(place / "data"))
    (place / "artifacts").mkdir()
    (place / "data").mkdir()
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(disk):
    """Leave not one byte."""
    with open(disk / "filler", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


def left_behind(disk):
    return [path for path in disk.rglob(".*") if path.is_file() and path.parent.name != ".locks"]


def images(count):
    return np.random.default_rng(0).integers(0, 255, (count, 28, 28, 1), np.uint8)


class Same:
    image_shape, code_shape, has_code = (28, 28, 1), (1, 1, 4), True

    def reconstruct(self, x, level=0.0):
        return x


WRITES = {
    "a run": lambda disk: runs.create(TrainConfig()),
    "a set": lambda disk: own.save("mine", "Mine", images(2000), np.zeros(2000), ["a"]),
    "a report": lambda disk: reports.create(Order(("letters-elastic",))),
    "a measurement": lambda disk: bench.write(
        disk / "artifacts" / "own" / "a.json", {"a": "b" * SIZE}
    ),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_full_disk_is_said(what, disk):
    fill(disk)
    with pytest.raises(UserError, match="No space left on device"):
        WRITES[what](disk)
    assert left_behind(disk) == []
    assert runs.list_runs() == [] and runs.broken_runs() == []


def test_the_run_keeps_that_the_disk_is_full(disk):
    run = runs.create(TrainConfig())

    def body(reporter):
        with replacing(run.folder / "checkpoint.npz") as beside:
            np.savez(beside, x=np.zeros(2 * SIZE, np.uint8))
        return "finished"

    with pytest.raises(UserError, match="disk is full"):
        worker.work(run, body)
    assert run.state() == "failed" and "The disk is full" in run.message()
    assert left_behind(disk) == []


def test_reconstructions_on_a_full_disk(disk, tmp_path, monkeypatch, capsys):
    run = runs.create(TrainConfig())
    Image.fromarray(images(1)[0, ..., 0]).save(tmp_path / "a.png")
    monkeypatch.setattr(networks, "load", lambda path: Same())
    fill(disk)
    code = main(["reconstruct", run.id, str(tmp_path / "a.png"), "-o", str(disk / "made")])
    said = capsys.readouterr()
    assert code == 2 and "No space left on device" in said.err and "Traceback" not in said.err
    assert not os.listdir(disk / "made") if (disk / "made").exists() else True
