"""The examples in docstrings run, on few drawn letters and the shipped networks."""

import ast
import doctest
import functools
import importlib

import pytest

from ae_core import networks
from ae_core.machine import processes

MODULES = (
    "ae_core.images.metrics",
    "ae_core.images.noise",
    "ae_core.images.files",
    "ae_core.data",
    "ae_core.data.own.convert",
    "ae_core.runs.store",
    "ae_core.baselines.pca",
    "ae_core.baselines.codecs",
    "ae_core.baselines.denoisers",
    "ae_core.networks",
    "ae_core.networks.network",
    "ae_core.networks.export",
    "ae_core.networks.designed",
    "ae_core.networks.designed.notation",
    "ae_core.networks.designed.planner",
    "ae_core.networks.designed.keras_code",
    "ae_core.codec.archive",
    "ae_core.training.worker",
    "ae_core.training.control",
    "ae_core.evaluation.evaluate",
)
SHIPPED = processes.ROOT / "artifacts" / "pretrained"


@pytest.fixture(scope="module")
def load():
    """Loads each shipped network once for all examples, which takes most of their time."""
    real = networks.load
    once = functools.cache(lambda name: real(SHIPPED / name / "model.keras"))
    return lambda path: once(path.parent.name) if path.is_relative_to(SHIPPED) else real(path)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name, few_letters, load, tmp_path, monkeypatch):
    (tmp_path / "pretrained").symlink_to(SHIPPED)
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(networks, "load", lambda path: load(path.resolve()))
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted and not tried.failed


def public(nodes):
    """Yield the functions and methods that others call, but for those told of in a base class."""
    for node in nodes:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            if ast.get_docstring(node):
                yield node


def test_what_raises_an_error_says_so():
    core, silent = processes.ROOT / "ae_core", []
    for path in core.rglob("*.py"):
        if {"cli", "maintenance"} & set(path.parts):  # commands: they end with it
            continue
        for function in public(ast.parse(path.read_text(encoding="utf-8")).body):
            raised = any(
                isinstance(node, ast.Raise) and "UserError(" in ast.unparse(node)
                for node in ast.walk(function)
            )
            if raised and not any(w in ast.get_docstring(function) for w in ("UserError", "Refuse")):
                silent.append(f"{path.relative_to(core)}:{function.lineno} {function.name}")
    assert silent == []
