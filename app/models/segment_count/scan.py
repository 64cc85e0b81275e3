"""One table cut into 2, 3, … segments at once, cheaply enough to be done to hundreds of null tables.

Each number of segments starts from the centroids of the one before and the row that promises the largest
fall in inertia (the fast global k-means of Likas, Vlassis and Verbeek, 2003), so a scan needs no random
starts, and the distances between the rows serve every number's start and silhouette. On the way back each
number is tried again from the one above with two segments made one, and the better fit is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.spatial.distance import cdist

from app.models.kmeans_fit import Floats, KMeansFit, Labels

ITERATIONS = 100
_NOTHING = 1e-12


@dataclass(frozen=True)
class Curves:
    """What a scan shows at each number of segments, 2 to K; all of shape (K - 1,) but the first.

    Attributes
    ----------
    inertia : array of shape (K,)
        From one segment on, in squared standardised units.
    silhouette : array
    borders : array
        Mean over the segments of their least clear border, in standard errors.
    """

    inertia: Floats
    silhouette: Floats
    borders: Floats


def curves(z: Floats, most: int) -> Curves:
    """Scan 1 to `most` segments of the rows z (n, d); `most` must not exceed the number of different rows."""
    distances = cdist(z, z)
    fits = nested_fits(z, most, distances)
    return Curves(
        inertia=np.array([fit.inertia for fit in fits]),
        silhouette=np.array([mean_silhouette(distances, fit.labels) for fit in fits[1:]]),
        borders=np.array([least_borders(z, fit).mean() for fit in fits[1:]]),
    )


def nested_fits(z: Floats, most: int, distances: Floats | None = None) -> list[KMeansFit]:
    """Return one fit for each number of segments from 1 to `most`; the same rows give the same fits.

    Parameters
    ----------
    z : array of shape (n, d)
    distances : array of shape (n, n), optional
        Between the rows, if they are known already.
    """
    squares = (cdist(z, z) if distances is None else distances) ** 2
    centre = z.mean(axis=0, keepdims=True)
    own = ((z - centre) ** 2).sum(axis=1)
    fits = [KMeansFit(centre, np.zeros(len(z), dtype=np.int64), float(own.sum()))]
    falls = np.empty_like(squares)
    while len(fits) < most:
        # in place: fresh memory for n² numbers takes longer than the sums
        np.maximum(np.subtract(own, squares, out=falls), 0.0, out=falls)
        start = np.vstack([fits[-1].centroids, z[np.argmax(falls.sum(axis=1))]])
        fit = lloyd(z, start)
        own = ((z - fit.centroids[fit.labels]) ** 2).sum(axis=1)
        fits.append(fit)
    for k in range(most - 1, 1, -1):
        again = lloyd(z, _two_made_one(fits[k]))
        if again.inertia < fits[k - 1].inertia:
            fits[k - 1] = again
    return fits


def _two_made_one(fit: KMeansFit) -> Floats:
    """Return the centroids with those two replaced by their mean that add least to the inertia so (Ward)."""
    size = np.bincount(fit.labels, minlength=len(fit.centroids)).astype(float)
    weight = np.outer(size, size) / np.maximum(size[:, None] + size, 1.0)
    cost = weight * cdist(fit.centroids, fit.centroids) ** 2 + np.diag(np.full(len(size), np.inf))
    i, j = np.unravel_index(np.argmin(cost), cost.shape)
    share = size[[i, j]] / max(size[i] + size[j], 1.0)
    merged = fit.centroids.copy()
    merged[i] = share @ fit.centroids[[i, j]]
    return np.delete(merged, j, axis=0)


def lloyd(z: Floats, start: Floats) -> KMeansFit:
    """Move the centroids `start` (k, d) to the means of their rows until no row changes its segment.

    A segment that loses all its rows keeps its centroid.
    """
    centroids, labels = start.copy(), np.full(len(z), -1, dtype=np.int64)
    places = np.arange(len(start))
    for _ in range(ITERATIONS):
        new = np.argmax(2.0 * z @ centroids.T - (centroids**2).sum(axis=1), axis=1)
        if np.array_equal(new, labels):
            break
        labels = new
        member = (labels[:, None] == places).astype(float)
        size = member.sum(axis=0)
        held = size > 0
        centroids[held] = (member.T @ z)[held] / size[held, None]
    return KMeansFit(centroids, labels, float(((z - centroids[labels]) ** 2).sum()))


def mean_silhouette(distances: Floats, labels: Labels) -> float:
    """Return the mean silhouette of a partition, given all distances (n, n); a segment of one row has 0."""
    groups, own = np.unique(labels, return_inverse=True)
    if len(groups) < 2:
        return 0.0
    member = (own[:, None] == np.arange(len(groups))).astype(float)
    size, rows = member.sum(axis=0), np.arange(len(labels))
    sums = distances @ member
    inside = sums[rows, own] / np.maximum(size[own] - 1.0, 1.0)
    means = sums / size
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), _NOTHING)
    return float(np.where(size[own] > 1, width, 0.0).mean())


def least_borders(z: Floats, fit: KMeansFit) -> Floats:
    """Return for each of at least two segments (k,) the clearness of its least clear border.

    The mean of these is :func:`app.models.evidence.border_clearness`, which says how it is counted.
    """
    k = len(fit.centroids)
    rows = [z[fit.labels == j] for j in range(k)]
    clearness = np.full((k, k), np.inf)
    for i, j in combinations(range(k), 2):
        line = fit.centroids[j] - fit.centroids[i]
        length = max(float(line @ line), _NOTHING)
        along = np.concatenate([rows[i] - fit.centroids[i], rows[j] - fit.centroids[i]]) @ (line / length)
        reached = np.searchsorted(np.sort(along), _THIRDS)
        first, middle, last = np.diff(reached)
        outer = min(first, last)
        clearness[i, j] = clearness[j, i] = (outer - middle) / np.sqrt(outer + middle + 1.0)
    least: Floats = clearness.min(axis=1)
    return least


# a centroid that is its segment's only row lies on the line's end, whichever way rounding goes
_THIRDS = np.array([-1e-9, 1.0 / 3.0, 2.0 / 3.0, 1.0 + 1e-9])
