"""The doctor: what it says for what is found, on every system and backend."""

import re
import sys
from dataclasses import replace

import pytest

from ae_core.cli import main
from ae_core.machine import abilities, doctor, nvidia
from ae_core.machine.doctor import Findings, diagnose

CARD = nvidia.Card("0", "GPU-1", "RTX 4090", 24 * 2**30, "550.54.14")
LINUX = Findings("linux", "x86_64", "tensorflow", "2.21.0")
READY = replace(LINUX, vendors=frozenset({"nvidia"}), cards=(CARD,), tool="", files=True)


def said(found):
    """Return the first advice's code, and all the words."""
    advice = diagnose(found)
    return advice[0].code, " ".join(map(str, advice))


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        (replace(READY, gpus=("RTX 4090",)), "sees", "uses RTX 4090"),
        (replace(READY, hidden=""), "hidden", "CUDA_VISIBLE_DEVICES is set to ''"),
        (replace(READY, hidden="-1"), "hidden", "'-1'"),
        (replace(READY, hidden="0"), "packages", r"tensorflow\[and-cuda\]"),
        (LINUX, "no_card", "--gpus all"),
        (replace(LINUX, tool="No devices were found"), "container", "--gpus all"),
        (replace(LINUX, vendors=frozenset({"nvidia"})), "driver_missing", "install it"),
        (replace(LINUX, vendors=frozenset({"amd", "intel"})), "amd", "ROCm"),
        (
            replace(READY, cards=(), tool="couldn't communicate with the driver"),
            "driver_broken",
            "couldn't communicate",
        ),
        (
            replace(READY, cards=(), tool="Driver/library version mismatch"),
            "driver_mismatch",
            "restart the machine",
        ),
        (
            replace(READY, cards=(replace(CARD, driver="470.82.01"),)),
            "driver_old",
            "470.82.01 is too old for CUDA 12.*525.60.13",
        ),
        (replace(READY, cuda="13"), "driver_old", "580.65.06"),
        (READY, "packages", r"550.54.14 are fine.*pip install 'tensorflow\[and-cuda\]'"),
        (replace(READY, backend="jax"), "packages", r"jax\[cuda12\]"),
        (replace(READY, packages=True, problem="It crashed."), "probe", "It crashed"),
        (replace(LINUX, system="wsl"), "wsl_driver", "never one inside WSL"),
        (replace(READY, system="wsl"), "packages", "and-cuda"),
        (replace(LINUX, system="windows"), "windows_linux", "WSL2.*and-cuda"),
        (replace(LINUX, system="windows", backend="jax"), "windows_linux", "jax uses no GPU"),
        (replace(LINUX, system="windows", backend="torch"), "windows_driver", "nvidia.com"),
        (replace(READY, system="windows", backend="torch"), "windows_torch", "download.pytorch.org"),
        (replace(LINUX, system="macos"), "mac_tensorflow", "KERAS_BACKEND=torch"),
        (replace(LINUX, system="macos", backend="jax"), "mac_jax", "KERAS_BACKEND=torch"),
        (replace(LINUX, system="macos", backend="torch"), "mac_intel", "M1"),
        (replace(LINUX, system="macos", backend="torch", processor="arm64"), "mac_torch", "12.3"),
    ],
)
def test_the_first_obstacle_is_named(found, code, words):
    first, whole = said(found)
    assert first == code
    assert re.search(words, whole)
    assert ("on the CPU, only slower" in whole) == (code != "sees")


def test_every_sentence_is_used_and_ends():
    source = open(doctor.__file__, encoding="utf-8").read().split("class Advice")[1]
    for code, words in doctor.SENTENCES.items():
        system = code.partition("_")[0]
        assert f'"{code}"' in source or (system in ("mac", "wsl", "windows") and system in source)
        assert words.count("{") == words.count("}") and "  " not in words


def test_the_facts_of_this_machine_are_found(capsys):
    found = doctor.look()
    assert found.system in ("linux", "wsl", "windows", "macos") and found.version
    assert main(["devices", "--doctor"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words == " ".join(" ".join(str(advice).split()) for advice in diagnose(found))


def test_cards_are_read_as_the_tool_tells_them(tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        "#!/bin/sh\n"
        "echo '0, GPU-aa, NVIDIA H100, 81559, 550.54.14'\n"
        "echo '1, GPU-bb, NVIDIA T4, [N/A], 550.54.14'\n"
    )
    tool.chmod(0o755)
    cards, trouble = nvidia.cards(str(tool))
    assert trouble == "" and [card.name for card in cards] == ["NVIDIA H100", "NVIDIA T4"]
    assert cards[0].memory_bytes == 81559 * 2**20 and cards[1].memory_bytes is None
    assert nvidia.find("1", cards) is cards[1] and nvidia.find("GPU-a", cards) is cards[0]
    assert nvidia.find("7", cards) is None and nvidia.find("", cards) is None
    tool.write_text("#!/bin/sh\necho 'Driver/library version mismatch'\nexit 18\n")
    assert nvidia.cards(str(tool)) == ((), "Driver/library version mismatch")
    assert nvidia.cards(str(tmp_path / "none")) == ((), "missing")


def test_display_cards_are_told_from_other_devices(tmp_path):
    for place, kind, vendor in (("a", "0x030200", "0x10de"), ("b", "0x020000", "0x8086")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "class").write_text(kind + "\n")
        (tmp_path / place / "vendor").write_text(vendor + "\n")
    assert doctor._vendors(tmp_path) == {"nvidia"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os.abort()", "crashed"),
        ("print('noise')", "crashed"),
        ("print('[1]')", "crashed"),
        ("import time; time.sleep(60)", "given up"),
    ],
)
def test_a_trial_that_goes_wrong_is_a_sentence(code, words):
    can = abilities.ask([sys.executable, "-c", code], {}, 1.0)
    assert can.xla is None and words in can.problem


@pytest.mark.long
def test_xla_and_mixed_precision_are_really_tried():
    can = abilities.of("cpu")
    assert can.problem == "" and isinstance(can.xla, bool) and can.bfloat16 is True
