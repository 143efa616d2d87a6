"""Principal component analysis: the linear autoencoder that no other linear one can beat.

    x (H*W*C values) --> - mean --> components --> y (k values) --> components^T --> + mean --> x_hat

Pearson (1901), "On lines and planes of closest fit to systems of points in space"; that it is the
optimum of the linear autoencoder is shown by Baldi & Hornik (1989), Neural Networks 2(1).
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ae_core.errors import Message, UserError

FIT_IMAGES = 20_000  # more images do not change the leading components visibly, but cost minutes
CHUNK = 1 << 22  # values of the images that are looked at together
PSNR_ROUNDS = 3  # of reweighting; the fourth changes nothing that can be seen
EXACT = 3_072  # images or values an image up to which all components are found: 32×32 in colour;
PAIRED = 1 << 27  # of large images only while all together have no more values: 1 GiB
SPARE = 16  # directions that are sought beside those asked for
ROUNDS = 6
FLOOR = 3e-6  # mean squared error, 55 dB, below which an image counts no more


@dataclass(frozen=True)
class PCA:
    """A fitted analysis of images in [0, 1].

    mean: float32 (H*W*C,); components: float32 (k, H*W*C), orthonormal rows, largest variance
    first; variances: float64 (k,); image_shape: (H, W, C); images: how many it was fitted on.
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    image_shape: tuple[int, int, int]
    images: int

    @property
    def values(self) -> int:
        """Code size k: how many numbers stand for one image."""
        return len(self.components)

    def take(self, k: int) -> "PCA":
        """The same analysis with its first k components only: one fit serves every code size.

        Raises:
            UserError: k is not from 1 to the number of its components.
        """
        if not 1 <= k <= self.values:
            raise UserError(
                "This PCA has a code of size {values} and can be cut to a size from 1 to {values}, "
                "not to {k}.",
                values=self.values,
                k=k,
            )
        return replace(self, components=self.components[:k], variances=self.variances[:k])

    def encode(self, x) -> np.ndarray:
        """uint8 (N, H, W, C) -> y float32 (N, k)."""
        x = _check(x, self.image_shape)
        y = np.empty((len(x), self.values), np.float32)
        for part in _parts(x):
            y[part] = (_flat(x[part]) - self.mean) @ self.components.T
        return y

    def decode(self, y) -> np.ndarray:
        """y float (N, k) -> x_hat uint8 (N, H, W, C), rounded to 8 bits.

        Raises:
            UserError: the codes have another shape, or values that are not finite.
        """
        y = np.asarray(y)
        if y.ndim != 2 or y.shape[1] != self.values or not np.isfinite(y).all():
            raise UserError(
                "PCA decodes codes of shape (images, {values}) of finite numbers, but received "
                "shape {shape}{more}.",
                values=self.values,
                shape=y.shape,
                more="" if y.ndim != 2 else Message(" or values that are not finite"),
            )
        x_hat = np.empty((len(y), *self.image_shape), np.uint8)
        for part in _parts(x_hat):
            flat = y[part].astype(np.float32) @ self.components + self.mean
            x_hat[part] = np.rint(np.clip(flat, 0, 1) * 255).reshape(-1, *self.image_shape)
        return x_hat

    def reconstruct(self, x) -> np.ndarray:
        """uint8 (N, H, W, C) -> x_hat uint8 (N, H, W, C), through k values an image."""
        return self.decode(self.encode(x))


def fit(x, values: int, limit: int = FIT_IMAGES, seed: int = 0, weights=None) -> PCA:
    """Fit PCA with `values` components to uint8 images (N, H, W, C), N at least 2.

    More than `limit` images are thinned to `limit`, chosen by `seed`. `weights` (N,), above 0, say
    how often each image counts. The result has fewer values than asked for when there are not that
    many independent ones (at most N - 1, or H*W*C).

    Raises:
        UserError: fewer than two images or one value, another type, weights that do not fit.

    >>> x = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8)
    >>> linear = fit(x, values=4)
    >>> linear.encode(x).shape, linear.reconstruct(x).shape, linear.take(2).values
    ((40, 4), (40, 8, 8, 1), 2)
    """
    x = _check(x)
    if len(x) < 2:
        raise UserError(
            "PCA needs at least two images to fit to, but received {count}.", count=len(x)
        )
    if values < 1:
        raise UserError(
            "PCA needs a code of at least one value, but {values} were asked for.", values=values
        )
    x, weights = _thinned(x, weights, limit, seed)
    shares = (weights / weights.sum()).astype(np.float32)
    mean = np.zeros(math.prod(x.shape[1:]))
    for part in _parts(x):
        mean += shares[part] @ _flat(x[part])
    size = mean.size
    values = min(values, size, len(x) - 1)
    centred = x, mean.astype(np.float32), np.sqrt(shares)[:, None]
    many = len(x) < size and len(x) * size > PAIRED
    if many or min(len(x), size) > max(EXACT, 4 * values):
        components, variances = leading(partial(_covaried, *centred), size, values)
    else:
        components, variances = (_from_pairs if len(x) < size else _from_covariance)(*centred)
    return PCA(
        mean=mean.astype(np.float32),
        components=np.ascontiguousarray(components[:values], np.float32),
        variances=variances[:values],
        image_shape=tuple(x.shape[1:]),
        images=len(x),
    )


def fit_for_psnr(x, values: int, limit: int = FIT_IMAGES, seed: int = 0, weights=None) -> PCA:
    """Fit PCA for the mean of the images' PSNR, where `fit` has the least squared error.

    The arguments are those of `fit`.

    >>> x = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8)
    >>> fit_for_psnr(x, values=4).values
    4
    """
    return for_psnr(fit(x, 2 * values, limit, seed, weights), x, values, limit, seed, weights)


def for_psnr(wide: PCA, x, values: int, limit: int = FIT_IMAGES, seed: int = 0, weights=None) -> PCA:
    """As `fit_for_psnr`, among the components of a `wide` fit to the same images.

    Each image counts by 1 / its error, which is found in rounds: iteratively reweighted least
    squares, for the sum of log errors. Of twice as many components the last ones hardly move.
    """
    x, weights = _thinned(_check(x, wide.image_shape), weights, limit, seed)
    wide = wide.take(min(2 * values, wide.values))
    values = min(values, wide.values)
    y = wide.encode(x).astype(np.float64)
    energy = np.concatenate([np.square(_flat(x[p]) - wide.mean).sum(1) for p in _parts(x)])
    beyond = np.maximum(energy - np.square(y).sum(1), 0)
    counted = weights
    for _ in range(PSNR_ROUNDS + 1):
        shares = counted / counted.sum()
        mean = shares @ y
        centred = y - mean
        variances, vectors = np.linalg.eigh((centred * shares[:, None]).T @ centred)
        variances, vectors = np.maximum(variances[::-1], 0), vectors.T[::-1]
        error = np.square(centred @ vectors[values:].T).sum(1) + beyond
        counted = weights / (error + FLOOR * wide.mean.size)
    return replace(
        wide,
        mean=(wide.mean + mean @ wide.components).astype(np.float32),
        components=np.ascontiguousarray(vectors[:values] @ wide.components, np.float32),
        variances=variances[:values],
    )


def _thinned(x, weights, limit: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `limit` of the images, chosen by `seed`, and their weights, float64."""
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    if weights.shape != (len(x),) or not (weights > 0).all():
        raise UserError("PCA needs a weight above 0 for each image; images: {count}.", count=len(x))
    if len(x) > limit:
        chosen = np.sort(np.random.default_rng(seed).choice(len(x), limit, replace=False))
        x, weights = x[chosen], weights[chosen]
    return x, weights


def _from_covariance(x, mean, factors):
    """Components and variances from the (D, D) covariance; products in float32, sums in float64."""
    covariance = np.zeros((mean.size, mean.size))
    for part in _parts(x):
        centred = (_flat(x[part]) - mean) * factors[part]
        covariance += centred.T @ centred
    variances, vectors = np.linalg.eigh(covariance)
    return vectors.T[::-1], np.maximum(variances[::-1], 0)


def _from_pairs(x, mean, factors):
    """The same from the (N, N) products between images: far smaller when images are few.

    If X X^T u = s u, then X^T u is an eigenvector of X^T X (Sirovich & Kirby, 1987).
    """
    centred = ((_flat(x) - mean) * factors).astype(np.float64)
    variances, vectors = np.linalg.eigh(centred @ centred.T)
    variances, vectors = np.maximum(variances[::-1], 0), vectors[:, ::-1]
    # QR keeps the rows orthonormal also where a variance is zero and X^T u vanishes.
    components, _ = np.linalg.qr(centred.T @ vectors)
    return components.T, variances


def leading(covaried, size: int, values: int) -> tuple[np.ndarray, np.ndarray]:
    """The leading components, rows (values + a few, D), and their variances, by subspace iteration.

    It takes seconds where all of them take minutes: Halko, Martinsson & Tropp (2011), SIAM Review
    53(2).

    Args:
        covaried: gives the covariance times a basis, float (D, n), as float (D, n).
        size: D.
        values: how many are asked for.
    """
    basis = np.random.default_rng(0).standard_normal((size, min(values + SPARE, size)))
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(covaried(basis))
    within = basis.T @ covaried(basis)
    variances, vectors = np.linalg.eigh((within + within.T) / 2)
    return (basis @ vectors[:, ::-1]).T, np.maximum(variances[::-1], 0)


def _covaried(x, mean, factors, basis):
    """The covariance times a basis (D, n), float64 (D, n); the covariance itself is never made."""
    found, narrow = np.zeros(basis.shape), basis.astype(np.float32)
    for part in _parts(x):
        centred = (_flat(x[part]) - mean) * factors[part]
        found += centred.T @ (centred @ narrow)
    return found


def _parts(batch):
    count = max(1, CHUNK // max(1, math.prod(batch.shape[1:])))
    return [slice(start, start + count) for start in range(0, len(batch), count)]


def _flat(x) -> np.ndarray:
    return x.reshape(len(x), -1).astype(np.float32) / np.float32(255)


def _check(x, image_shape=None) -> np.ndarray:
    x = np.asarray(x)
    wrong = x.dtype != np.uint8 or x.ndim != 4 or 0 in x.shape[1:]
    if wrong or (image_shape is not None and tuple(x.shape[1:]) != tuple(image_shape)):
        expected = str(image_shape)[1:-1] if image_shape else Message("height, width, channels")
        raise UserError(
            "PCA works on 8-bit images, uint8 of shape (images, {expected}), but received {dtype} "
            "of shape {shape}.",
            expected=expected,
            dtype=x.dtype,
            shape=x.shape,
        )
    return x
