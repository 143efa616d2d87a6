"""A network's latent space: the codes of many images, laid out, compared and walked through.

    x --> encoder --> y (N, K) --> Plane.place --> places (N, 2)         where each image lies
                        |
                        +--> neighbours                                  which images are alike
                        +--> path, square, traverse, grid --> y (M, K) --> decoder --> x_hat

Codes are flat here, one row of K numbers an image, whatever shape the network gives them. Nothing
but :func:`encode` and :func:`decode` needs a network, and none of it is random: t-SNE starts alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ae_core.errors import Message, UserError
from ae_core.networks import inner

if TYPE_CHECKING:
    from ae_core.networks.network import Network

FIRST = 16  # test images that a run's examples file holds; they come first in every sample
SEED = 42


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions through the codes: the values themselves, or the two of largest variance.

    Attributes:
        centre: float64 (K,), the code at place (0, 0).
        axes: float64 (2, K), orthonormal rows; the second is zero for codes of one value.
        shares: float64 (2,), the part of the codes' variance along each axis, from 0 to 1.
        direct: the axes are the code's own values.
        low, high: float64 (K,), the range of every value in the codes that were seen.
    """

    centre: np.ndarray
    axes: np.ndarray
    shares: np.ndarray
    direct: bool
    low: np.ndarray
    high: np.ndarray

    def place(self, y: np.ndarray) -> np.ndarray:
        """Return where codes, float (N, K), lie on the plane: float64 (N, 2)."""
        return (np.asarray(y, np.float64) - self.centre) @ self.axes.T

    def codes(self, places: np.ndarray) -> np.ndarray:
        """Return the codes at places (M, 2) of the plane: float64 (M, K).

        Every value is kept within the range that was seen: a plane through codes that are never
        negative also crosses negative ones, and no decoder was trained on those.
        """
        return np.clip(self.centre + np.asarray(places) @ self.axes, self.low, self.high)


def rows(total: int, count: int) -> np.ndarray:
    """Return which of ``total`` images a sample of ``count`` takes, int64 (count,).

    The first 16, then others at random. A longer sample begins with the shorter one, so that the
    number of an image in it means the same image whatever the sample's size.
    """
    others = np.random.RandomState(SEED).permutation(max(0, total - FIRST)) + FIRST
    return np.concatenate([np.arange(min(FIRST, total)), others])[:count].astype(np.int64)


def encode(network: Network, x: np.ndarray) -> np.ndarray:
    """Return the codes of clean images: uint8 (N, H, W, C) → float32 (N, K).

    Raises:
        UserError: the network has no code, or takes other images.
    """
    return network.encode(x).reshape(len(x), -1)


def decode(network: Network, y: np.ndarray) -> np.ndarray:
    """Return the images of codes: float (N, K) → uint8 (N, H, W, C).

    Raises:
        UserError: the codes have another number of values than the network's.
    """
    check(y)
    if y.shape[1] != int(np.prod(network.code_shape)):
        raise UserError(
            "The network's code is {code_shape}, not of size {values}.",
            code_shape=network.code_shape,
            values=y.shape[1],
        )
    return network.decode(y.reshape(len(y), *network.code_shape))


def plane(y: np.ndarray) -> Plane:
    """Return the plane to show codes on, float (N, K): of one or two values those, else PCA's.

    Each axis of the PCA is turned so that its largest component is positive: the sign is arbitrary,
    and must not change from one call to the next.
    """
    check(y)
    y = y.astype(np.float64)
    values, variance = y.shape[1], y.var(axis=0)
    low, high = y.min(axis=0), y.max(axis=0)
    axes, centre = np.zeros((2, values)), np.zeros(values)
    direct = values <= 2
    if direct:
        axes[:values] = np.eye(values)
        along = variance
    else:
        centre = y.mean(axis=0)
        _, s, v = np.linalg.svd(y - centre, full_matrices=False)
        signs = np.sign(v[np.arange(len(v)), np.abs(v).argmax(axis=1)])
        axes[: len(v)] = (v * signs[:, None])[:2]
        along = (s**2 / len(y))[:2]
    shares = np.zeros(2)
    shares[: len(along)] = along / variance.sum() if variance.sum() else 0.0
    return Plane(centre, axes, shares, direct, low, high)


def tsne(y: np.ndarray) -> np.ndarray:
    """Return places, float64 (N, 2), where neighbours among the codes (N, K) are neighbours.

    t-SNE (van der Maaten & Hinton 2008, "Visualizing data using t-SNE"), started at PCA: near is
    near, but far says nothing, nor does the size of a group. Codes that are all alike get one place.

    Raises:
        UserError: fewer than 5 codes.
    """
    check(y)
    if len(y) < 5:
        raise UserError("t-SNE needs at least 5 images, but there are {count}.", count=len(y))
    y = y.astype(np.float64)
    if not y.std(axis=0).any():
        return np.zeros((len(y), 2))
    from sklearn.manifold import TSNE  # slow to load, and only wanted when asked for

    wide = y if y.shape[1] > 1 else np.hstack([y, np.zeros_like(y)])
    start = (wide - wide.mean(axis=0)) @ plane(wide).axes.T
    start = start / max(start[:, 0].std(), 1e-12) * 1e-4
    perplexity = min(30.0, (len(y) - 1) / 3)
    found = TSNE(perplexity=perplexity, init=start, random_state=SEED).fit_transform(wide)
    return found.astype(np.float64)


def neighbours(y: np.ndarray, index: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``count`` codes nearest to ``y[index]``: (rows, Euclidean distances), near first.

    The code itself is not among them; equal distances keep the order of the sample.
    """
    check(y)
    far = np.sqrt(((y.astype(np.float64) - y[index].astype(np.float64)) ** 2).sum(axis=1))
    order = np.argsort(far, kind="stable")
    order = order[order != index][:count]
    return order, far[order]


def path(ends: np.ndarray, steps: int) -> np.ndarray:
    """Return codes on the straight lines from each end to the next, float64 (M, K).

    Args:
        ends: float (E, K), at least two.
        steps: codes on each line, both its ends included; M = (E - 1) * (steps - 1) + 1.
    """
    check(ends, least=2)
    share = np.linspace(0, 1, steps)[:-1, None]
    lines = [a * (1 - share) + b * share for a, b in zip(ends[:-1], ends[1:], strict=True)]
    return np.concatenate([*lines, ends[-1:]]).astype(np.float64)


def square(corners: np.ndarray, steps: int) -> np.ndarray:
    """Return codes between four: float64 (steps * steps, K), row by row from the top left.

    Args:
        corners: float (4, K): top left, top right, bottom left, bottom right.
        steps: codes along each side, at least 2.
    """
    check(corners, least=4)
    down, across = np.linspace(0, 1, steps)[:, None, None], np.linspace(0, 1, steps)[None, :, None]
    top = corners[0] * (1 - across) + corners[1] * across
    bottom = corners[2] * (1 - across) + corners[3] * across
    return (top * (1 - down) + bottom * down).reshape(steps * steps, -1).astype(np.float64)


def traverse(y: np.ndarray, value: int, low: float, high: float, steps: int) -> np.ndarray:
    """Return one code, float (K,), with one of its values going from ``low`` to ``high``."""
    moved = np.repeat(np.asarray(y, np.float64)[None], steps, axis=0)
    moved[:, value] = np.linspace(low, high, steps)
    return moved


def grid(on: Plane, places: np.ndarray, steps: int, margin: float = 0.02) -> np.ndarray:
    """Return the codes of a regular grid over the part of a plane where images lie.

    Args:
        on: the plane.
        places: float (N, 2), the images' places; the grid leaves out ``margin`` of them a side.
        steps: codes across, and upwards where the plane has a second axis.

    Returns:
        float64 (rows * steps, K), row by row; the top row has the highest second coordinate.
    """
    low, high = np.quantile(places, margin, axis=0), np.quantile(places, 1 - margin, axis=0)
    across = np.linspace(low[0], high[0], steps)
    upward = np.linspace(high[1], low[1], steps) if on.axes[1].any() else np.zeros(1)
    spots = np.stack(np.meshgrid(across, upward), axis=-1).reshape(-1, 2)
    return on.codes(spots)


def dead(y: np.ndarray, prior: bool = False) -> np.ndarray:
    """Return which values say nothing, bool (K,), as :func:`ae_core.networks.inner.dead`."""
    check(y)
    return inner.dead(y, prior)


def by_spread(y: np.ndarray) -> np.ndarray:
    """Return the numbers of the values, those that differ most between the codes first: (K,)."""
    check(y)
    return np.argsort(-y.astype(np.float64).var(axis=0), kind="stable")


def check(y: np.ndarray, least: int = 1) -> None:
    """Refuse what is no set of at least ``least`` codes, finite numbers (N, K).

    Raises:
        UserError: it says what was expected.
    """
    if y.ndim != 2 or len(y) < least or not y.shape[1] or not np.isfinite(y).all():
        raise UserError(
            "At least {least} codes of finite numbers, (codes, values), were expected, but these "
            "are of shape {shape}{more}.",
            least=least,
            shape=y.shape,
            more="" if y.ndim != 2 else Message(" or not finite"),
        )
