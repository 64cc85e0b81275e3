"""How empty the borders between segments are, cheaply enough to be counted on hundreds of tables."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from app.models.kmeans_fit import Floats, KMeansFit

_NOTHING = 1e-12
# a centroid that is its segment's only row lies on the line's end, whichever way rounding goes
_ROUNDING = 1e-9
_THIRD = 1.0 / 3.0


def least_borders(z: Floats, fit: KMeansFit) -> Floats:
    """Return how empty the borders of at least two segments (k,) are: of each its least clear one.

    The line between two centroids is cut in thirds. Where density does not fall and rise again on the way,
    the middle third holds about as many customers of the two segments as the emptier outer third or more;
    the border's clearness is the difference in (Poisson) standard errors.
    """
    centroids, k = fit.centroids, len(fit.centroids)
    member = (fit.labels[:, None] == np.arange(k)).astype(float)
    lengths = np.maximum(cdist(centroids, centroids, "sqeuclidean"), _NOTHING)
    # how far each row lies on the way from its own centroid (0) to each other (1): by its cell at most half
    offset = z - centroids[fit.labels]
    own = offset @ centroids.T
    along = (own - own[np.arange(len(z)), fit.labels][:, None]) / lengths[fit.labels]
    outer = member.T @ ((along > -_ROUNDING) & (along < _THIRD))
    middle = member.T @ (along >= _THIRD)
    emptier, between = np.minimum(outer, outer.T), middle + middle.T
    clearness = (emptier - between) / np.sqrt(emptier + between + 1.0)
    np.fill_diagonal(clearness, np.inf)
    least: Floats = clearness.min(axis=1)
    return least
