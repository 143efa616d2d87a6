"""What a command line and a file together ask of a training, and what is refused of it."""

import json

import pytest

from ae_core import runs
from ae_core.cli import main
from ae_core.training import worker


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setattr(worker, "work", lambda run, **_: "finished")


def made():
    return [run for run in runs.list_runs() if not run.pretrained]


@pytest.fixture
def file(tmp_path):
    def write(content, before=b""):
        path = tmp_path / "asked.json"
        path.write_bytes(before + json.dumps(content).encode())
        return str(path)

    return write


SPREAD = {"kind": "gaussian", "level": 40, "low": 5, "clean": 0.25}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ([], ("gaussian", 40, 5, 0.25)),
        (["--level", "30"], ("gaussian", 30, 5, 0.25)),
        (["--noise", "gaussian", "--level", "30"], ("gaussian", 30, 5, 0.25)),
        (["--clean", "0"], ("gaussian", 40, 5, 0)),
        (["--noise", "masking"], ("masking", 50, None, 0)),  # whose levels count something else
        (["--noise", "none"], ("none", 0, None, 0)),
    ],
)
def test_what_is_typed_goes_first_part_by_part(file, typed, wanted):
    assert main(["train", "--config", file({"noise": SPREAD, "epochs": 1}), *typed]) == 0
    (run,) = made()
    noise = run.config.noise
    assert (noise.kind, noise.level, noise.low, noise.clean) == wanted


def test_a_file_may_begin_with_a_byte_order_mark(file):
    assert main(["train", "--config", file({"epochs": 3}, before=b"\xef\xbb\xbf")]) == 0
    (run,) = made()
    assert run.config.epochs == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"optimizer": ["sgd"]}, "optimiser"),
        ({"noise": {"kind": ["gaussian"]}}, "noise"),
        ({"noise": {"level": 30}}, "need a --noise"),
        ({"noise": {"kind": "none", "level": 30}}, "need a --noise"),
        ({"noise": "much"}, "noise"),
        ({"start": "nobody"}, "no run 'nobody'"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_makes_no_run(file, capsys, content, said):
    assert main(["train", "--config", file(content)]) == 2
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told and told.count("error: ") == 1
    assert not made()


def test_a_sweep_refuses_what_none_of_its_networks_takes(capsys):
    design = ["--design", "conv8:k3:s2:relu > vector16 > mirror"]
    assert main(["sweep", *design, "--dry-run"]) == 2
    assert "layers of its own" in capsys.readouterr().err
    assert main(["sweep", *design, "--network", "conv,designed", "--dry-run"]) == 0
    assert main(["sweep", "--network", "unet", "--code", "16", "--dry-run"]) == 2
    assert "a code of size 0, not 16" in capsys.readouterr().err
    assert main(["sweep", "--network", "unet,conv", "--code", "16", "--dry-run"]) == 0
