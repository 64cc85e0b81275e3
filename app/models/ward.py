"""What it costs to make one segment of two, and the segment that comes of it.

The increase of the inertia by a merge is ``n_a n_b / (n_a + n_b) ‖c_a - c_b‖²`` (J. H. Ward, *Hierarchical
grouping to optimize an objective function*, Journal of the American Statistical Association 58, 1963).
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from app.models.kmeans_fit import Floats


def merge_costs(centroids: Floats, sizes: Floats) -> Floats:
    """Return what each merge of two of the centroids (k, d) adds to the inertia, (k, k).

    `sizes` (k,) counts their rows; on the diagonal stands infinity, as nothing merges with itself.
    """
    weight = np.outer(sizes, sizes) / np.maximum(sizes[:, None] + sizes, 1.0)
    costs: Floats = weight * cdist(centroids, centroids) ** 2 + np.diag(np.full(len(sizes), np.inf))
    return costs


def cheapest(costs: Floats) -> tuple[int, int]:
    """Return the pair that is merged at the least of the costs (m, k): its row and its column."""
    i, j = np.unravel_index(np.argmin(costs), costs.shape)
    return int(i), int(j)


def merge(centroids: Floats, sizes: Floats, i: int, j: int) -> Floats:
    """Return the centroids (k - 1, d) with the mean of the rows of i and j in the place of i, without j."""
    share = sizes[[i, j]] / max(sizes[i] + sizes[j], 1.0)
    merged = centroids.copy()
    merged[i] = share @ centroids[[i, j]]
    return np.delete(merged, j, axis=0)
