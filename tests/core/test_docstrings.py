"""The examples in docstrings run, on few drawn letters and the shipped networks."""

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
    "ae_core.networks.inference",
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
