"""Write tests/requirements.txt: one release of all that the ranges ask for, with its hashes.

The ranges stand in requirements.txt and tests/requirements.in. The lock holds for every system and
Python that the program runs on. What is written in it stays, as far as the ranges allow;
``--upgrade`` takes the newest of all, ``--upgrade-package NAME`` of one::

    python tests/lock.py [--upgrade]
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = "python tests/lock.py"
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
    *("--default-index", "https://pypi.org/simple", "--no-config", "--quiet", "--no-annotate"),
    *("--custom-compile-command", COMMAND, "--output-file", "tests/requirements.txt"),
)


def main(more):
    command = [sys.executable, "-m", "uv", "pip", "compile", "tests/requirements.in", *OPTIONS, *more]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
