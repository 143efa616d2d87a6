"""Which faults would the tests miss? A sample of small faults, each run against the tests it touches.

    pip install mutmut==3.8.1
    python tests/mutation.py [--count 60] [--seed 1] [ROOM or FAULT ...]

A room is a folder or a file of ae_core (codec, images/noise.py), a fault one that was printed
(codec/rdo.py:12). The faults are mutmut's. Everything happens in a copy of the tree. There the room's
tests run once under coverage, which tells who runs each line; then, for each fault, those that run
its line, until one fails or the time is up: in a child, forked when the heavy libraries are loaded.
"""

import argparse
import ast
import gc
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import coverage
import pytest
from mutmut.mutation.file_mutation import create_mutations

ROOT = Path(__file__).parents[1]
ROOMS = ["images/noise.py", "images/metrics.py", "codec", "data", "evaluation", "training"]
HEAVY = "numpy pandas scipy.stats PIL.Image skimage.metrics hypothesis tensorflow keras".split()
WORDS = "tests/core/i18n/test_catalogues.py"  # reads the source: each sentence has its translation


class Contexts:
    """Tells coverage which test runs, or which fixture that several share; keeps what passed."""

    def __init__(self, measured):
        self.measured, self.seconds, self.uses, self.failed = measured, {}, {}, []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        begun, self.uses[item.nodeid] = time.monotonic(), item.fixturenames
        self.measured.switch_context(item.nodeid)
        yield
        self.seconds[item.nodeid] = time.monotonic() - begun
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        if request.scope == "function":
            return (yield)
        self.measured.switch_context(f"{request.node.nodeid} fixture {fixturedef.argname}")
        made = yield
        self.measured.switch_context(request._pyfuncitem.nodeid)
        return made

    def pytest_runtest_logreport(self, report):
        if not report.passed:
            self.failed.append(report.nodeid)


def in_child(tests, seconds, run=pytest.main):
    """Run tests; return pytest's exit code, or None when the time was up."""
    if (child := os.fork()) == 0:
        os.setsid()
        for descriptor in (1, 2):
            os.dup2(os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = run is pytest.main
        try:
            os._exit(run(["-q", "-x", "-p", "no:cacheprovider", "-m", "not long", *tests]))
        finally:
            os._exit(9)
    until, ended = time.monotonic() + seconds, 0
    while not ended and time.monotonic() < until:
        time.sleep(0.02)
        ended, status = os.waitpid(child, os.WNOHANG)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return os.waitstatus_to_exitcode(status) if ended else os.waitpid(child, 0) and None


def observe(options):
    """Run the tests under coverage and write down what :func:`tests_of` asks."""
    measured = coverage.Coverage(data_file=None, source=["ae_core"])
    watch = Contexts(measured)
    measured.start()
    pytest.main([*options, "--maxfail=0"], [watch])
    measured.stop()
    data = measured.get_data()
    lines = {os.path.relpath(f): data.contexts_by_lineno(f) for f in data.measured_files()}
    seconds = {test: s for test, s in watch.seconds.items() if test not in watch.failed}
    Path("seen.json").write_text(json.dumps([lines, seconds, watch.uses]))
    return 0


def tests_of(file, line, text, lines, seconds, uses):
    """Return the tests of a line, or its function, or its file, or its folder; the fastest first."""
    runs = {int(n): who for n, who in lines.get(file, {}).items()}
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    around = [(f.lineno, f.end_lineno) for f in functions if f.lineno <= line <= f.end_lineno]
    for first, last in [(line, line), *sorted(around, reverse=True)]:
        chosen = set()
        for context in {c for n in range(first, last + 1) for c in runs.get(n, []) if c}:
            place, _, fixture = context.partition(" fixture ")
            shared = {t for t in uses if t.startswith(place) and fixture in uses[t]}
            chosen |= shared if fixture else {context}
        if chosen:
            break
    else:  # run when the module is loaded, or in another process
        chosen = {c for who in runs.values() for c in who if c and " fixture " not in c}
        chosen |= {test for test in uses if f"/test_{Path(file).stem}.py:" in test}
        beside = f"tests/core/{Path(file).parent.relative_to('ae_core').as_posix()}/"
        chosen = chosen or {test for test in uses if test.startswith(beside)}
    files = {}  # the tests of each stay together, for they share what they build
    for test in sorted(chosen & seconds.keys(), key=seconds.get):
        files.setdefault(test.partition("::")[0], []).append(test)
    return [test for tests in files.values() for test in tests]


def faults(room, place, number, count, seed):
    """Yield (file, number, its lines, the lines with the fault): the one of a number, or a sample."""
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    made = [(f, *create_mutations(str(f), f.read_text())[:2]) for f in files]
    every = [(f, n, tree, fault) for f, tree, found in made for n, fault in enumerate(found)]
    chosen = random.Random(seed).sample(every, min(count, len(every)))
    for file, n, tree, fault in (
        [every[int(number)]] if number else sorted(chosen, key=lambda f: f[:2])
    ):
        changed = tree.deep_replace(fault.original_node, fault.mutated_node).code
        yield file, n, file.read_text(), changed


def run_room(room, wanted, asked):
    """Print each fault of the room that no test noticed, and the share that was."""
    near = Path("tests/core", room)
    near = near.with_name(f"test_{near.name}") if near.suffix else near
    in_child([str(near), WORDS], 3600, observe)
    lines, seconds, uses = json.loads(Path("seen.json").read_text())
    assert in_child([*seconds, "--collect-only"], 600) == 0, "not every test can be asked for"
    total = noticed = 0
    for path, n in wanted:
        for file, number, text, changed in faults(
            room, Path("ae_core", path), n, asked.count, asked.seed
        ):
            pairs = zip(text.splitlines(), changed.splitlines(), strict=False)
            line, was, now = next((i, a, b) for i, (a, b) in enumerate(pairs, 1) if a != b)
            tests = tests_of(str(file), line, text, lines, seconds, uses)
            tests += sorted(t for t in seconds if t.startswith(WORDS)) if '"' in was else []
            file.write_text(changed)
            code = in_child(tests, 60 + 5 * sum(map(seconds.get, tests))) if tests else 0
            file.write_text(text)
            total, noticed = total + 1, noticed + (code != 0)
            if code == 0:
                print(f"{file.relative_to('ae_core')}:{number} line {line}, {len(tests)} tests")
                print(f"  - {was.strip()}\n  + {now.strip()}", flush=True)
    print(f"{room}: {noticed} of {total} noticed", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=ROOMS)
    parser.add_argument("--count", type=int, default=60, help="faults of a room")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rooms = defaultdict(list)
    for what in asked.what:
        path, _, number = what.partition(":")
        rooms[path if path in ROOMS else path.split("/")[0]].append((path, number))
    sys.path.remove(str(ROOT / "tests"))
    for name in HEAVY:
        importlib.import_module(name)  # and not ae_core, which is loaded anew for each fault
    gc.freeze()  # else each child looks through all that they made
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ae_core", "dashboard", "tests", "artifacts", "pyproject.toml", "README.md"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder, name))
        os.chdir(folder)
        sys.path.insert(0, folder)
        for room, wanted in rooms.items():
            run_room(room, wanted, asked)


if __name__ == "__main__":
    main()
