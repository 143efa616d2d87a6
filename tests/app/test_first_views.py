"""What a visitor sees first comes from what is stored: nobody waits for TensorFlow."""

import subprocess
import sys

import measured_files
from app_support import ROOT


def test_first_views_need_no_tensorflow(artifacts):
    measured_files.rate_quality(artifacts / "pretrained" / "denoiser-letters")
    program = [sys.executable, str(ROOT / "tests" / "app" / "first_views.py")]
    subprocess.run(program, check=True, cwd=ROOT, timeout=300)
