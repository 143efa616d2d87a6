"""Each requirements.txt has a release of all that requirements.in asks for, in range, with hashes."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS, SYSTEMS = ("3.11", "3.12", "3.13"), ("linux", "darwin", "win32")


def asked(file):
    """The requirements of a file of ranges and of the one that it names."""
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("-r "):
            yield from asked((Path(file).parent / words[3:]).as_posix())
        elif words:
            yield Requirement(words)


def locked(file):
    """The requirements of a lock, each with the number of its hashes."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            words, *hashes = re.split(r"\s+--hash=sha256:", line)
            assert all(re.fullmatch(r"[0-9a-f]{64}", one.strip()) for one in hashes), line[:80]
            yield Requirement(words), len(hashes)


def holds(requirement, python, system):
    about = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    names = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
    about |= {"platform_system": names[system], "os_name": "nt" if system == "win32" else "posix"}
    return requirement.marker is None or requirement.marker.evaluate(about)


def releases(file, python, system):
    found = {}
    for requirement, _ in locked(file):
        if holds(requirement, python, system):
            (pin,) = requirement.specifier
            assert pin.operator == "==", requirement
            found.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    return found


@pytest.mark.parametrize("folder", ["", "tests/"])
def test_the_lock_satisfies_the_ranges(folder):
    remedy = "run: python tests/lock.py"
    for python in PYTHONS:
        for system in SYSTEMS:
            there = releases(f"{folder}requirements.txt", python, system)
            for wanted in asked(f"{folder}requirements.in"):
                if holds(wanted, python, system):
                    (version,) = there.get(canonicalize_name(wanted.name), [None])
                    assert version and wanted.specifier.contains(version, prereleases=True), (
                        f"{wanted} on Python {python}, {system}: {version}; {remedy}"
                    )


def test_the_tests_run_on_what_a_user_gets():
    for python in PYTHONS:
        of_tests = releases("tests/requirements.txt", python, "linux")
        for name, versions in releases("requirements.txt", python, "linux").items():
            assert of_tests[name] == versions


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_every_release_has_hashes_and_no_place_is_named(file):
    assert all(count for _, count in locked(file))
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text and "index" not in text and "find-links" not in text


def test_both_files_name_the_command_that_writes_them():
    for file in ("requirements.txt", "tests/requirements.txt"):
        assert "python tests/lock.py" in (ROOT / file).read_text(encoding="utf-8")[:200]
