"""One table cut into 2, 3, … segments at once, cheaply enough to be done to hundreds of null tables.

Each number of segments starts from the centroids of the one before and, of up to 200 rows spread over the
table, the one that promises the largest fall in inertia (the fast global k-means of Likas, Vlassis and
Verbeek, 2003), so a scan needs no random starts. On the way back each number is tried again from the one
above with two segments made one, and the better fit is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from app.models.borders import least_borders
from app.models.kmeans_fit import Floats, KMeansFit
from app.models.silhouettes import mean_silhouettes
from app.models.ward import cheapest, merge, merge_costs

ITERATIONS = 100
STARTING_ROWS = 200


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
    fits = nested_fits(z, most)
    return Curves(
        inertia=np.array([fit.inertia for fit in fits]),
        silhouette=mean_silhouettes(z, [fit.labels for fit in fits[1:]]),
        borders=np.array([least_borders(z, fit).mean() for fit in fits[1:]]),
    )


def nested_fits(z: Floats, most: int) -> list[KMeansFit]:
    """Return one fit for each number of segments from 1 to `most` of the rows z (n, d).

    The same rows in the same order give the same fits; in another order other rows may serve as starts.
    """
    centre = z.mean(axis=0, keepdims=True)
    own = ((z - centre) ** 2).sum(axis=1)
    fits = [KMeansFit(centre, np.zeros(len(z), dtype=np.int64), float(own.sum()))]
    starts = z[:: -(-len(z) // STARTING_ROWS)]
    squares = cdist(starts, z, "sqeuclidean")
    falls = np.empty_like(squares)
    while len(fits) < most:
        # in place: fresh memory for so many numbers takes longer than the sums
        np.maximum(np.subtract(own, squares, out=falls), 0.0, out=falls)
        fit = lloyd(z, np.vstack([fits[-1].centroids, starts[np.argmax(falls.sum(axis=1))]]))
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
    return merge(fit.centroids, size, *cheapest(merge_costs(fit.centroids, size)))


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
