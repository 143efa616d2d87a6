"""Tables that belong to a run, one block a data set: `rate_quality.json`, `denoising.json`."""

from __future__ import annotations

from datetime import UTC, datetime

from ae_core.errors import UserError
from ae_core.files import read_json, unwritable, write_json
from ae_core.machine import provenance

SCHEMA = 1


def about(dataset, images: int) -> dict:
    """Return what must be known of test images and machine to repeat a table: the block's head."""
    return {
        "data": dataset.name,
        "origin": dataset.origin,
        "fingerprint": dataset.fingerprint,
        "images": images,
        "shape": [int(side) for side in dataset.shape],
        "machine": provenance.machine(),
        "versions": provenance.versions(),
        "created": _now(),
    }


def put(run, name: str, block: dict, write: bool = True) -> dict:
    """Put a block into a run's file, in the place of an earlier one of the same data set.

    Args:
        run: an `ae_core.runs.Run`.
        name: of the file in its folder; one that cannot be read is written anew.
        block: with `data`, the name of the data set.
        write: False leaves the folder as it is, and the result holds this block only.

    Returns:
        The content of the file: `schema`, `created` and the blocks under `tests`.

    Raises:
        UserError: the folder cannot be written.
    """
    tests = read(run, name) if write else []
    places = {test.get("data"): place for place, test in enumerate(tests)}
    if block["data"] in places:
        tests[places[block["data"]]] = block
    else:
        tests.append(block)
    result = {"schema": SCHEMA, "created": _now(), "tests": tests}
    if write:
        try:
            write_json(run.folder / name, result)
        except OSError as error:
            raise unwritable(run.folder, error) from error
    return result


def read(run, name: str) -> list[dict]:
    """Return the blocks of a run's file; none where it is missing, damaged or of another schema."""
    try:
        found = read_json(run.folder / name)
    except (OSError, UserError):
        return []
    tests = found.get("tests")
    whole = found.get("schema") == SCHEMA and isinstance(tests, list)
    return [test for test in tests if isinstance(test, dict)] if whole else []


def test_images(dataset, images: int | None, most: int):
    """Return the first so many test images: uint8 (N, H, W, C), N at most `most` when None.

    Raises:
        UserError: fewer than one was asked for, or the set has none.
    """
    if images is not None and images < 1:
        raise UserError(
            "At least one test image must be used, but {images} were asked for.", images=images
        )
    x = dataset.test.x[: most if images is None else images]
    if len(x) == 0:
        raise UserError(
            "The data set {dataset} has no test images to measure with.", dataset=dataset.name
        )
    return x


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
