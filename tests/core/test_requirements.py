"""The lock has a release of all that the ranges ask for, with its hashes."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = "tests/requirements.txt"
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


def test_the_lock_satisfies_the_ranges():
    for python in PYTHONS:
        for system in SYSTEMS:
            there = releases(LOCK, python, system)
            for wanted in asked("tests/requirements.in"):
                if holds(wanted, python, system):
                    (version,) = there.get(canonicalize_name(wanted.name), [None])
                    assert version and wanted.specifier.contains(version, prereleases=True), (
                        f"{wanted} on Python {python}, {system}: {version}; run: python tests/lock.py"
                    )


def test_every_release_has_hashes_and_no_place_is_named():
    assert all(count for _, count in locked(LOCK))
    text = (ROOT / LOCK).read_text(encoding="utf-8")
    assert "python tests/lock.py" in text[:200]
    assert "://" not in text and "index" not in text and "find-links" not in text
