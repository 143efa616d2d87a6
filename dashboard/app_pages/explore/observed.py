"""What is to be seen in the images shown, in one sentence, found in these images alone."""

from __future__ import annotations

import numpy as np

from dashboard.components import figures
from dashboard.components.inference import Pictures
from dashboard.i18n import listed, number, t

_PALE = 0.6  # of its contrast: below it, a reconstruction looks washed out
_EDGES = 75  # percentile of the steps between neighbouring pixels, above which there is an edge


def sentence(pictures: Pictures) -> str:
    """Return one sentence on the reconstructions, the most telling first; "" without any."""
    x, x_hat, y = pictures.x, pictures.x_hat, pictures.y
    if x_hat is None:
        return ""
    if y is None:
        return _cleaned(pictures)
    code = t("unit.values", n=y[0].size)
    strangers = confused(x, x_hat)
    if len(strangers) == 1:
        mine, other = strangers[0]
        return t("seen.one_confused", image=mine + 1, other=other + 1, code=code)
    if strangers:
        names = listed([str(mine + 1) for mine, _ in strangers])
        return t("seen.confused", images=names, code=code, total=len(x))
    contrast = kept_contrast(x, x_hat)
    palest = int(contrast.argmin())
    if contrast[palest] < _PALE:
        percent = number(100 * contrast[palest], 0)
        return t("seen.pale", image=palest + 1, percent=percent, code=code)
    psnr = pictures.psnr()
    worst = int(psnr.argmin())
    if not np.isfinite(psnr[worst]):
        return t("seen.identical", code=code)
    percent = number(100 * at_edges(x[worst], x_hat[worst]), 0)
    said = {"image": worst + 1, "percent": percent}
    said["psnr"] = figures.decibel(psnr[worst], pictures.flat()[worst])
    return t("seen.edges", code=code, **said)


def confused(x: np.ndarray, x_hat: np.ndarray) -> list[tuple[int, int]]:
    """Return (i, k) for each reconstruction i that is nearer to the image k than to its own, 0-based.

    ``x``, ``x_hat``: uint8 (N, H, W, C). Nearer is a smaller squared error.
    """
    flat, made = (a.reshape(len(a), -1).astype(np.float32) for a in (x, x_hat))
    distance = ((made[:, None] - flat[None]) ** 2).mean(axis=2)
    nearest = distance.argmin(axis=1)
    own = distance[np.arange(len(x)), np.arange(len(x))]
    return [(i, int(k)) for i, k in enumerate(nearest) if distance[i, k] < own[i]]


def kept_contrast(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each reconstruction's values over that of its image, (N,)."""
    before, after = (a.reshape(len(a), -1).astype(np.float32).std(axis=1) for a in (x, x_hat))
    return np.where(before > 0, after / np.maximum(before, 1e-9), 1)


def at_edges(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return which share, 0 to 1, of the squared error lies on the quarter with the steepest edges.

    ``x``, ``x_hat``: uint8 (H, W, C).
    """
    grey = x.astype(np.float32).mean(axis=2)
    steps = np.hypot(*np.gradient(grey))
    error = ((x.astype(np.float32) - x_hat) ** 2).mean(axis=2)
    edge = (steps > 0) & (steps >= np.percentile(steps, _EDGES))
    return float(error[edge].sum() / error.sum()) if error.sum() else 0.0


def _cleaned(pictures: Pictures) -> str:
    noisy, made = (figures.mean(v) for v in (pictures.psnr_noisy(), pictures.psnr()))
    if noisy is None or made is None:
        return ""
    flat = float(pictures.flat().mean())
    said = {"noisy": figures.decibel(noisy, flat), "made": figures.decibel(made, flat)}
    return t("seen.cleaned" if made > noisy else "seen.worse", **said)
