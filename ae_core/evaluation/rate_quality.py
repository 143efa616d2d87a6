"""Networks beside every other codec on the same test images: `rate_quality.json`.

    x --> ours | JPEG, WebP, AVIF ... | PCA | networks of numbers --> bytes, x_hat --> rows

Quality is measured on the 8-bit image that a decoder gives back; bits are those of real bytes, except
where an accounting is called "nominal". Networks and tables that a decoder keeps are counted for no
codec. `rate_peers` says what a row holds, `bjontegaard` how two curves become one number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import partial

import numpy as np

from ae_core import data as datasets
from ae_core import networks
from ae_core.baselines import codecs
from ae_core.codec import pca_codec
from ae_core.errors import UserError
from ae_core.evaluation import bd_rate, rate_peers, shared
from ae_core.runs import tables

FILE = tables.RATE
LEVELS = tuple(range(0, 256, 17))
# Unless asked for more: classical codecs take milliseconds an image and setting, seconds a large one.
IMAGES, PIXELS = 1_000, 1 << 20
TRAINING_IMAGES = 4_096  # fit the tables of the PCA codec, and the 8-bit ranges of codes

Progress = Callable[[float, str], None]
Step = tuple[str, Callable[[], list[dict]]]


def measure(
    run,
    data: str | None = None,
    images: int | None = None,
    progress: Progress | None = None,
    write: bool = True,
    network=None,
    levels: tuple[int, ...] = LEVELS,
    qualities: int | None = None,
) -> dict:
    """Measure a run's rate network and all its peers; write `rate_quality.json` into its folder.

    Args:
        run: an `ae_core.runs.Run` with a rate network.
        data: names of the test sets, joined by "+"; default: those the run was trained on. Blocks
            of other sets that the file already holds are kept; each is written when it is done.
        images: use the first so many test images of each set; default: see :func:`usual_images`.
        progress: called with (fraction 0 to 1, what is being done).
        write: False leaves the folder as it is.
        network: a `networks.rate.inference.RateNetwork` to use instead of the run's `model.keras`.
        levels: of the rate network, 0 to 255.
        qualities: use only so many of each classical codec's and the PCA codec's settings, spread
            evenly; default: all.

    Returns:
        The content of the file: a block for each set under `tests`, with `rows` and `bd_rate`.

    Raises:
        UserError: another kind of network, images of another shape, or no test images.
        DataMissing: a test set is not on this machine.
    """
    if network is None:
        network = networks.load_codec(run.model_path)
    sets = [shared.tested(name, network) for name in datasets.members(data or run.config.data)]
    batches = [tables.test_images(dataset, images, usual_images(dataset.shape)) for dataset in sets]
    tell, blocks, result = progress or (lambda fraction, text: None), [], {}
    for index, (dataset, x) in enumerate(zip(sets, batches, strict=True)):

        def part(fraction, words, index=index, dataset=dataset):
            tell((index + fraction) / len(sets), f"{dataset.name}: {words}")

        found = [run, *lecture_runs(dataset.shape)]
        blocks.append(block(dataset, x, found, part, network, levels, qualities))
        result = tables.put(run, FILE, blocks[-1], write)
    tell(1.0, "done")
    return result if write else result | {"tests": blocks}


def usual_images(shape: tuple[int, int, int]) -> int:
    """Return how many images (H, W, C) are measured at the most where nobody asks for more.

    >>> usual_images((32, 32, 3)), usual_images((256, 256, 3))
    (1000, 16)
    """
    return min(IMAGES, PIXELS // (shape[0] * shape[1]))


def block(
    dataset,
    x: np.ndarray,
    found: Sequence,
    tell: Progress,
    network=None,
    levels: tuple[int, ...] = LEVELS,
    qualities: int | None = None,
) -> dict:
    """Measure the classical codecs, PCA and networks on images; nothing is written.

    Args:
        dataset: the images' `Dataset`.
        x: its first test images, uint8 (N, H, W, C).
        found: runs whose networks have a code and take such images, one rate network at most.
        tell: called with (fraction 0 to 1, the codec).
        network, levels, qualities: as in :func:`measure`.

    Returns:
        A block of `rate_quality.json`.
    """
    coder = next((run for run in found if networks.kind(run.config.network).bits), None)
    if coder is not None and network is None:
        network = networks.load_codec(coder.model_path)
    training = shared.trained_on(coder.config.data, dataset.name) if coder else dataset
    steps: list[Step] = [
        ("ours", partial(_marked, coder, rate_peers.ours, network, level, x))
        for level in (levels if coder else ())
    ]
    steps += _classical(training, x, qualities)
    steps += [(run.id, partial(_of_numbers, run, dataset, x)) for run in found if run is not coder]
    rows: list[dict] = []
    for done, (words, step) in enumerate(steps):
        tell(done / len(steps), words)
        rows += step()
    about = tables.about(dataset, len(x)) | {"pca_fitted_on_data": training.name}
    return about | {"rows": rows, "bd_rate": compare(rows)}


def compare(rows: list[dict], accounting: str = "archive") -> list[dict]:
    """Our curve against every curve of a classical codec and of PCA, over `psnr_of_mean_mse`.

    ``accounting`` is that of our rows.
    """
    curves: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        if row["accounting"] not in ("nominal", "stored") and row["psnr_of_mean_mse"] is not None:
            curves.setdefault((row["codec"], row["accounting"]), []).append(row)
    own = _points(curves.pop(("ours", accounting), []))
    found, empty = [], dict.fromkeys(field.name for field in fields(bd_rate.Saving))
    for (codec, theirs), peers in curves.items():
        saving = bd_rate.bd_rate(*own, *_points(peers))
        found.append(
            {
                "codec": "ours",
                "accounting": accounting,
                "against": codec,
                "against_accounting": theirs,
                **(asdict(saving) if saving else empty),
            }
        )
    return found


def _points(rows: list[dict]) -> tuple[list[float], list[float]]:
    return [row["bits_per_image"] for row in rows], [row["psnr_of_mean_mse"] for row in rows]


def _classical(training, x, qualities) -> list[Step]:
    """Return what is to be done with each classical codec and with PCA, in order."""
    steps: list[Step] = []
    for codec in codecs.of(x.shape[-1]).values():
        for setting in some(codec.qualities, qualities):
            for way in (rate_peers.one_file, rate_peers.own_files):
                steps.append((codec.name, partial(way, codec, setting, x)))
    return steps + [
        ("PCA", partial(_linear, training, step, x)) for step in some(pca_codec.STEPS, qualities)
    ]


def _marked(run, way: Callable[..., list[dict]], *given) -> list[dict]:
    return [row | rate_peers.by(run) for row in way(*given)]


def _linear(training, step: int, x) -> list[dict]:
    from ae_core.evaluation import evaluate

    analysis = evaluate.pca_reference(training, evaluate.PCA_VALUES)
    return rate_peers.linear(analysis, _sample(training), step, x)


def _of_numbers(run, dataset, x) -> list[dict]:
    training = _sample(shared.trained_on(run.config.data, dataset.name))
    network = networks.load(run.model_path)
    sizes = network.sizes(rate_peers.ELASTIC_SIZES) or [None]
    ways = [_marked(run, rate_peers.of_numbers, network.at(n), run.id, x, training) for n in sizes]
    return [row for rows in ways for row in rows]


def lecture_runs(shape) -> list:
    """Return a run for each of the lecture's networks and for the elastic one: shipped ones first."""
    from ae_core import runs

    found: dict[str, object] = {}
    for run in runs.references():
        name, kind = run.config.network, networks.kind(run.config.network)
        wanted = kind.every_size or kind.one_size
        if not wanted or name in found or not run.model_path.is_file():
            continue
        if kind.test_noise(run.config.noise).kind != "none":
            continue
        try:
            trained_on = datasets.info(datasets.members(run.config.data)[0])
        except UserError:  # own images that are gone
            continue
        if tuple(trained_on.shape) == tuple(shape):
            found[name] = run
    return [found[name] for name in sorted(found)]


def _sample(training) -> np.ndarray:
    """At most 4,096 training images; joined sets have equal shares, small ones by repetition."""
    parts = shared.sample(training, TRAINING_IMAGES)
    share = max(map(len, parts))
    return np.concatenate([part[np.resize(np.arange(len(part)), share)] for part in parts])


def some(settings: tuple[int, ...], count: int | None) -> tuple[int, ...]:
    """Return so many of a codec's settings, spread evenly; None: all."""
    if count is None or count >= len(settings):
        return settings
    places = np.unique(np.linspace(0, len(settings) - 1, count).round().astype(int))
    return tuple(settings[place] for place in places)
