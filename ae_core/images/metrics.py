"""How near a reconstruction is to its original: MSE, PSNR and SSIM over batches of 8-bit images.

Every metric is a function `(x, x_hat) -> (N,)`: one figure per image, reduced last (`summary`).
Both batches are uint8 (N, H, W, C), because quality is judged on the image that a user could save.
Work is done in chunks, so 10,000 images need no more memory than a few hundred.
"""

import math

import numpy as np

from ae_core.errors import Message, UserError

PEAK = 255.0
FLAT = 12.75  # standard deviation of a nearly constant image, at most: a tenth of the range, halved
FLATTERS = 60.0  # dB, above which a figure on nearly constant images is called what it is
MANY_FLAT = 0.25  # share of nearly constant images from which a mean over images is one on such
CHUNK_VALUES = 1 << 20  # pixels times channels in one chunk: 8 MB for each float64 map
# ... and for SSIM: its matrix products then stay in the cache and in this thread. Larger ones are
# shared among threads, which on a busy machine wait for each other ten times as long as they compute.
SSIM_VALUES = 1 << 14

# SSIM as in Wang et al. (2004), "Image quality assessment: from error visibility to structural
# similarity", IEEE Transactions on Image Processing 13(4): window and constants are the paper's.
WINDOW = 11
WINDOW_SIGMA = 1.5
C1 = (0.01 * PEAK) ** 2
C2 = (0.03 * PEAK) ** 2


def summary(x, x_hat) -> dict:
    """Figures of a whole batch, as plain JSON values.

    Returns a dict: `images` (count), `mse` (mean, on the [0, 1] scale), `psnr` (dB, mean of the
    per-image PSNR over the images that are not identical; None when all are), `psnr_of_mean_mse`
    (dB, of the mean MSE; None when all are identical), `ssim` (mean, at most 1; None for sides below
    11 pixels), `identical` (count of images returned without any change), `flat` (share of the
    images that are nearly constant, see :func:`are_flat`).

    Raises UserError for batches that are not comparable 8-bit images, or hold none.

    >>> x = np.zeros((2, 16, 16, 1), np.uint8)
    >>> summary(x, x + np.uint8(51))["psnr"]  # a fifth of the range
    13.979400086720375
    """
    x, x_hat = _check(x, x_hat)
    if len(x) == 0:
        raise UserError("Quality needs at least one image, but the batch is empty.")
    per_image = mse(x, x_hat)
    changed = per_image > 0
    mean = float(per_image.mean())
    return {
        "images": len(x),
        "mse": mean,
        "psnr": float(_decibel(per_image[changed]).mean()) if changed.any() else None,
        "psnr_of_mean_mse": float(_decibel(mean)) if mean > 0 else None,
        "ssim": float(ssim(x, x_hat).mean()) if min(x.shape[1:3]) >= WINDOW else None,
        "identical": int(np.count_nonzero(~changed)),
        "flat": flat_share(x),
    }


def are_flat(x: np.ndarray) -> np.ndarray:
    """Say of each image, uint8 (N, H, W, C), whether it is nearly constant: bool (N,).

    Its values then lie about those of one even colour as those that fill a tenth of the range do at
    most: that colour alone comes to 26 dB, and any network to many more.

    >>> are_flat(np.full((2, 8, 8, 1), [[[[90]]], [[[200]]]], np.uint8)).tolist()
    [True, True]
    """
    spread = np.empty(len(x), np.float64)
    for part in _chunks(x, CHUNK_VALUES):
        spread[part] = x[part].var(axis=(1, 2), dtype=np.float32).mean(axis=-1)
    return spread <= FLAT**2


def flat_share(x: np.ndarray) -> float:
    """Return the share of images, uint8 (N, H, W, C), that are nearly constant."""
    return float(are_flat(x).mean())


def in_words(psnr: float | None, flat: float = 0.0) -> str:
    """Return a PSNR as it is said anywhere, "31.20 dB", with what must be known of its images.

    Args:
        psnr: in dB; None or infinite where the images came back unchanged.
        flat: the share of them that are nearly constant.
    """
    if psnr is None or math.isinf(psnr):
        return called(Message("identical"), psnr, flat)
    return called(Message("{psnr:.2f} dB", psnr=psnr), psnr, flat)


def flatters(psnr: float | None, flat: float) -> bool:
    """Return whether a PSNR is over 60 dB because its images are nearly constant."""
    return flat >= MANY_FLAT and (psnr is None or psnr > FLATTERS)


def called(figure: str, psnr: float | None, flat: float) -> str:
    """Return the words of a PSNR, ``figure``, and where it flatters behind them why."""
    if not flatters(psnr, flat):
        return figure
    return Message("{figure} (nearly constant image)", figure=figure)


def mse(x, x_hat) -> np.ndarray:
    """Mean squared error of each image on the [0, 1] scale: float64 (N,), 0 when identical.

    >>> x = np.zeros((2, 8, 8, 1), np.uint8)
    >>> mse(x, x + np.uint8(51)).round(6).tolist()
    [0.04, 0.04]
    """
    x, x_hat = _check(x, x_hat)
    squares = np.empty(len(x), np.float64)
    for part in _chunks(x, CHUNK_VALUES):
        difference = x[part].astype(np.int32) - x_hat[part]
        # Integers: the sum is exact, so that "identical" means just that.
        squares[part] = np.square(difference).sum(axis=(1, 2, 3), dtype=np.int64)
    return squares / (math.prod(x.shape[1:]) * PEAK**2)


def psnr(x, x_hat) -> np.ndarray:
    """Peak signal-to-noise ratio of each image in dB (peak 255): float64 (N,).

    inf where the two images are identical.

    >>> x = np.zeros((2, 8, 8, 1), np.uint8)
    >>> psnr(x, x + np.uint8([0, 51])[:, None, None, None]).round(2).tolist()
    [inf, 13.98]
    """
    return _decibel(mse(x, x_hat))


def ssim(x, x_hat) -> np.ndarray:
    """Structural similarity of each image: float64 (N,), 1 when identical (Wang et al., 2004).

    Gaussian window 11x11 with sigma 1.5, population covariance, data range 255, only windows that
    lie wholly inside the image, mean over positions and channels. NaN for sides below 11.

    >>> x = np.arange(512, dtype=np.uint8).reshape(2, 16, 16, 1)
    >>> ssim(x, x).tolist()
    [1.0, 1.0]
    """
    x, x_hat = _check(x, x_hat)
    height, width = x.shape[1:3]
    if min(height, width) < WINDOW:
        return np.full(len(x), np.nan)
    rows, columns = _window_matrix(height), _window_matrix(width)
    values = np.empty(len(x), np.float64)
    for part in _chunks(x, SSIM_VALUES):
        values[part] = _ssim_chunk(x[part], x_hat[part], rows, columns)
    return values


def _decibel(mean_square):
    with np.errstate(divide="ignore"):
        return -10.0 * np.log10(mean_square)


def _ssim_chunk(x, x_hat, rows, columns) -> np.ndarray:
    """SSIM of (n, H, W, C) as (n,): with images last, both filters are large matrix products."""
    count = len(x)

    def last(batch):
        return np.ascontiguousarray(np.moveaxis(batch, 0, -1), np.float64).reshape(
            batch.shape[1], batch.shape[2], -1
        )  # (H, W, C * n)

    def window_mean(maps):
        down = (rows @ maps.reshape(len(maps), -1)).reshape(len(rows), *maps.shape[1:])
        return columns @ down  # (H', W, C * n) -> (H', W', C * n)

    a, b = last(x), last(x_hat)
    mean_a, mean_b = window_mean(a), window_mean(b)
    variance_a = window_mean(a * a) - mean_a * mean_a
    variance_b = window_mean(b * b) - mean_b * mean_b
    covariance = window_mean(a * b) - mean_a * mean_b
    similarity = (2 * mean_a * mean_b + C1) * (2 * covariance + C2)
    similarity /= (mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2)
    return similarity.mean(axis=(0, 1)).reshape(-1, count).mean(axis=0)


def _window_matrix(side: int) -> np.ndarray:
    """The Gaussian window as a matrix (side - 10, side): one row for each whole window."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    taps = np.exp(-0.5 * (offsets / WINDOW_SIGMA) ** 2)
    matrix = np.zeros((side - WINDOW + 1, side))
    for row in range(len(matrix)):
        matrix[row, row : row + WINDOW] = taps / taps.sum()
    return matrix


def _chunks(x, most: int):
    size = max(1, most // max(1, math.prod(x.shape[1:])))
    for start in range(0, len(x), size):
        yield slice(start, start + size)


def _check(x, x_hat) -> tuple[np.ndarray, np.ndarray]:
    """Both batches as arrays; UserError says what was expected and what came."""
    x, x_hat = np.asarray(x), np.asarray(x_hat)
    for name, batch in ((Message("original"), x), (Message("reconstruction"), x_hat)):
        if batch.dtype != np.uint8:
            nan = batch.dtype.kind == "f" and bool(np.isnan(batch).any())
            raise UserError(
                "Quality is measured on 8-bit images (uint8, 0 to 255), but the {name} is "
                "{dtype}{more}; round it to 8 bits first.",
                name=name,
                dtype=batch.dtype,
                more=Message(" and holds NaN") if nan else "",
            )
        if batch.ndim != 4 or 0 in batch.shape[1:]:
            raise UserError(
                "Quality is measured on batches of shape (images, height, width, channels), but the "
                "{name} has shape {shape}.",
                name=name,
                shape=batch.shape,
            )
    if x.shape != x_hat.shape:
        raise UserError(
            "Original and reconstruction must have the same shape, but they have {shape} and "
            "{x_hat_shape}.",
            shape=x.shape,
            x_hat_shape=x_hat.shape,
        )
    return x, x_hat
