"""Where results lie, and the only reader of them; what they hold stands in `schema`."""

from __future__ import annotations

from pathlib import Path

from ae_core import runs
from ae_core.errors import UserError
from ae_core.evaluation.bench import schema
from ae_core.evaluation.bench.schema import Result
from ae_core.files import write_json, writing
from ae_core.files.reading import fault, read_json
from ae_core.jobs import owners
from ae_core.machine import provenance

AGREEMENT_DB = 0.1  # two devices whose PSNR differs by no more have learned the same


def measured() -> dict[str, list]:
    """Return all results that there are, the newest first.

    Returns:
        ``this_machine``: measured on a machine described as this one is, ``elsewhere``: by the
        user on another one, ``recorded``: shipped with the program; each a list of results. And
        ``problems``: a sentence for every file that cannot be used.
    """
    own, problems = _read_all(own_dir())
    recorded, more = _read_all(recorded_dir())
    here = provenance.machine()
    return {
        "this_machine": [r for r in own if _same_machine(r["machine"], here)],
        "elsewhere": [r for r in own if not _same_machine(r["machine"], here)],
        "recorded": recorded,
        "problems": problems + more,
    }


def own_dir() -> Path:
    """Folder of the results measured by the user."""
    return runs.artifacts_dir() / "measurements" / "devices" / "own"


def recorded_dir() -> Path:
    """Folder of the results that are shipped with the program."""
    return runs.artifacts_dir() / "measurements" / "devices" / "recorded"


def write(path: Path, result: Result) -> None:
    """Write a result so that a reader sees the old one or the new one, never a part.

    Raises:
        UserError: the folder cannot be written.
    """
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, result)
        if path.parent == own_dir():
            owners.sign(path)


def read(path: Path) -> Result:
    """Read a result.

    Raises:
        UserError: it is missing, damaged, of another kind or another schema.
    """
    try:
        result = read_json(path)
    except FileNotFoundError as error:
        raise UserError("There is no measurement {path}.", path=path) from error
    if (result.get("kind"), result.get("schema")) != (schema.KIND, schema.SCHEMA):
        raise UserError(
            "{path} is no measurement of devices with schema {schema}.",
            path=path.name,
            schema=schema.SCHEMA,
        )
    if wrong := fault(result, Result):
        raise UserError(
            "{path} is no measurement of devices that can be used: its entry {name!r} is missing or "
            "of another type.",
            path=path.name,
            name=wrong,
        )
    return result


def _read_all(folder: Path) -> tuple[list[Result], list[str]]:
    found, problems = [], []
    for path in sorted(folder.glob("*.json")):
        if path.name.startswith(".") or not owners.mine(path):
            continue
        try:
            found.append(read(path))
        except UserError as error:
            problems.append(error.message)
    found.sort(key=lambda result: result["created"], reverse=True)
    return found, problems


def _same_machine(one: dict, other: dict) -> bool:
    """Compare what lasts: a new kernel is no new machine."""
    return all(one.get(name) == other.get(name) for name in ("cpu", "cores"))
