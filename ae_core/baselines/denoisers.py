"""Classical denoisers behind one call: `denoise(name, x_noisy, sigma) -> x_hat`.

`x_noisy` is a batch (N, H, W, C) of grey (C = 1) or colour (C = 3) images on the 0-255 scale: uint8
for noise that was clipped, floating point for noise that was not. `sigma` is the standard deviation
of the Gaussian noise on the same scale, which all of them are told. `x_hat` is uint8, rounded like
every result here.

`DENOISERS[name](x_noisy, sigma)` is the same call. Settings come from `denoiser_settings.json`:
chosen by `baselines.tuning` for the best PSNR on validation images, for each noise level, for grey
and for colour, for clipped and for unclipped noise; never on test images. The functions below take
settings of your own; BM3D has none, its authors' defaults are used.
"""

import functools
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae_core.baselines.haar import shifted_haar
from ae_core.errors import UserError
from ae_core.files.reading import read_json
from ae_core.images.noise import to_8_bit

LARGEST_SIGMA = 255.0
BATCH = 256  # images at a time


def denoise(name: str, x_noisy, sigma: float) -> np.ndarray:
    """Clean a batch with the denoiser called `name` (see `DENOISERS`) in its tuned settings.

    Raises:
        UserError: no such denoiser, or images or a sigma that are not as the module's text says.

    >>> from ae_core.images import metrics, noise
    >>> x = np.full((1, 28, 28, 1), 128, np.uint8)
    >>> x_noisy = noise.corrupt(x, noise.Noise("gaussian", 25))
    >>> bool(metrics.psnr(x, denoise("bilateral", x_noisy, 25)) > metrics.psnr(x, x_noisy) + 5)
    True
    """
    if name not in METHODS:
        raise UserError(
            "There is no denoiser {name!r}; known are {known}.", name=name, known=", ".join(METHODS)
        )
    x_noisy = _check(x_noisy, sigma)
    noise = "clipped" if x_noisy.dtype == np.uint8 else "unclipped"
    return METHODS[name](x_noisy, sigma, **tuned(name, sigma, x_noisy.shape[-1], noise))


def tuned(name: str, sigma: float, channels: int, noise: str = "clipped") -> dict:
    """Settings of a denoiser at a noise level: keyword arguments of its function.

    Tuned at a few levels; in between, fractions are interpolated and whole numbers are those of the
    nearest level; beyond the first and the last level they stay. `noise` is "clipped" or
    "unclipped". A denoiser without settings gets an empty dict.
    """
    kept = _settings()["settings"].get(name)
    if kept is None:
        return {}
    rows = kept[str(channels)][noise]
    sigmas = [row["sigma"] for row in rows]
    nearest = rows[int(np.argmin([abs(sigma - level) for level in sigmas]))]
    return {
        key: float(np.interp(sigma, sigmas, [row[key] for row in rows]))
        if isinstance(value, float)
        else value
        for key, value in nearest.items()
        if key not in ("sigma", "psnr")
    }


def wavelets(x_noisy, sigma: float, strength: float = 1.1, shifts: int = 4) -> np.ndarray:
    """Soft thresholds on Haar wavelet coefficients, one for each band of each image and colour.

    Chang, Yu & Vetterli (2000), "Adaptive wavelet thresholding for image denoising and
    compression" (BayesShrink), IEEE Transactions on Image Processing 9(9), told `strength` times
    sigma, on three levels; the mean over `shifts` times `shifts` displacements of the image, as in
    Coifman & Donoho (1995), "Translation-invariant de-noising", which gains about 2 dB. Written
    here for whole batches; colour in an orthonormal opponent space, where noise stays as it is.
    """
    threshold = np.float32(strength * sigma)
    return _in_batches(x_noisy, sigma, lambda x: shifted_haar(x, threshold, shifts))


def total_variation(x_noisy, sigma: float, strength: float = 1.2) -> np.ndarray:
    """The nearest image of small total variation, weight `strength` times sigma.

    Rudin, Osher & Fatemi (1992), Physica D 60; solved as in Chambolle (2004), "An algorithm for
    total variation minimization and applications", Journal of Mathematical Imaging and Vision 20.
    """
    from skimage.restoration import denoise_tv_chambolle

    def one(image):
        return denoise_tv_chambolle(image, weight=strength * sigma / 255, channel_axis=-1)

    return _each(one, x_noisy, sigma)


def non_local_means(x_noisy, sigma: float, strength: float = 0.8, patch: int = 5) -> np.ndarray:
    """A mean over pixels whose surroundings (`patch` pixels wide) look alike, up to 6 pixels away.

    Buades, Coll & Morel (2005), "A non-local algorithm for image denoising", CVPR. The paper's
    filtering parameter is h = `strength` times sigma.
    """
    from skimage.restoration import denoise_nl_means

    def one(image):
        return denoise_nl_means(
            image,
            patch_size=patch,
            patch_distance=6,
            h=strength * sigma / 255,
            sigma=sigma / 255,
            fast_mode=True,
            channel_axis=-1,
        )

    return _each(one, x_noisy, sigma)


def bilateral(x_noisy, sigma: float, likeness: float = 2.9, nearness: float = 1.25) -> np.ndarray:
    """A mean over a 7x7 window, weighted by distance in the image and in colour.

    Tomasi & Manduchi (1998), "Bilateral filtering for gray and color images", ICCV. Written here
    for whole batches: weights exp(-d^2 / 2s^2 - |colour difference|^2 / 2t^2) with s = `nearness`
    pixels and t = `likeness` times sigma for each channel's share of the difference.
    """
    return _in_batches(x_noisy, sigma, lambda x: _bilateral(x, likeness * sigma, nearness))


def bm3d(x_noisy, sigma: float) -> np.ndarray:
    """Block matching and 3-D filtering, by the authors' optional package (non-commercial licence).

    Dabov, Foi, Katkovnik & Egiazarian (2007), "Image denoising by sparse 3-D transform-domain
    collaborative filtering", IEEE Transactions on Image Processing 16(8). About 2 s an image.
    Raises UserError where the package `bm3d` is not installed.
    """
    try:
        import bm3d as package
    except ImportError as error:
        raise UserError(
            "BM3D needs the optional package bm3d, which is free for non-commercial use only and "
            "is not installed; choose another denoiser, or install it yourself."
        ) from error

    def one(image):
        if image.shape[-1] == 3:
            return package.bm3d_rgb(image, sigma_psd=sigma / 255)
        return package.bm3d(image[..., 0], sigma_psd=sigma / 255)[..., None]

    return _each(one, x_noisy, sigma)


METHODS: dict[str, Callable[..., np.ndarray]] = {
    "wavelets": wavelets,
    "total variation": total_variation,
    "non-local means": non_local_means,
    "bilateral": bilateral,
}
if importlib.util.find_spec("bm3d"):
    METHODS["BM3D"] = bm3d
DENOISERS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    name: functools.partial(denoise, name) for name in METHODS
}


@functools.cache
def _settings() -> dict:
    return read_json(Path(__file__).with_name("denoiser_settings.json"))


def _each(one, x_noisy, sigma) -> np.ndarray:
    """Apply `one`, (H, W, C) float64 with white at 1, to every image of the batch."""

    def way(x):  # some drop the grey channel
        return np.stack([255 * one(image / np.float64(255)).reshape(image.shape) for image in x])

    return _in_batches(x_noisy, sigma, way)


def _in_batches(x_noisy, sigma, way) -> np.ndarray:
    """Denoise in batches by ``way``, float32 -> float32; images without noise stay as they are."""
    x_noisy = _check(x_noisy, sigma)
    if sigma == 0:
        return to_8_bit(x_noisy)
    x_hat = np.empty(x_noisy.shape, np.uint8)
    for start in range(0, len(x_noisy), BATCH):
        part = slice(start, start + BATCH)
        x_hat[part] = to_8_bit(way(x_noisy[part].astype(np.float32)))
    return x_hat


def _bilateral(x, likeness, nearness) -> np.ndarray:
    reach, height, width = 3, *x.shape[1:3]
    likeness = max(likeness, 1e-3) * np.sqrt(x.shape[-1])
    padded = np.pad(x, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="symmetric")
    total = np.zeros_like(x)
    weights = np.zeros((*x.shape[:3], 1), np.float32)
    for down in range(2 * reach + 1):
        for right in range(2 * reach + 1):
            other = padded[:, down : down + height, right : right + width]
            distance = (down - reach) ** 2 + (right - reach) ** 2
            exponent = np.square(other - x).sum(axis=-1, keepdims=True) / (2 * likeness**2)
            weight = np.exp(-exponent - np.float32(distance / (2 * nearness**2)))
            total += weight * other
            weights += weight
    return total / weights


def _check(x_noisy, sigma) -> np.ndarray:
    x_noisy = np.asarray(x_noisy)
    kind = x_noisy.dtype
    if (
        x_noisy.ndim != 4
        or x_noisy.shape[-1] not in (1, 3)
        or not (kind == np.uint8 or kind.kind == "f")
    ):
        raise UserError(
            "Denoisers take images of shape (images, height, width, 1 or 3), uint8 or floating "
            "point on the 0-255 scale, but received {kind} of shape {shape}.",
            kind=kind,
            shape=x_noisy.shape,
        )
    if kind != np.uint8 and not np.isfinite(x_noisy).all():
        raise UserError("Denoisers take finite pixel values, but the images hold NaN or infinity.")
    if not 0 <= sigma <= LARGEST_SIGMA:
        raise UserError(
            "The noise level sigma must lie between 0 and {largest:g}, but it is {sigma}.",
            largest=LARGEST_SIGMA,
            sigma=sigma,
        )
    return x_noisy
