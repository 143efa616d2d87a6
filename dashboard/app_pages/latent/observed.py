"""What is to be seen on the map, in one sentence, found in the codes shown alone."""

from __future__ import annotations

from collections import Counter

import numpy as np

from dashboard.app_pages.latent.compute import Sample
from dashboard.i18n import as_text, number, t


def sentence(sample: Sample) -> str:
    """Return whether like lies beside like, else which codes are most and least alike.

    "" of fewer than three images, of which there is nothing to be seen.
    """
    if len(sample.y) < 3:
        return ""
    near, distance = nearest(sample.y)
    if not distance.any():
        return t("latent.seen_same")
    if sample.labels is None or len(set(sample.labels.tolist())) < 2:
        closest, lonely = int(distance.argmin()), int(distance.argmax())
        about = {"one": closest + 1, "other": int(near[closest]) + 1, "lonely": lonely + 1}
        low, high = (number(float(distance[i]), 2) for i in (closest, lonely))
        return t("latent.seen_alike", near=low, far=high, **about)
    labels, total = sample.labels, len(sample.labels)
    alike = int((labels == labels[near]).sum())
    each = np.unique(labels, return_counts=True)[1]
    chance = float((each * (each - 1)).sum()) / (total - 1)
    about = {"n": alike, "total": number(total, 0), "chance": number(chance, 0)}
    said = t("latent.seen_classes", **about)
    meetings = Counter(
        tuple(sorted(p)) for p in zip(labels, labels[near], strict=True) if p[0] != p[1]
    )
    (pair, often), *_ = meetings.most_common(1) or [((0, 0), 0)]
    if often < 2:  # a single one is no habit
        return said
    one, other = (as_text(sample.classes[k]) for k in pair)
    return f"{said} {t('latent.seen_mixed', one=one, other=other, n=often)}"


def nearest(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each code of (N, K) which other lies nearest, int (N,), and how far, float (N,)."""
    y = y.astype(np.float64)
    squares = (y**2).sum(axis=1)
    away = np.maximum(squares[:, None] + squares[None] - 2 * y @ y.T, 0)
    np.fill_diagonal(away, np.inf)
    near = away.argmin(axis=1)
    return near, np.linalg.norm(y - y[near], axis=1)
