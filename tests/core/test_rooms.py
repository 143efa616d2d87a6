"""The house rules that keep the program's rooms apart, read from the source itself."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "ae_core"

# Floors, top to bottom. A module stands under its own name or under its package's.
FLOORS = (
    ("__main__", "cli"),
    ("jobs", "worker", "turns", "evaluation", "rate_quality", "rate_peers", "denoising", "latent",
     "drawing", "report", "card", "shipping", "exporting", "sweeps", "device_bench", "probe",
     "refitting"),
    ("training", "training_images", "training_starts", "examples", "sizes", "runs", "codec",
     "baselines", "measurements"),
    ("networks", "data", "noise", "quality", "devices", "samples", "naming", "provenance",
     "bjontegaard", "doctor", "abilities"),
    ("states", "config", "files", "nvidia", "processes", "sentences"),
    ("errors",),
)  # fmt: skip


def modules():
    """Return {dotted name: path} of all modules."""
    found = {}
    for path in sorted(CORE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@functools.cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imports(path, whole):
    """Return the dotted names a file imports; ``whole``: inside functions too.

    What only a type checker reads is left out.
    """
    names, waiting = set(), [tree_of(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and not whole:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written whole"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.add(inner if inner in MODULES else node.module)
        waiting += ast.iter_child_nodes(node)
    return names


def edges(whole):
    """Return {module: the modules of ae_core it imports}."""
    graph = {}
    for name, path in MODULES.items():
        graph[name] = {other for other in imports(path, whole) if other in MODULES} - {name}
    return graph


def floor(name):
    room = name.split(".")[1] if "." in name else ""
    for height, rooms in enumerate(reversed(FLOORS)):
        if room in rooms:
            return height
    return None


def test_every_room_has_a_floor():
    homeless = [name for name in MODULES if name != "ae_core" and floor(name) is None]
    assert not homeless, f"give {homeless} a floor in this test, as low as their imports allow"


def test_no_import_runs_upward():
    upward = [
        f"{name} imports {other}"
        for name, others in edges(whole=True).items()
        for other in others
        if name != "ae_core" and other != "ae_core" and floor(name) < floor(other)
    ]
    assert not upward


def test_no_two_files_import_each_other():
    graph = edges(whole=True)
    pairs = {tuple(sorted((a, b))) for a in graph for b in graph[a] if a in graph[b]}
    # A package hands on the public names of its files, and may load one only when it is asked for.
    pairs = {(a, b) for a, b in pairs if not b.startswith(a + ".")}
    assert not pairs


def test_no_circle_of_imports_when_a_module_is_loaded():
    graph, done, circles = edges(whole=False), set(), []

    def visit(name, trail):
        if name in trail:
            circles.append(" -> ".join([*trail[trail.index(name):], name]))
        elif name not in done:
            for other in sorted(graph[name]):
                visit(other, [*trail, name])
            done.add(name)

    for name in graph:
        visit(name, [])
    assert not circles


def test_the_core_knows_nothing_of_streamlit_or_the_dashboard():
    for path in MODULES.values():
        tops = {name.split(".")[0] for name in imports(path, whole=True)}
        assert not tops & {"streamlit", "dashboard", "tests"}, path


def test_keras_code_runs_on_every_backend():
    """Only ``devices`` may speak of TensorFlow, and no network has a Lambda or is unpickled."""
    for path in MODULES.values():
        tree = tree_of(path)
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        tops = {name.split(".")[0] for name in imports(path, whole=True)}
        assert "Lambda" not in names | attributes, path
        assert "enable_unsafe_deserialization" not in names | attributes, path
        assert not tops & {"pickle", "dill", "joblib", "cloudpickle"}, path
        if path.name != "devices.py":
            assert not tops & {"tensorflow", "torch", "jax"} and "tf" not in names, path


def test_nothing_is_read_in_a_way_that_could_run_it():
    """Every ``np.load`` says allow_pickle=False, every ``load_model`` keeps the safe mode."""
    for path in MODULES.values():
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            said = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            if node.func.attr == "load" and getattr(node.func.value, "id", "") in ("np", "numpy"):
                assert said.get("allow_pickle") is False, f"{path}:{node.lineno}"
            if node.func.attr == "load_model":
                assert said.get("safe_mode", True) is True, f"{path}:{node.lineno}"


LIGHT = [
    "ae_core", "ae_core.data", "ae_core.runs", "ae_core.training.control", "ae_core.networks",
    "ae_core.evaluation.evaluate", "ae_core.images.metrics", "ae_core.images.noise", "ae_core.training.fit",
    "ae_core.training.examples", "ae_core.machine.devices", "ae_core.cli",
    "ae_core.evaluation.rate_quality", "ae_core.evaluation.denoising", "ae_core.bench", "ae_core.machine.doctor",
]  # fmt: skip


@pytest.mark.parametrize("names", [[name] for name in LIGHT[:7]] + [LIGHT], ids=" ".join)
def test_importing_loads_neither_tensorflow_nor_keras_nor_streamlit(names):
    code = (
        f"import sys, {', '.join(names)}\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'jax', 'torch'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
