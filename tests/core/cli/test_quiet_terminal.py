"""The terminal belongs to the program: nothing of what its libraries say stands between its words."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ae_core.machine import backends, processes


@pytest.mark.long
def test_compress_says_only_its_own_words(tmp_path):
    Image.fromarray(np.full((16, 16), 90, np.uint8)).save(tmp_path / "x.png")
    env = processes.environment()
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    command = ["compress", str(tmp_path / "x.png"), "-o", str(tmp_path / "x.aep")]
    done = subprocess.run(
        [sys.executable, "-m", "ae_core", *command, "--run", "letters-codec"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("1 image, ")


@pytest.mark.parametrize("ends", [True, False], ids=["well", "with an error"])
def test_only_log_lines_are_held_back(capfd, ends):
    def say():
        with backends._without_log_lines():
            os.write(2, b"I0000 00:00:1.5 7 cudart_stub.cc:31] Could not find cuda drivers\n")
            os.write(2, b"a warning of Python\n")
            if not ends:
                raise ValueError

    if ends:
        say()
    else:
        with pytest.raises(ValueError):
            say()
    assert capfd.readouterr().err == "a warning of Python\n"
    os.write(2, b"I0000 00:00:1.5 7 later\n")
    assert "later" in capfd.readouterr().err
