"""Turn a finished run into a shipped one: small, named, with its model card."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from ae_core import data, networks, runs
from ae_core.data.drawn import textures
from ae_core.errors import UserError
from ae_core.evaluation import evaluate
from ae_core.evaluation.card import card
from ae_core.files import replacing, writing
from ae_core.files.reading.models import WEIGHTS
from ae_core.networks import course
from ae_core.runs import Run
from ae_core.training import examples

LARGEST = 5_000_000  # bytes of a shipped model
# Significant ones of a weight; of 8, long codes of images in colour lose 0.13 dB, denoisers nothing.
BITS, BITS_WITHOUT_CODE = 9, 8
KEPT_EPOCHS = 3
KEPT_FROM_PCA = 2  # of a network that begins there: what it draws changes little
FEW_SAMPLES = 8  # of tiles, which are large
KEPT_FILES = ("config.json", "history.csv")


def publish(
    run: Run,
    name: str,
    progress: Callable[[float, str], None] | None = None,
    images: int | None = None,
) -> Run:
    """Copy ``run`` to ``pretrained/name``, measure it there and write its card.

    The weights are rounded, which takes less than half; the figures and examples are made after
    that. A few epochs of the samples are kept. A network that has learned
    from photographs of somebody's is shown at work on tiles of free ones instead.

    Args:
        run: has a trained network.
        name: a folder name that is free.
        progress, images: as in :func:`evaluation.evaluate`.

    Raises:
        UserError: the name is taken, the model stays too large, or the folder cannot be written.
    """
    target = runs.pretrained_dir() / name
    if target.exists():
        raise UserError(
            "There is already a shipped run {name}; remove {target} first.", name=name, target=target
        )
    beside = target.with_name(f".{name}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with writing(beside.parent):
            beside.mkdir(parents=True)
            for file in KEPT_FILES:
                shutil.copyfile(run.folder / file, beside / file)
            _copy_model(run.model_path, beside / "model.keras")
            shipped = Run(beside)
            if may_be_passed_on(run):
                _copy_samples(run, beside)
                examples.write(shipped)
            else:
                _show_free_tiles(shipped)
            result = evaluate.evaluate(
                shipped, data=_tested(shipped), progress=progress, images=images
            )
            text = card(name, shipped.info, shipped.history(), result)
            (beside / "README.md").write_text(text, encoding="utf-8")
            beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Run(target)


def _tested(run: Run) -> str:
    """Return the sets to test a run on: of another form of a set, the set, whose test it has."""
    names = data.members(run.config.data)
    forms = {name: data.info(name).download for name in names}
    return "+".join(dict.fromkeys((form and form.folder) or name for name, form in forms.items()))


def may_be_passed_on(run: Run) -> bool:
    """Return whether the images that a run shows, those of its last set, may be shipped."""
    return data.info(data.members(run.config.data)[-1]).kind != "folder"


def _show_free_tiles(run: Run) -> None:
    """Write examples, and as samples of its best epoch the first of them."""
    side, _, _ = data.info(data.members(run.config.data)[-1]).shape
    examples.write(run, textures.tiles(examples.COUNT, side))
    shown, rows = examples.read(run), run.history().to_dict("records")
    best = int(rows[course.best(rows, run.config)]["epoch"])
    (run.folder / "samples").mkdir()
    for name in ("x", "x_noisy", "x_hat"):
        file = f"epoch-{best:04d}" if name == "x_hat" else name
        path = run.folder / "samples" / f"{file}.npy"
        np.save(path, getattr(shown, name)[:FEW_SAMPLES], allow_pickle=False)


def _copy_samples(run: Run, folder: Path) -> None:
    samples = run.samples()
    epochs = samples.epochs
    at_pca = networks.kind(run.config.network).starts_at_pca
    count = KEPT_FROM_PCA if at_pca else KEPT_EPOCHS
    kept = {epochs[i] for i in np.linspace(0, len(epochs) - 1, count).round().astype(int)}
    (folder / "samples").mkdir()
    names = ["x.npy", "x_noisy.npy", *(f"epoch-{epoch:04d}.npy" for epoch in sorted(kept))]
    names += [f"filters-{epoch:04d}.npy" for epoch in sorted(kept)]
    for name in names:
        if (path := run.folder / "samples" / name).is_file() or not name.startswith("filters"):
            shutil.copyfile(path, folder / "samples" / name)


def _copy_model(source: Path, target: Path) -> None:
    network = networks.load(source)
    bits = BITS if network.has_code else BITS_WITHOUT_CODE
    network.model.set_weights([_rounded(w, bits) for w in network.model.get_weights()])
    with replacing(target) as path:
        network.model.save(path)
        _deflate(path)
    if target.stat().st_size >= LARGEST:
        raise UserError(
            "The model is {size:,} bytes, above {largest:,}.",
            size=target.stat().st_size,
            largest=LARGEST,
        )


def _rounded(weights: np.ndarray, kept: int) -> np.ndarray:
    """Round float32 to the nearest of ``kept`` significant bits, what is below 1e-5 to zero."""
    if weights.dtype != np.float32:
        return weights
    weights = np.where(np.abs(weights) < 1e-5, np.float32(0), weights)
    bits, dropped = np.ascontiguousarray(weights).view(np.uint32), 24 - kept
    to_even = (bits >> dropped) & 1
    return ((bits + (1 << dropped - 1) - 1 + to_even) >> dropped << dropped).view(np.float32)


def _deflate(path: Path) -> None:
    """Write a ``.keras`` archive again, compressed; Keras reads it as it reads any other.

    Numbers lie shuffled, first bytes together and last ones: of rounded weights two are zero.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
            for item in old.infolist():
                content = old.read(item)
                weights = item.filename == WEIGHTS
                new.writestr(item.filename, _shuffled(content) if weights else content)
    path.write_bytes(packed.getvalue())


def _shuffled(weights: bytes) -> bytes:
    """Return an HDF5 file with its arrays shuffled and compressed."""

    def copy(old: h5py.Group, new: h5py.Group) -> None:
        new.attrs.update(old.attrs)
        for name, child in old.items():
            if isinstance(child, h5py.Group):
                copy(child, new.create_group(name))
            else:
                whole = {"chunks": child.shape, "shuffle": True, "compression": "gzip"}
                how = whole if child.size > 1 else {}
                new.create_dataset(name, data=child[()], **how).attrs.update(child.attrs)

    written = io.BytesIO()
    with h5py.File(io.BytesIO(weights)) as old, h5py.File(written, "w") as new:
        copy(old, new)
    return written.getvalue()
