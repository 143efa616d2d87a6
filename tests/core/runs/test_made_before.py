"""Files made before the program was rearranged: a run and a compressed file go on working.

``tests/fixtures/run`` is a training of two epochs (side and colour in its configuration, a plain
sentence in its status), ``letters.aep`` four letters of the shipped codec; ``expected.npz`` has what
they gave then.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ae_core import networks, runs
from ae_core.cli import main

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="module")
def expected():
    with np.load(FIXTURES / "expected.npz") as stored:
        return dict(stored)


@pytest.fixture
def run(tmp_path, monkeypatch):
    shutil.copytree(FIXTURES / "run", tmp_path / "runs" / "before")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    return runs.get("before")


def test_a_run_is_listed_and_read_as_it_was(run, capsys):
    assert runs.broken_runs() == []
    assert (run.state(), run.epochs_done(), run.title) == ("finished", 2, "An old training")
    assert run.config.noise.low == 0.0 and run.config.network == "situation-1"
    assert list(run.history()["epoch"]) == [1, 2]
    assert run.samples().epochs == [1, 2]
    assert main(["runs", "list"]) == 0 and "An old training" in capsys.readouterr().out
    assert main(["runs", "show", "before"]) == 0 and "dB" in capsys.readouterr().out


def test_its_network_gives_the_same_images(run, expected):
    x_hat = networks.load(run.model_path).reconstruct(expected["x"])
    assert np.abs(x_hat.astype(int) - expected["x_hat"]).max() <= 1  # a processor's own rounding


def test_a_compressed_file_is_read(tmp_path, expected):
    assert main(["decompress", str(FIXTURES / "letters.aep"), "-o", str(tmp_path / "out")]) == 0
    read = [np.asarray(Image.open(file)) for file in sorted((tmp_path / "out").iterdir())]
    assert len(read) == 4
    assert np.abs(np.stack(read).astype(int) - expected["letters"][..., 0]).max() <= 1
