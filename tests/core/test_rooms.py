"""What no file of the core may do, read from the source itself; floors: pyproject.toml."""

import ast
import functools
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "ae_core"


def modules():
    """Return {dotted name: path} of all modules."""
    found = {}
    for path in sorted(CORE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def test_no_import_runs_upward():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


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


def test_the_core_knows_nothing_of_streamlit_or_the_dashboard():
    for path in MODULES.values():
        tops = {name.split(".")[0] for name in imports(path, whole=True)}
        assert not tops & {"streamlit", "dashboard", "tests"}, path


def test_no_constant_and_no_function_is_there_for_nobody():
    """What only its own definition, or only a test, names is gone."""
    sources = [*CORE.rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]
    others = [*(ROOT / "dashboard").rglob("*.js"), *CORE.rglob("*.j2")]
    said = Counter(
        word for path in [*sources, *others] for word in re.findall(r"\w+", path.read_text("utf-8"))
    )
    called_by_others = {"zero_grad", "update_step", "on_epoch_begin", "on_train_batch_end"}
    called_by_others |= {"_repr_html_"}
    for path in sources:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names = {node.name}
            else:
                targets = getattr(node, "targets", []) or [getattr(node, "target", None)]
                names = {target.id for target in targets if isinstance(target, ast.Name)}
            for name in names - called_by_others:
                assert said[name] > 1 or re.fullmatch("__.*__", name), f"{path}: {name}"


def test_nobody_asks_for_a_network_by_its_name():
    """What a kind can do, its line in the table of kinds says; a further one changes nothing else."""
    from ae_core.networks import KINDS

    for path in [*CORE.rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]:
        if CORE / "networks" in path.parents:
            continue
        for node in ast.walk(tree_of(path)):
            asked = node if isinstance(node, ast.Compare) else None
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "startswith":
                asked = node
            if asked is None or "network" not in ast.unparse(asked):
                continue
            words = {c.value for c in ast.walk(asked) if isinstance(c, ast.Constant)}
            named = {w for w in words if w and any(str(kind).startswith(str(w)) for kind in KINDS)}
            assert not named, f"{path}:{node.lineno}"


def test_keras_code_runs_on_every_backend():
    """No network has a Lambda or is unpickled, and TensorFlow is spoken to in three places.

    ``devices`` finds what it sees; where it is the backend, ``stretches`` does steps in its graph,
    and ``optimizers`` does an update in one operation.
    """
    for path in MODULES.values():
        tree = tree_of(path)
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        tops = {name.split(".")[0] for name in imports(path, whole=True)}
        assert "Lambda" not in names | attributes, path
        assert "enable_unsafe_deserialization" not in names | attributes, path
        assert not tops & {"pickle", "dill", "joblib", "cloudpickle"}, path
        if path.name not in ("devices.py", "optimizers.py", "stretches.py"):
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
    "ae_core",
    "ae_core.data",
    "ae_core.runs",
    "ae_core.training.control",
    "ae_core.networks",
    "ae_core.evaluation.evaluate",
    "ae_core.images.metrics",
    "ae_core.images.noise",
    "ae_core.training.fit",
    "ae_core.training.examples",
    "ae_core.machine.devices",
    "ae_core.cli",
    "ae_core.evaluation.rate_quality",
    "ae_core.evaluation.denoising",
    "ae_core.evaluation.bench",
    "ae_core.machine.doctor",
    "ae_core.report",
]


def test_importing_loads_neither_tensorflow_nor_keras_nor_streamlit():
    """All at once: what none of them loads, no single one does."""
    code = (
        f"import sys, {', '.join(LIGHT)}\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'jax', 'torch', 'matplotlib'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
