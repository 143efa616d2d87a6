"""What a rate network has from counting images, not from learning: its transform and its shapes."""

from __future__ import annotations

import keras
import numpy as np

from ae_core.baselines import pca
from ae_core.networks.layers import averaging, block_means
from ae_core.networks.rate import shape_book
from ae_core.networks.rate.layers import COLOURS, HASTE, ROWS
from ae_core.networks.rate.network import (
    LINEAR_PIXELS,
    STEPS,
    free_values,
    has_shapes,
    lagrangian,
    shares,
)

_FREE_SPREAD = 4.0  # of the values that are not linear at the start
_DRAWINGS = 6  # until the decoder draws new shapes as they are


def start_at_transform(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Set the linear layers to PCA of brightness and of colour, and gains and prior to match.

    A pixel that is the mean of n² counts n² times, so that an error of the code is one of the image.

    Args:
        network: from :func:`ae_core.networks.rate.build`.
        x: training images, uint8 (N, H, W, C).
        weights: how often each image counts, (N,).
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    channels = x.shape[-1]
    x, factor = _averaged(x)
    free = free_values(channels)
    code = encoder.output_shape[-1] - free - has_shapes(channels)
    found = [
        _principal(covariance * factor**2, size)
        for covariance, size in zip(_planes(x, weights), shares(code, channels), strict=False)
    ]
    variances = np.concatenate([found[0][1], *([found[1][1]] * 2 if len(found) > 1 else [])])
    order = np.argsort(-variances, kind="stable").astype(np.int32)
    for name, (basis, _) in zip(("brightness", "colour"), found, strict=False):
        encoder.get_layer(name).set_weights([(basis * factor).astype(np.float32)])
        decoder.get_layer(name).set_weights([(basis.T / factor).astype(np.float32)])
    encoder.get_layer("order").set_weights([order])
    decoder.get_layer("order").set_weights([np.argsort(order).astype(np.int32)])
    variances = np.maximum(variances[order], 1e-7)
    if free:
        energy = np.sqrt(variances / variances.mean())
        encoder.get_layer("energy").set_weights([energy.astype(np.float32)])
    if has_shapes(channels):
        decoder.get_layer("shape_unit").set_weights([1 / np.sqrt(variances, dtype=np.float32)])
        variances = _start_shapes(network, x, found[0][0] * factor, weights)
    spread = np.concatenate([np.full(free, _FREE_SPREAD), np.sqrt(variances)])
    # Of few images the last directions hardly vary, and others' values there are whole steps.
    seen = np.maximum(spread, STEPS[channels][1])
    decoder.get_layer("unit").set_weights([(1 / seen).astype(np.float32)])
    steps = np.geomspace(*STEPS[channels], ROWS)[:, None]
    bias = np.log(np.maximum(0.3 * spread / steps, 1e-3)).astype(np.float32)
    prior = network.get_layer("prior")
    prior.log_bias.assign(bias / HASTE)


def renew_shapes(model: keras.Model, x: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
    """Make the shapes for the fewest bits, and what each shape's number costs, anew.

    Args:
        model: trained, from :func:`ae_core.networks.rate.finished`; changed in place.
        x: training images, uint8 (N, H, W, C).
        weights: how often each counts, (N,).

    Returns:
        Bits (SHAPE_ROWS, shapes), see :func:`ae_core.networks.rate.shape_bits`; None without shapes.
    """
    if not has_shapes(x.shape[-1]):
        return None
    encoder = model.get_layer("encoder")
    nearest = encoder.get_layer("nearest_shape")
    x, _ = _averaged(x)
    basis, order = (encoder.get_layer(name).get_weights()[0] for name in ("brightness", "order"))
    y = _linear_code(x, np.asarray(basis)[:, np.asarray(order)])
    found, bits = (np.array(part) for part in nearest.get_weights())
    size = shape_book.SIZES[0]
    found[:size], few = shape_book.smallest(
        y[:, : nearest.size], weights, lagrangian(shape_book.LEVELS[0], 1)
    )
    nearest.set_weights([found, shape_book.renewed_bits(bits, few)])
    shape_book.fit_bits(nearest, y, weights)
    _draw(model.get_layer("decoder"), found, size, np.asarray(basis)[:, np.asarray(order)])
    return np.asarray(nearest.get_weights()[1])


def _start_shapes(network, x: np.ndarray, basis: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fill the book of shapes; return the variances (k,) of what it leaves of the linear code."""
    y = _linear_code(x, basis.astype(np.float32))
    nearest = network.get_layer("encoder").get_layer("nearest_shape")
    slopes = lagrangian(np.array(shape_book.LEVELS), 1)
    found, bits = shape_book.book(y[:, : nearest.size], weights, slopes)
    nearest.set_weights([found, bits])
    shape_book.fit_bits(nearest, y, weights)
    network.get_layer("decoder").get_layer("shape").set_weights([found])
    network.get_layer("shape_bits").set_weights([nearest.get_weights()[1]])
    left = y - shape_book.lookup(nearest, y)
    return np.maximum((left**2 * weights[:, None]).sum(axis=0) / weights.sum(), 1e-7)


def _draw(decoder: keras.Model, found: np.ndarray, few: int, basis: np.ndarray) -> None:
    """Give the decoder a book from which it draws the first ``few`` shapes as they are.

    Its layers add to every shape what they learned; what they add to a new one is taken off.
    """
    book, drawn = found.copy(), basis[:, : found.shape[1]]
    q = np.zeros((few, decoder.inputs[0].shape[1]), np.float32)
    q[:, 0] = np.arange(few)
    levels = np.full((few, 1, 1, 1), shape_book.LEVELS[0], np.float32)
    for _ in range(_DRAWINGS):
        decoder.get_layer("shape").set_weights([book])
        x_hat, _ = _averaged(np.clip(decoder.predict_on_batch([q, levels]), 0, 1))
        book[:few] += found[:few] - (x_hat.reshape(few, -1) - 0.5) @ drawn
    decoder.get_layer("shape").set_weights([book])


def _averaged(x: np.ndarray) -> tuple[np.ndarray, int]:
    """Return images (N, H, W, C) as the linear layers see them, and by what they were averaged."""
    factor = averaging(x.shape[1:], LINEAR_PIXELS)
    return block_means(x, factor), factor


def _linear_code(x: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the linear code of grey images: uint8 (N, H, W, 1), basis (D, k) → float32 (N, k)."""
    return np.concatenate(
        [
            (x[i : i + 2048].reshape(-1, len(basis)).astype(np.float32) / 255 - 0.5) @ basis
            for i in range(0, len(x), 2048)
        ]
    )


def _planes(x: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """Covariances (D, D) about mid-grey of brightness and colour, over all flips and turns."""
    channels = x.shape[-1]
    weights = weights / weights.sum()
    sums = [0.0] * min(channels, 2)
    for first in range(0, len(x), 1000):
        part = x[first : first + 1000].astype(np.float32) / 255 - 0.5
        share = np.sqrt(weights[first : first + 1000]).astype(np.float32)
        planes = part @ COLOURS.T.astype(np.float32) if channels == 3 else part
        flat = (planes * share[:, None, None, None]).transpose(3, 0, 1, 2)
        flat = flat.reshape(channels, len(part), -1)
        products = [p.T @ p for p in flat]
        sums[0] = sums[0] + products[0]
        if channels == 3:
            sums[1] = sums[1] + (products[1] + products[2]) / 2
    if channels == 1:  # letters have an upright; house numbers are seen as textures
        return sums
    return [_symmetric(s, *x.shape[1:3]) for s in sums]


def _symmetric(covariance: np.ndarray, height: int, width: int) -> np.ndarray:
    grid = np.arange(height * width).reshape(height, width)
    views = [
        view
        for turned in ((grid, grid.T) if height == width else (grid,))
        for view in (turned, turned[::-1], turned[:, ::-1], turned[::-1, ::-1])
    ]
    found = np.zeros_like(covariance)
    for view in views:  # one at a time: of many pixels each is large
        found += covariance[np.ix_(view.ravel(), view.ravel())]
    return found / len(views)


def _principal(covariance: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first eigenvectors as columns (D, size), and their variances (size,)."""
    if len(covariance) > pca.EXACT:
        components, variances = pca.leading(covariance.__matmul__, len(covariance), size)
        return components[:size].T, variances[:size]
    variances, vectors = np.linalg.eigh(covariance.astype(np.float64))
    return vectors[:, ::-1][:, :size], np.maximum(variances[::-1][:size], 0)
