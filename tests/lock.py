"""Write both requirements.txt: one release of each package of requirements.in, with its hashes.

They hold for every system and Python that the program runs on. What is written in them stays, as far
as the ranges allow; ``--upgrade`` takes the newest of all, ``--upgrade-package NAME`` of one::

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
)


def main(more):
    compile = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *more]
    of_program = [*compile, "requirements.in", "--output-file", "requirements.txt"]
    of_tests = [*compile, "tests/requirements.in", "--constraints", "requirements.txt"]
    of_tests += ["--output-file", "tests/requirements.txt"]
    for command in (of_program, of_tests):
        subprocess.run([*command, "--custom-compile-command", COMMAND], cwd=ROOT, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
