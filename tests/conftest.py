"""What all tests share: small runs that are built once, and how tests are dealt to workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Side by side, what takes longest begins first; what follows fills the gaps.
FIRST = ("tests/browser/", "tests/core/training/", "tests/core/report/", "tests/core/")
BUILDINGS = {  # name: the one that it begins with, and what is added to it
    "trained": (None, "tiny.build(folder)"),
    "elastic": ("trained", "tiny.add_elastic(folder); tiny.add_codec(folder)"),
    "own": (None, "tiny.add_own(folder); tiny.add_measured(folder)"),
}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """``built("elastic")``: a folder of small runs, made once for all workers; do not write into it.

    They are made in a process of their own: a test of the browser needs no Keras in this one.
    """
    from filelock import FileLock

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def get(name):
        done = shared / f"built-{name}"
        with FileLock(shared / f"built-{name}.lock"):
            if not done.exists():
                begins_with, code = BUILDINGS[name]
                making = shared / f"building-{name}"
                if begins_with:
                    shutil.copytree(get(begins_with), making)
                _build(making, code)
                making.rename(done)
        return done

    return get


def _build(folder, code):
    whole = f"import sys, pathlib, tiny; folder = pathlib.Path(sys.argv[1]); {code}"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "app")])
    done = subprocess.run(
        [sys.executable, "-c", whole, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": paths, "AE_ARTIFACTS_DIR": str(folder)},
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Each worker loads TensorFlow, and some start programs that do: about 2 GB for each."""
    return min(4, os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of a file share what they build, those in a browser the server: one worker each."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return "tests/browser" if file.startswith("tests/browser/") else file

    config.option.loadscopereorder = False  # the order is that of pytest_collection_modifyitems
    return Scheduling(config, log)


def pytest_collection_modifyitems(config, items):
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        items.sort(key=lambda item: next((i for i, p in enumerate(FIRST) if p in item.nodeid), 99))
