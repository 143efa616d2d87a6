"""What all tests share: small runs that are built once, and how tests are dealt to workers."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
# Side by side, what takes longest begins first; what follows fills the gaps.
FIRST = ("tests/browser/", "tests/core/training/", "tests/core/report/", "tests/core/")
BUILDINGS = {  # name: the one that it begins with, and what is added to it
    "trained": (None, "tiny.build(folder)"),
    "elastic": ("trained", "tiny.add_elastic(folder); tiny.add_codec(folder)"),
    "own": ("trained", "tiny.keep_own(folder); tiny.add_measured(folder)"),
}
# Workers side by side have a core each: threads of TensorFlow's would only wait for each other.
ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")

# Hypothesis draws the same at every run, so that nothing but a change makes a test fail. Faults that
# nobody thought of are looked for with ``--hypothesis-profile explore``, which draws more, and anew
# each time. Neither minds a slow machine. Settings of a test's own would hold in both: it has none.
ALWAYS = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("usual", derandomize=True, max_examples=60, **ALWAYS)
settings.register_profile("explore", derandomize=False, max_examples=1000, **ALWAYS)
settings.load_profile("usual")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """``built("elastic")``: a folder of small runs, made once for all workers; do not write into it.

    They are made in a process of their own, for a test of the browser needs no Keras in this one: all
    of them in one, where all tests run.
    """
    from filelock import FileLock

    side_by_side = "PYTEST_XDIST_WORKER" in os.environ
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if side_by_side else shared

    def get(name):
        with FileLock(shared / "built.lock"):
            if not (shared / f"built-{name}").exists():
                _build(shared, list(BUILDINGS) if side_by_side else _needed(name))
        return shared / f"built-{name}"

    return get


def _needed(name):
    before = BUILDINGS[name][0]
    return [*(_needed(before) if before else ()), name]


def _build(shared, names):
    lines = ["import pathlib, shutil, sys, tiny", "shared = pathlib.Path(sys.argv[1])"]
    for name in names:
        before, code = BUILDINGS[name]
        lines.append(f"folder, done = shared / 'building-{name}', shared / 'built-{name}'")
        if before:
            lines.append(f"shutil.copytree(shared / 'built-{before}', folder)")
        lines.append(f"if not done.exists(): {code}; folder.rename(done)")
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "app")])
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines), str(shared)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": paths, "AE_ARTIFACTS_DIR": str(shared)},
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """A worker a core, and one more, for one has the browser's tests and waits for most of its time.

    Each loads TensorFlow, and some start programs that do: about 2 GB for each.
    """
    return min(4, (os.cpu_count() or 1) + 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of a file share what they build, those in a browser the server: one worker each.

    The walks through whole pages take as long as all others in a browser, and have another.
    """
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            walks = file.endswith("test_walk_in_browser.py")
            return "tests/browser" if file.startswith("tests/browser/") and not walks else file

    config.option.loadscopereorder = False  # the order is that of pytest_collection_modifyitems
    return Scheduling(config, log)


def pytest_configure(config):
    os.environ["AE_READY_MINUTES"] = "0"  # no page that is drawn loads TensorFlow for a later one
    if "PYTEST_XDIST_WORKER" in os.environ:  # before TensorFlow is loaded, here or in a child
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    else:  # the workers have what this process has
        _leave_own_sets_out(config)


def _leave_own_sets_out(config):
    """Give the tests a cache folder of their own, where only the drawn sets are those of always.

    Somebody's own sets would be on the pages that are tested.
    """
    from ae_core.data import folders

    drawn = folders.cache_dir() / "drawn"
    drawn.mkdir(parents=True, exist_ok=True)
    home = tempfile.TemporaryDirectory(prefix="ae-tests-")
    config.add_cleanup(home.cleanup)
    os.environ["XDG_CACHE_HOME"] = home.name
    folders.cache_dir().mkdir(parents=True, exist_ok=True)
    try:
        (folders.cache_dir() / "drawn").symlink_to(drawn, target_is_directory=True)
    except OSError:  # Windows allows it to few: drawn anew; elsewhere the folder may stay as it was
        pass


def pytest_collection_modifyitems(config, items):
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        items.sort(key=lambda item: next((i for i, p in enumerate(FIRST) if p in item.nodeid), 99))
