"""The command line: quick help, one-line errors, exit codes, and the files that it writes."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ae_core import config, networks, runs
from ae_core.cli import main
from ae_core.cli.train import _config
from ae_core.config import TrainConfig
from ae_core.images.noise import KINDS as NOISES
from ae_core.networks import recipe
from ae_core.training import control

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("tensorflow", "keras", "scipy", "pandas", "PIL", "streamlit", "jax", "torch")


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


HELPFUL = ("", "data", "data list", "data import", "train", "evaluate", "reconstruct", "runs")
HELPFUL += ("runs list", "runs show", "devices")


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom ae_core.cli import main\n"
        "for words in sys.argv[1:]:\n"
        "    try:\n        main([*words.split(), '--help'])\n"
        "    except SystemExit as end:\n        assert end.code == 0, words\n"
        f"    loaded = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "    assert not loaded, (words, loaded)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *HELPFUL], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage: python -m ae_core") == len(HELPFUL)


@pytest.mark.parametrize(
    "quick",
    [("runs list", "data list"), pytest.param(("devices",), marks=pytest.mark.long)],  # asks a child
    ids=" ".join,
)
def test_quick_commands_load_no_keras(quick):
    code = (
        "import sys\nfrom ae_core.cli import main\n"
        "for words in sys.argv[1:]:\n"
        "    assert main(words.split()) == 0, words\n"
        "    loaded = {'tensorflow', 'keras', 'streamlit'} & set(sys.modules)\n"
        "    assert not loaded, (words, loaded)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *quick], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_help_names_what_there_is(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    words = capsys.readouterr().out
    whole = "".join(words.split())  # lines end at hyphens
    trained = {name for name, kind in networks.KINDS.items() if kind.trainable}
    assert "imported" not in trained
    for name in (*NOISES, *(f"{name}(" for name in trained)):
        assert name in whole
    for name in (*TrainConfig().to_dict(), "level", "low", "clean"):
        assert f"--{name.replace('_', '-')} " in words


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_help_tells_a_default_only_where_it_is_always_in_force(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    words = " ".join(capsys.readouterr().out.split())
    for name in recipe.NAMES:
        _, found, about = words.partition(f" {name.upper()} " if name != "augment" else "recut: ")
        if found:
            said = about.partition("(default")[2].partition(")")[0]
            assert said.startswith(": by the network and the number of images"), name
    for wrong in (
        "(default 0.002)",
        "(default 128)",
        "(default none)",
        "(default mse)",
        "(default )",
    ):
        assert wrong not in words
    assert "(default letters)" in words or command == "sweep"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["runs", "show", "nobody"], "no run 'nobody'"),
        (["runs", "remove", "../.."], "no run name"),
        (["evaluate", "nobody"], "no run"),
        (["reconstruct", "nobody", "a.png", "-o", "out"], "no run"),
        (["train", "--run", "nobody"], "no run"),
        (["train", "--network", "resnet"], "resnet"),
        (["train", "--network", "situation-1", "--data", "svhn"], "28"),
        (["train", "--code", "5000"], "4096"),
        (["train", "--code", "2000"], "1024"),
        (["train", "--level", "5"], "--noise"),
        (["train", "--noise", "gaussian", "--level", "nan"], "level"),
        (["train", "--device", "tpu"], "device"),
        (["train", "--run", "x", "--code", "3"], "--code"),
        (["data", "show", "nothing"], "nothing"),
        (["data", "import", "missing-folder", "--name", "a"], "missing-folder"),
        (["data", "remove", "own-nothing"], "no set own-nothing"),
        (["data", "remove", "own-../letters"], "no set"),
        (["data", "remove", "letters"], "your own"),
        (["data", "remove", "svhn+own-mine"], "your own"),
    ],
)
def test_errors_are_one_line_and_exit_2(words, sentence, capsys):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and sentence in error
    assert error.count("\n") == 1
    assert runs.list_runs() == []


def test_what_is_typed_becomes_the_config():
    def typed(*words):
        from ae_core.cli import _parser

        return _config(_parser().parse_args(["train", *words]))

    assert typed() == TrainConfig(patience=13)
    asked = typed(
        *"--data svhn --network conv --code 128 --noise gaussian --level 25 --low 5 --epochs 3 "
        "--batch 64 --learning-rate 1e-3 --seed 7 --limit 99 --augment shapes --device cpu".split()
    )
    assert asked == TrainConfig(
        data="svhn",
        network="conv",
        code=128,
        noise=config.Noise("gaussian", 25.0, 5.0),
        epochs=3,
        batch=64,
        learning_rate=1e-3,
        seed=7,
        limit=99,
        augment="shapes",
        device="cpu",
        warm_up=0.1,  # what goes with 99 images
        patience=5,
    )
    assert typed("--network", "unet", "--noise", "gaussian").code == 0
    assert typed("--network", "situation-2").code == 49
    assert typed("--noise", "masking").noise.level > 0


def test_ctrl_c_exits_130(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "list_runs", interrupted)
    assert main(["runs", "list"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_runs_list_show_remove(capsys):
    run, bad = runs.create(TrainConfig(), "first of all"), runs.create(TrainConfig())
    run.update_status(state="failed", error="It went wrong.")
    (bad.folder / "config.json").write_text("{")
    assert main(["runs", "list"]) == 0
    out, err = capsys.readouterr()
    assert run.id in out and "failed" in out and "first of all" in out and bad.id not in out
    assert f"damaged: {bad.id}" in err
    assert main(["runs", "show", run.id]) == 0
    assert "It went wrong." in capsys.readouterr().out
    assert main(["runs", "show", run.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "failed"
    assert main(["runs", "remove", run.id]) == 0
    assert not run.folder.exists()


def test_a_run_says_which_epoch_was_kept_and_why_it_ended(capsys):
    run = runs.create(TrainConfig(patience=1))
    rows = "0,nan,0.1,10,0,nan,nan,nan\n1,0.2,0.01,20,0,1,9,nan\n2,0.1,0.02,17,0,1,9,nan\n"
    (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + "\n" + rows)
    run.update_status(state="finished")
    assert main(["runs", "show", run.id]) == 0
    out = capsys.readouterr().out
    assert "that of epoch 1, at 20.00 dB" in out and "ended by itself after epoch 2 of 20" in out
    assert main(["runs", "show", run.id, "--json"]) == 0
    assert "epoch 1" in json.loads(capsys.readouterr().out)["training"][0]


def test_a_runs_own_configuration_is_whole_however_old(tmp_path):
    from ae_core.cli import _parser

    old = TrainConfig(limit=60).to_dict()
    for name in ("warm_up", "validate_every", "patience"):
        del old[name]
    (tmp_path / "config.json").write_text(json.dumps({"config": old}))
    path = str(tmp_path / "config.json")
    asked = _config(_parser().parse_args(["train", "--config", path]))
    assert asked == TrainConfig(limit=60)  # and not what goes with sixty images
    (tmp_path / "config.json").write_text(json.dumps({"limit": 60}))
    asked = _config(_parser().parse_args(["train", "--config", path]))
    assert (asked.batch, asked.augment) == (16, "auto")


class FakeNetwork:
    image_shape, code_shape, has_code = (8, 8, 3), (1, 1, 4), True

    def reconstruct(self, x, level=0.0):
        return (x // 2).astype(np.uint8)


def test_reconstruct_writes_pictures_and_figures(monkeypatch, capsys, folders):
    run = runs.create(TrainConfig())
    monkeypatch.setattr(networks, "load", lambda path: FakeNetwork())
    x = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(x).save(folders / "exact.png")
    Image.fromarray(x).resize((60, 40)).save(folders / "large.png")
    (folders / "other").mkdir()
    Image.fromarray(x[..., 0]).save(folders / "other" / "exact.png")
    (folders / "text.png").write_text("no image")
    (folders / "cut.png").write_bytes((folders / "exact.png").read_bytes()[:80])
    names = [
        "exact.png",
        "large.png",
        "other/exact.png",
        "text.png",
        "cut.png",
        "missing.png",
        "nothing",
    ]
    (folders / "nothing").mkdir()
    out = folders / "made" / "here"
    assert main(["reconstruct", run.id, *(str(folders / n) for n in names), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err.count("skipped") == 4 and "resized from 60x40 to 8x8" in said.out
    assert np.array_equal(np.asarray(Image.open(out / "exact-reconstruction.png")), x // 2)
    with open(out / "figures.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["output"] for row in rows] == [
        "exact-reconstruction.png",
        "large-reconstruction.png",
        "exact-2-reconstruction.png",
    ]
    assert rows[0]["resized"] == "no" and rows[1]["width"] == "60" and rows[0]["code_values"] == "4"
    mse = (((x - (x // 2).astype(float)) / 255) ** 2).mean()
    assert float(rows[0]["psnr"]) == pytest.approx(-10 * np.log10(mse), abs=0.01)
    assert sorted(p.name for p in out.iterdir()) == sorted(
        ["figures.csv", *(row["output"] for row in rows)]
    )
    noisy = ["--noise", "gaussian", "--level", "20", "--replace"]
    assert main(["reconstruct", run.id, str(folders / "exact.png"), "-o", str(out), *noisy]) == 0
    changed = np.asarray(Image.open(out / "exact-noisy.png"))
    assert changed.shape == x.shape and not np.array_equal(changed, x)
    out = folders / "other"
    assert main(["reconstruct", run.id, str(folders / "text.png"), "-o", str(out)]) == 2
    assert (
        main(["reconstruct", run.id, str(folders / "exact.png"), "-o", str(folders / "text.png")])
        == 2
    )


def tiny_set(folders):
    """Import a data set that trains in a second an epoch."""
    random = np.random.default_rng(0)
    np.save(folders / "x.npy", random.integers(0, 256, (400, 8, 8, 1), dtype=np.uint8))
    words = ["data", "import", str(folders / "x.npy"), "--name", "tiny", "--side", "8"]
    assert main([*words, "--colour", "grey"]) == 0


def command(*words):
    return [sys.executable, "-m", "ae_core", "train", *words]


def wait_for(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.long
def test_train_kill_resume_cancel_for_real(folders, capsys):
    """One real training: killed, gone on with, made longer, stopped by Ctrl-C, measured."""
    tiny_set(folders)
    words = "--data own-tiny --code 4 --batch 16 --device cpu --epochs 5000".split()
    process = subprocess.Popen(command(*words), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: runs.list_runs(), 30)
    [run] = runs.list_runs()
    wait_for(lambda: len(run.history()) > 2, 120)
    os.kill(process.pid, signal.SIGKILL)
    err = process.communicate(timeout=10)[1]
    assert "epoch 1/5000" in err and "loss" in err and "images/s" in err and "ETA" in err
    assert run.state() == "failed"
    done, before = run.epochs_done(), run.history()

    assert run.info["data"]["fingerprint"] and run.info["data"]["train"] > 100
    control.resume(run)
    wait_for(lambda: run.epochs_done() > done, 120)
    assert run.state() == "running"
    run.cancel(wait=True)
    assert run.state() == "cancelled" and run.model_path.exists()
    after = run.history()
    epochs = list(after["epoch"])  # the start, and each epoch that was looked at
    assert epochs[0] == 0 and epochs == sorted(set(epochs)) and epochs[-1] == run.epochs_done()
    assert after.loc[: len(before) - 1, ["epoch", "loss"]].equals(before[["epoch", "loss"]])

    process = subprocess.Popen(command("--run", run.id), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: run.state() == "running" and run.epochs_done() > epochs[-1], 120)
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and "Stopping after this batch" in err
    assert "Traceback" not in err
    assert run.state() == "cancelled"

    last = run.epochs_done() + 1
    done = subprocess.run(
        command("--run", run.id, "--epochs", str(last)), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert run.state() == "finished" and run.epochs_done() == last
    assert main(["train", "--run", run.id]) == 2
    assert "larger number" in capsys.readouterr().err


def test_a_side_is_typed_with_the_width_first():
    from ae_core.cli.runs import _side

    assert _side("45x30x3") == (30, 45, 3) and _side("45×30") == (30, 45, 1)
    assert _side("32") == (32, 32, 3)
