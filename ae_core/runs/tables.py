"""What was measured with a run, in files beside it; each kind is read and written here alone.

`evaluation.json` holds the figures on test images, `rate_quality.json` and `denoising.json` a table
for each data set. A file that does not have its shape is refused whole, with one sentence; a row of
a table that has no place in a chart is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ae_core.errors import UserError
from ae_core.files import write_json, writing
from ae_core.files.reading import Damaged, contents, fits, parse, read_json
from ae_core.files.reading.bounds import JSON_BYTES
from ae_core.machine import provenance
from ae_core.runs import schema

EVALUATION = "evaluation.json"
RATE = "rate_quality.json"
DENOISING = "denoising.json"
SCHEMA = 1
LEAST_BITS = 1e-3  # an image; fewer were not measured
_SHAPES = {
    RATE: (schema.RateTable, schema.RateRow),
    DENOISING: (schema.DenoisingTable, schema.DenoisingRow),
}


@dataclass(frozen=True)
class Table:
    """What was measured with one run on the test images of one data set."""

    run_id: str
    data: str
    rows: tuple[Mapping[str, Any], ...]
    about: Mapping[str, Any] = field(default_factory=dict)  # the block's other entries

    @property
    def key(self) -> str:
        """Tells tables apart: two runs may be measured on the same set."""
        return f"{self.run_id}/{self.data}"

    @property
    def images(self) -> int:
        """Number of test images behind every row."""
        return self.about["images"]

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, C) of the images."""
        return tuple(self.about["shape"])


def every(found: Iterable[Any], name: str) -> tuple[list[Table], list[UserError]]:
    """Return the tables of one name that runs have, in their order, and what is wrong with files."""
    tables, problems = [], []
    for run in found:
        try:
            blocks = load(run, name)
        except UserError as error:
            problems.append(error)
            continue
        for block in blocks:
            about = {k: v for k, v in block.items() if k != "rows"}
            tables.append(Table(run.id, block["data"], tuple(block["rows"]), about))
    return tables, problems


def number_of(row: Mapping[str, Any], name: str) -> float | None:
    """Return a number of a row, None where it has none."""
    return None if row.get(name) is None else float(row[name])


def has_bits(row: Mapping[str, Any]) -> bool:
    """Return whether a row's bits have a logarithm and a ratio; those of denoising count none."""
    return row.get("bits_per_image", LEAST_BITS) >= LEAST_BITS


def read(run, name: str) -> list[dict]:
    """Return the blocks of a run's file as :func:`load` does; none where it cannot be read."""
    try:
        return load(run, name)
    except UserError:
        return []


def load(run, name: str) -> list[dict]:
    """Return the blocks of `rate_quality.json` or `denoising.json`, none where there is no file.

    Args:
        run: an `ae_core.runs.Run`.
        name: `RATE` or `DENOISING`.

    Returns:
        Blocks of the shape of `schema.RateTable` or `schema.DenoisingTable`, each with a row at
        least; their rows have that of `schema.RateRow` or `schema.DenoisingRow`.

    Raises:
        UserError: the file is damaged, or of another schema.
    """
    try:
        blocks = _checked(name, contents(run.folder / name, JSON_BYTES))
    except FileNotFoundError:
        return []
    except (Damaged, ValueError) as error:
        raise _unreadable(run, name) from error
    if blocks is None:
        raise _unreadable(run, name)
    return [block | {"rows": [*block["rows"]]} for block in blocks]


@functools.lru_cache(maxsize=32)
def _checked(name: str, stands: bytes) -> list[dict] | None:
    """Return the blocks of a file, None where they have not their shape; ValueError where it is none.

    What stands in it is the cache's key: to check a file takes far longer than to read it.
    """
    content = parse(stands)
    if not isinstance(content, dict):
        return None
    table, row = _SHAPES[name]
    blocks = content.get("tests")
    if content.get("schema") != SCHEMA or not fits(blocks, list[table]):
        return None
    sound = [b | {"rows": [r for r in b["rows"] if fits(r, row) and has_bits(r)]} for b in blocks]
    if any(block["rows"] and not kept["rows"] for block, kept in zip(blocks, sound, strict=True)):
        return None
    return [block for block in sound if block["rows"]]


def evaluation(run) -> dict[str, Any] | None:
    """Return a run's `evaluation.json`, of the shape of `schema.Evaluation`; None without a file.

    Raises:
        UserError: the file is damaged, or of another schema.
    """
    try:
        content = read_json(run.folder / EVALUATION)
    except FileNotFoundError:
        return None
    except Damaged as error:
        raise _unreadable(run, EVALUATION) from error
    if content.get("schema") != SCHEMA or not fits(content, schema.Evaluation):
        raise _unreadable(run, EVALUATION)
    if not content["tests"]:  # whoever writes one has measured
        raise _unreadable(run, EVALUATION)
    return content


def figures(test: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what there is to show of a block of `evaluation.json`: figures by what was measured.

    "network"; "unseen", the images that are not in the training images, where some are; "stored",
    codes in 8 bits; "searched", codes that were searched for; "pca"; "pca_for_psnr", fitted for the
    mean of PSNR; and "noisy", the input, where it is not the image itself.
    """
    found = {
        "network": test["network"],
        "unseen": test["network_without_duplicates"] if test["duplicates"] else None,
        "stored": None if "rate_level" in test else (test.get("stored") or {}).get("summary"),
        "searched": (test.get("searched") or {}).get("summary"),
        "pca": test.get("pca"),
        "pca_for_psnr": test.get("pca_for_psnr"),
        "noisy": None if test["noisy"]["psnr"] is None else test["noisy"],
    }
    return {name: value for name, value in found.items() if value}


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
        "created": provenance.now(),
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
    tests = _earlier(run, name) if write else []
    places = {test["data"]: place for place, test in enumerate(tests)}
    if block["data"] in places:
        tests[places[block["data"]]] = block
    else:
        tests.append(block)
    result = {"schema": SCHEMA, "created": provenance.now(), "tests": tests}
    if write:
        with writing(run.folder):
            write_json(run.folder / name, result)
    return result


def check_images(images: int | None) -> None:
    """Refuse a number of test images below one; None asks for no certain number."""
    if images is not None and images < 1:
        raise UserError(
            "At least one test image must be used, but {images} were asked for.", images=images
        )


def test_images(dataset, images: int | None, most: int):
    """Return the first so many test images: uint8 (N, H, W, C), N at most `most` when None.

    Raises:
        UserError: fewer than one was asked for, or the set has none.
    """
    check_images(images)
    x = dataset.test.x[: most if images is None else images]
    if len(x) == 0:
        raise UserError(
            "The data set {dataset} has no test images to measure with.", dataset=dataset.name
        )
    return x


def _earlier(run, name: str) -> list[dict]:
    """Return the blocks that a new one is put beside, whatever else is in them."""
    try:
        content = read_json(run.folder / name)
    except (OSError, UserError):
        return []
    blocks = content.get("tests")
    whole = content.get("schema") == SCHEMA and isinstance(blocks, list)
    if not whole:
        return []
    return [b for b in blocks if isinstance(b, dict) and isinstance(b.get("data"), str)]


def _unreadable(run, name: str) -> UserError:
    return UserError(
        "The file {file} of the run {run} cannot be read as a table of measurements; measure it "
        "again.",
        file=name,
        run=run.id,
    )
