"""The examples in docstrings run, on few drawn letters and the shipped networks."""

import doctest
import importlib

import pytest

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
    "ae_core.networks.designed.plan",
    "ae_core.networks.designed.keras_code",
    "ae_core.codec.archive",
    "ae_core.training.worker",
    "ae_core.training.control",
    "ae_core.evaluation.evaluate",
)
SHIPPED = processes.ROOT / "artifacts" / "pretrained"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name, few_letters, tmp_path, monkeypatch):
    (tmp_path / "pretrained").symlink_to(SHIPPED)
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted and not tried.failed
