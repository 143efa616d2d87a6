"""New codes, drawn at random: from a variational code's prior, or from a normal distribution fitted.

A decoder makes images of them. Where a training asked for codes like N(0, I), as that of Kingma &
Welling (2014, "Auto-encoding variational Bayes") does, draws from it are codes; where none asked, the
codes lie as they happen to, and a normal distribution with their mean and covariance is the simplest
that can be said of them (Ghosh et al. 2020, "From variational to deterministic autoencoders").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae_core.evaluation import latent


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal distribution of codes with K values, fitted to N of them.

    Attributes:
        mean, spread: float64 (K,), of each value; one that is the same in all codes has no spread.
        standard: float64 (N, K), the codes less their mean, each value divided by its spread.
        shrinkage: from 0, the correlations of the codes, to 1, none at all.
        low, high: float64 (K,), the range of each value in the codes.
    """

    mean: np.ndarray
    spread: np.ndarray
    standard: np.ndarray
    shrinkage: float
    low: np.ndarray
    high: np.ndarray

    def draw(self, count: int, seed: int) -> np.ndarray:
        """Return ``count`` codes, float64 (count, K), kept within the range of those seen.

        A random mixture of the standardised codes has their correlations exactly, so that no
        covariance matrix has to be decomposed.
        """
        random = np.random.default_rng(seed)
        total, values = self.standard.shape
        alike = random.standard_normal((count, total)) @ self.standard / np.sqrt(total)
        apart = random.standard_normal((count, values))
        drawn = np.sqrt(1 - self.shrinkage) * alike + np.sqrt(self.shrinkage) * apart
        return np.clip(self.mean + self.spread * drawn, self.low, self.high)


def fit(y: np.ndarray) -> Gaussian:
    """Return the normal distribution with the mean and the full covariance of codes, float (N, K).

    With no more codes than values a covariance is singular. Their correlations are then shrunk
    towards none, as far as Ledoit & Wolf (2004, "A well-conditioned estimator for large-dimensional
    covariance matrices") find best; the variance of each value stays (Schäfer & Strimmer 2005).

    Raises:
        UserError: fewer than 2 codes, or they are not finite.
    """
    latent.check(y, least=2)
    y = y.astype(np.float64)
    mean, spread = y.mean(axis=0), y.std(axis=0)
    spread[latent.dead(y)] = 0
    alive = spread > 0
    standard = np.zeros_like(y)
    standard[:, alive] = (y - mean)[:, alive] / spread[alive]
    shrinkage = 0.0
    if len(y) <= alive.sum():
        from sklearn.covariance import ledoit_wolf_shrinkage  # slow to load

        shrinkage = float(ledoit_wolf_shrinkage(standard[:, alive], assume_centered=True))
    return Gaussian(mean, spread, standard, shrinkage, y.min(axis=0), y.max(axis=0))


def from_prior(values: int, count: int, seed: int) -> np.ndarray:
    """Return ``count`` codes of N(0, I), float64 (count, values)."""
    return np.random.default_rng(seed).standard_normal((count, values))


def remoteness(drawn: np.ndarray, known: np.ndarray, seen: np.ndarray) -> float:
    """Return how much farther drawn codes are from the nearest seen one than codes of images are.

    Args:
        drawn: float (M, K).
        known: float (L, K), codes of images that are not among ``seen``.
        seen: float (N, K), codes of training images.

    Returns:
        The mean Euclidean distance of ``drawn`` to the nearest of ``seen`` by that of ``known``;
        infinite where each of ``known`` is one of ``seen``.
    """
    from scipy.spatial.distance import cdist  # slow to load

    far, usual = (float(cdist(y, seen).min(axis=1).mean()) for y in (drawn, known))
    return far / usual if usual else np.inf
