"""How much of an image's class a linear classifier reads from its code.

The network was never told the classes. What a classifier that can only weigh and add finds in the
code lies there plainly (Alain & Bengio 2016, "Understanding intermediate layers using linear
classifier probes").
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

ROUNDS = 300  # of the classifier's own training, at most


def has_classes(labels: np.ndarray) -> bool:
    """Return whether labels, int (N,), name more than one class."""
    return len(np.unique(labels)) > 1


def accuracy(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the share of test codes, from 0 to 1, whose class the classifier finds.

    It is multinomial logistic regression on values of mean 0 and variance 1, with scikit-learn's
    usual L2 penalty.

    Args:
        train: codes, float (N, K), and labels, int (N,), of two classes or more.
        test: likewise, of images that are not among those.
    """
    from sklearn.exceptions import ConvergenceWarning  # slow to load
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    reader = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ROUNDS, tol=1e-3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more rounds change no digit shown
        reader.fit(train[0].astype(np.float64), train[1])
    return float(reader.score(test[0].astype(np.float64), test[1]))


def chance(train: Sequence[int] | np.ndarray, test: Sequence[int] | np.ndarray) -> float:
    """Return the accuracy of whoever always names the class most frequent in training."""
    most = np.bincount(np.asarray(train)).argmax()
    return float((np.asarray(test) == most).mean())
