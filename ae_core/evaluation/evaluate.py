"""A run and its test images -> the figures that everything shows: `evaluation.json`.

    x --> fixed noise (seed 0) --> x_noisy --> network --> x_hat --> quality (x, x_hat)
                                          \\--> PCA of the same code size, or the classics beside it

Every figure is taken on 8-bit images. Noise is clipped and rounded to 8 bits unless a block says
"unclipped". For a run trained with noise levels from `low` to `level`, `level` is tested; elastic
networks are tested without noise, at several code sizes, and rate networks at the middle of their
range (`ae_core.evaluation.rate_quality` has all of it).
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from ae_core import data as datasets
from ae_core import networks
from ae_core.baselines import pca
from ae_core.config import SEARCH_STEPS
from ae_core.evaluation import code_sizes, eight_bits, shared
from ae_core.files import write_json, writing
from ae_core.images import metrics
from ae_core.images import noise as noises
from ae_core.images.noise import Noise
from ae_core.machine import provenance
from ae_core.runs import tables

SCHEMA = 1
NOISE_SEED = 0
BENCHMARK_SIGMAS = (15, 25, 50)  # the levels of the denoising literature
RANGE_IMAGES = 4_096  # training images whose codes set the quantiser's ranges
PCA_VALUES = 1_024  # the largest code offered; one fit is sliced for all

Progress = Callable[[float, str], None]


def evaluate(
    run,
    data: str | None = None,
    progress: Progress | None = None,
    images: int | None = None,
    network=None,
    write: bool = True,
) -> dict:
    """Measure a run on its test images and write `evaluation.json` into its folder.

    Args:
        run: an `ae_core.runs.Run`.
        data: names of the test sets, joined by "+"; default: those the run was trained on. Figures
            of other sets that the file already holds are kept.
        progress: called with (fraction 0 to 1, what is being done).
        images: use only the first so many test images of each set.
        network: an inference wrapper to use instead of the run's `model.keras`.
        write: False leaves the folder as it is.

    Returns:
        The content of `evaluation.json`: plain JSON values; MSE on [0, 1], PSNR in dB, bits an
        image. `stored` under `code` is that of the first test set.

    Raises:
        UserError: images of another shape than the network's, or no test images.
        DataMissing: a data set is not on this machine.

    >>> from ae_core import runs
    >>> measured = evaluate(runs.get("letters-overfit"), images=8, write=False)
    >>> measured["tests"][0]["data"], measured["tests"][0]["images"]
    ('letters', 8)
    """
    tables.check_images(images)
    if network is None:
        network = networks.load(run.model_path)
    noise = networks.kind(run.config.network).test_noise(run.config.noise)
    names = datasets.members(data or run.config.data)
    # Of the set named as "pca_fitted_on_data" in the result, where the other one is not here.
    training = shared.trained_on(run.config.data, names[0] if data else run.config.data)
    tell = progress or (lambda fraction, text: None)

    tests = []
    for index, name in enumerate(names):
        dataset = shared.tested(name, network)

        def part(fraction, text, index=index, name=name):
            tell((index + fraction) / len(names), f"{name}: {text}")

        if network.bits:
            tests.append(_bits_test(network, dataset, training, images))
        else:
            rivals = networks.kind(run.config.network).starts_at_pca
            beyond = run.config.noise.unclipped > 0
            tests.append(_test(network, dataset, training, noise, images, part, rivals, beyond))
    if write and data:
        tests = _with_earlier(tests, noise, run.evaluation())
    result = {
        "schema": SCHEMA,
        "created": provenance.now(),
        "noise": _stated(noise),
        "noise_seed": NOISE_SEED,
        "code": _code(network, tests[0]),
        "parameters": int(network.parameters),
        "tests": tests,
    }
    if write:
        with writing(run.folder):
            write_json(run.folder / tables.EVALUATION, result)
    tell(1.0, "done")
    return result


_fits: OrderedDict[str, pca.PCA] = OrderedDict()
_fitting = threading.Lock()


def pca_reference(training, values: int) -> pca.PCA:
    """PCA of `values` values (1 to 1,024) fitted to the clean training images of a `Dataset`.

    The fit is kept in the process, by the data's fingerprint, and sliced for each code size, so that
    several runs on the same data cost one fit. At most 20,000 images are used, chosen by a fixed
    seed. Joined sets have equal shares in it, as they have in training. Fewer values come back when
    the images do not have that many independent directions.
    """
    with _fitting:
        fitted = _fits.pop(training.fingerprint, None)
        if fitted is None:
            parts = shared.sample(training, pca.FIT_IMAGES)
            weights = np.concatenate([np.full(len(x), 1 / max(1, len(x))) for x in parts])
            fitted = pca.fit(np.concatenate(parts), PCA_VALUES, weights=weights)
        _fits[training.fingerprint] = fitted
        while len(_fits) > 2:
            _fits.popitem(last=False)
    return fitted.take(min(values, fitted.values))


def best_linear(training, values: int) -> pca.PCA:
    """As :func:`pca_reference`, fitted for the mean of PSNR: the best that a linear code can do."""
    wide = pca_reference(training, PCA_VALUES)
    parts = shared.sample(training, pca.FIT_IMAGES)
    weights = np.concatenate([np.full(len(x), 1 / max(1, len(x))) for x in parts])
    return pca.for_psnr(wide, np.concatenate(parts), values, weights=weights)


def _tested(dataset, training, images: int | None) -> tuple[np.ndarray, np.ndarray, dict]:
    """Return the test images, which of them were in the training images, and what is said of them."""
    x = tables.test_images(dataset, images, len(dataset.test))
    known = replace(dataset, train=training.train, validation=training.validation)
    duplicate = datasets.duplicates_of_train(known)[:images]
    about = {name: getattr(dataset, name) for name in ("origin", "fingerprint")}
    about |= {"images": len(x), "duplicates": int(duplicate.sum())}
    return x, duplicate, {"data": dataset.name, **about}


def _test(
    network,
    dataset,
    training,
    noise: Noise,
    images,
    tell: Progress,
    linear_rivals: bool,
    beyond: bool,
) -> dict:
    """One block of `tests`: a network, and its peers, on the test images of one data set.

    With `linear_rivals`, also PCA fitted for PSNR, and the network with codes searched for. `beyond`:
    it has learned from noise that was not clipped.
    """
    x, duplicate, about = _tested(dataset, training, images)
    x_noisy = noises.corrupt(x, noise, seed=NOISE_SEED)
    y, x_hat = _through(network, x_noisy, noise.level, lambda done: tell(0.6 * done, "network"))
    block = about | {
        "network": metrics.summary(x, x_hat),
        "network_without_duplicates": _without(duplicate, x, x_hat),
        "noisy": metrics.summary(x, x_noisy),
        "pca": None,
        "pca_fitted_on": 0,
        "pca_fitted_on_data": training.name,
    }
    if network.has_code:
        tell(0.6, "PCA of the same size")
        peer = pca_reference(training, math.prod(network.code_shape))
        x_pca = peer.reconstruct(x_noisy)
        block["pca"] = metrics.summary(x, x_pca)
        block["pca_values"] = peer.values
        block["pca_without_duplicates"] = _without(duplicate, x, x_pca)
        block["pca_fitted_on"] = peer.images
        if linear_rivals:
            rival = best_linear(training, math.prod(network.code_shape))
            block["pca_for_psnr"] = metrics.summary(x, rival.reconstruct(x_noisy))
            block["searched"] = _searched(network, x_noisy, x)
        tell(0.8, "bytes of the code")
        block["stored"] = _stored(network, training, noise, x, y)
        if network.sizes(code_sizes.SIZES):
            block["sizes"] = code_sizes.measure(
                network, x, dataset.name, peer, lambda done: tell(done, "sizes")
            )
    else:
        block["levels"] = _levels(
            network, x, beyond, lambda done: tell(0.6 + 0.4 * done, "noise levels")
        )
    return block


def _searched(network, x_noisy, x) -> dict:
    """Figures with codes that were searched for through the decoder, and the seconds it took."""
    begun = time.perf_counter()
    y = network.encode(x_noisy, search=SEARCH_STEPS)
    seconds = time.perf_counter() - begun
    summary = metrics.summary(x, network.decode(y))
    return {"steps": SEARCH_STEPS, "seconds": seconds, "summary": summary}


def _bits_test(network, dataset, training, images) -> dict:
    """A block of `tests` for a network that writes bytes: those of one stream of all images."""
    from ae_core.codec import entropy
    from ae_core.networks.rate.inference import MIDDLE_RATE

    x, duplicate, about = _tested(dataset, training, images)
    q = network.encode(x)
    bits = 8 * len(entropy.encode(q[:, 0, 0], MIDDLE_RATE, network.prior)) / len(x)
    x_hat = network.decode(q)
    figures = metrics.summary(x, x_hat)
    return about | {
        "rate_level": MIDDLE_RATE,
        "network": figures,
        "network_without_duplicates": _without(duplicate, x, x_hat),
        "noisy": metrics.summary(x, x),
        "pca": None,
        "stored": _bits(bits, x, 0, figures),
    }


def _stored(network, training, noise: Noise, x, y) -> dict:
    """Bits really needed for the codes `y` of `x`, and the quality of what they decode to."""
    seen = np.concatenate(shared.sample(training, RANGE_IMAGES))
    seen = noises.corrupt(seen, noise, seed=NOISE_SEED + 1)
    encode = partial(network.encode, level=noise.level)
    found = eight_bits.stored(network.decode, shared.in_parts(encode, seen), x, y)
    return _bits(8 * found.size / len(y), x, found.header, metrics.summary(x, found.x_hat))


def _bits(bits: float, x, header: int, figures: dict) -> dict:
    pixels = math.prod(x.shape[1:3])
    sizes = {"bits_per_image": bits, "bpp": bits / pixels, "header_bytes": header}
    return sizes | {"summary": figures}


def _levels(network, x, beyond: bool, tell) -> list[dict]:
    """A network without a code at the literature's levels, clipped as here and not, as there."""
    blocks = []
    for index, sigma in enumerate(BENCHMARK_SIGMAS):
        clipped = noises.corrupt(x, Noise("gaussian", sigma), seed=NOISE_SEED)
        noisy = metrics.summary(x, clipped)  # an image to look at is clipped in either case
        tell(index / len(BENCHMARK_SIGMAS))
        x_hat = shared.in_parts(partial(network.reconstruct, level=sigma), clipped)
        network_clipped = metrics.summary(x, x_hat)
        floating = noises.corrupt_unclipped(x, sigma, seed=NOISE_SEED)
        own = partial(network.reconstruct_float, level=sigma, beyond=beyond)
        x_hat = shared.in_parts(own, floating)
        found = {"clipped": network_clipped, "unclipped": metrics.summary(x, x_hat)}
        for kind, figures in found.items():
            blocks.append({"sigma": sigma, "noise": kind, "noisy": noisy, "network": figures})
    return blocks


def _through(network, x_noisy, level, tell) -> tuple[np.ndarray | None, np.ndarray]:
    """Codes (None for a network without) and reconstructions of a batch of any length."""
    y, x_hat = [], np.empty_like(x_noisy)
    for start in range(0, len(x_noisy), shared.BATCH):
        part = slice(start, start + shared.BATCH)
        if network.has_code:
            y.append(network.encode(x_noisy[part], level=level))
            x_hat[part] = network.decode(y[-1])
        else:
            x_hat[part] = network.reconstruct(x_noisy[part], level=level)
        tell(min(part.stop, len(x_noisy)) / len(x_noisy))
    return (np.concatenate(y) if y else None), x_hat


def _without(duplicate, x, x_hat) -> dict | None:
    """Figures of the images that were not seen in training; None when there are no such images."""
    return None if duplicate.all() else metrics.summary(x[~duplicate], x_hat[~duplicate])


def _code(network, test) -> dict | None:
    """Size of the code in both accountings, beside the 8-bit image it stands for."""
    if not network.has_code:
        return None
    values = math.prod(network.code_shape)
    image_bits = 8 * math.prod(network.image_shape)
    stored = test["stored"]["bits_per_image"]
    return {
        "shape": [int(side) for side in network.code_shape],
        "values": values,
        "nominal_bits": shared.NOMINAL_BITS * values,
        "nominal_ratio": image_bits / (shared.NOMINAL_BITS * values),
        "stored_bits": stored,
        "stored_ratio": image_bits / stored,
    }


def _stated(noise: Noise) -> dict:
    """The noise of the test images; how training mixes levels is not part of it."""
    return {"kind": noise.kind, "level": noise.level, "low": None}


def _with_earlier(tests: list[dict], noise: Noise, earlier: dict | None) -> list[dict]:
    """Keep the blocks of other data sets from an earlier evaluation under the same noise."""
    if not earlier or earlier.get("schema") != SCHEMA or earlier.get("noise") != _stated(noise):
        return tests
    new = {test["data"]: test for test in tests}
    return [new.pop(test["data"], test) for test in earlier["tests"]] + list(new.values())
