"""Trimmed k-means: centroids that a few extreme customers cannot move, and nobody lost.

A set share of the rows may lie far from every centroid without pulling one (J. A. Cuesta-Albertos,
A. Gordaliza and C. Matrán, *Trimmed k-means: an attempt to robustify quantizers*, Annals of Statistics 25,
1997). Those rows are exceptional: they keep the label of their nearest centroid, and later customers are
told apart by the same distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.models.encoding.apart import FAR
from app.models.encoding.document import MOST_TRIMMED
from app.models.kmeans_fit import (
    START_ROWS,
    Floats,
    KMeansFit,
    Labels,
    few_rows,
    fit_kmeans,
    refit_kmeans,
)

SUBSAMPLES = 8
ROWS_PER_CENTROID = 40
FEW_STEPS, MOST_STEPS = 10, 300
FINALISTS = 2


@dataclass(frozen=True)
class TrimmedFit:
    """k centroids of the ordinary rows, and which rows are not ordinary.

    Attributes
    ----------
    fit : KMeansFit
        Labels of all n rows, exceptional ones included; its inertia is that of the ordinary rows.
    exceptional : ndarray of bool, shape (n,)
        Rows farther than `threshold` from their centroid, at most the share that was asked for.
    threshold : float or None
        Distance in standardised units, half-way between the farthest ordinary and the nearest exceptional
        row, so that rounding moves neither across. Across a wide gap nobody is known to be ordinary: it is at
        most `FAR` times the former, or as far as the ordinary reach from their middle, so that none among
        them is exceptional. None where no row is.
    """

    fit: KMeansFit
    exceptional: NDArray[np.bool_]
    threshold: float | None


def fit_trimmed(z: Floats, k: int, seed: int, alpha: float = MOST_TRIMMED) -> TrimmedFit:
    """Fit k centroids to the rows of z (n, D) that are left without the share `alpha` farthest from them.

    Several starts are refitted on their nearest rows, the best two until these are fixed, and the one with
    the least inertia over its nearest rows wins; the same rows and seed give the same fit. Rows as far as
    the last ordinary one are ordinary, so that equal rows are never parted. Beyond `START_ROWS` rows all this
    is done on so many drawn at random, and the winner goes on on all.

    Raises
    ------
    ValueError
        If `alpha` is below 0 or above `MOST_TRIMMED`.
    """
    kept = _kept(z, alpha)
    if kept == len(z):
        return _whole(fit_kmeans(z, k, seed))
    if len(z) > START_ROWS:
        return refit_trimmed(z, fit_trimmed(z[few_rows(len(z), seed)], k, seed, alpha).fit.centroids, alpha)

    def cost(centroids: Floats) -> float:
        return float((np.sort(_nearest(z, centroids)[1])[:kept] ** 2).sum())

    begun = sorted((_concentrate(z, start, kept, FEW_STEPS) for start in _starts(z, k, seed, kept)), key=cost)
    return _describe(
        z, min((_concentrate(z, start, kept, MOST_STEPS) for start in begun[:FINALISTS]), key=cost), kept
    )


def refit_trimmed(z: Floats, centroids: Floats, alpha: float) -> TrimmedFit:
    """Go on from centroids (k, D) to where nothing moves any more, as `fit_trimmed` does from its starts."""
    kept = _kept(z, alpha)
    if kept == len(z):
        return _whole(refit_kmeans(z, centroids))
    return _describe(z, _concentrate(z, centroids, kept, MOST_STEPS), kept)


def far_off(z: Floats, found: TrimmedFit) -> NDArray[np.bool_]:
    """Answer for rows z (m, D), others than a fit was made to as well, which lie beyond its threshold."""
    if found.threshold is None:
        return np.zeros(len(z), dtype=np.bool_)
    far: NDArray[np.bool_] = _nearest(z, found.fit.centroids)[1] > found.threshold
    return far


def _kept(z: Floats, alpha: float) -> int:
    if not 0.0 <= alpha <= MOST_TRIMMED:
        raise ValueError(f"the trimmed share must lie between 0 and {MOST_TRIMMED}")
    return len(z) - int(alpha * len(z))


def _whole(fit: KMeansFit) -> TrimmedFit:
    return TrimmedFit(fit, np.zeros(len(fit.labels), dtype=np.bool_), None)


def _starts(z: Floats, k: int, seed: int, kept: int) -> list[Floats]:
    """Return centroids to begin from.

    A fit to all rows may give a whole centroid to the extremes, which trimming then never takes away; fits
    to the rows near the middle and to small samples, which hold few extremes, do not.
    """
    central = np.argsort(((z - np.median(z, axis=0)) ** 2).sum(axis=1), kind="stable")[:kept]
    rng = np.random.default_rng(seed)
    size = min(kept, ROWS_PER_CENTROID * k)
    samples = [central[rng.choice(kept, size, replace=False)] for _ in range(SUBSAMPLES)]
    # a sample of too few different customers has no k centroids
    usable = [rows for rows in (central, *samples) if len(np.unique(z[rows], axis=0)) >= k]
    return [fit_kmeans(z[rows], k, seed).centroids for rows in (np.arange(len(z)), *usable)]


def _concentrate(z: Floats, centroids: Floats, kept: int, steps: int) -> Floats:
    """Move centroids to the means of their nearest rows until those are fixed, or for so many steps."""
    before: Labels | None = None
    for _ in range(steps):  # with ties at the border the rows might alternate for ever
        labels, distances = _nearest(z, centroids)
        groups = np.where(_exceptional(distances, kept), -1, labels)
        if before is not None and np.array_equal(groups, before):
            break
        before = groups
        centroids = np.array(
            [
                z[groups == j].mean(axis=0) if np.any(groups == j) else own  # an empty one stays where it is
                for j, own in enumerate(centroids)
            ]
        )
    return centroids


def _describe(z: Floats, centroids: Floats, kept: int) -> TrimmedFit:
    labels, distances = _nearest(z, centroids)
    exceptional = _exceptional(distances, kept)
    inertia = float((distances[~exceptional] ** 2).sum())
    threshold = None
    if exceptional.any():
        near, far = float(distances[~exceptional].max()), float(distances[exceptional].min())
        threshold = (near + far) / 2.0
        widest = max(FAR * near, _reach(z[~exceptional]))
        if widest > near:
            threshold = min(threshold, widest)
    return TrimmedFit(KMeansFit(centroids, labels, inertia), exceptional, threshold)


def _reach(rows: Floats) -> float:
    """Return how far the farthest of rows (n, D) lies from their mean."""
    return float(np.sqrt(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).max()))


def _exceptional(distances: Floats, kept: int) -> NDArray[np.bool_]:
    # rows that tie up to rounding stay together on the ordinary side
    farthest = float(np.partition(distances, kept - 1)[kept - 1])
    mask: NDArray[np.bool_] = distances > farthest * (1.0 + 1e-9)
    return mask


def _nearest(z: Floats, centroids: Floats) -> tuple[Labels, Floats]:
    """Return each row's nearest centroid, the first of equals, and the distance to it, both (n,)."""
    # one centroid at a time: equal rows get equal distances, and n × k × D never lies in memory
    distances = np.stack([np.sqrt(((z - centroid) ** 2).sum(axis=1)) for centroid in centroids], axis=1)
    labels: Labels = distances.argmin(axis=1).astype(np.int64)
    return labels, distances[np.arange(len(z)), labels]
