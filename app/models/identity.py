"""Which new segment is which old one: identity across trainings and resamples.

k-means numbers its clusters by accident. New centroids are laid over the old ones and matched at the least
total cost (squared distance plus one minus the Jaccard similarity of the two labelings), and a pair is
accepted only if it is plainly the same group. An id that finds no partner is retired; a centroid that finds
none is born. See C. Hennig, "Cluster-wise assessment of cluster stability" (2007), for the Jaccard rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, pdist

from app.models.kmeans_fit import Floats, Labels, nearest

SAME_CUSTOMERS = 0.5


@dataclass(frozen=True)
class Match:
    """A matching of new centroids to old ones.

    Attributes
    ----------
    partner : array of shape (k_new,)
        Index of the old centroid, or -1 where the new one is born.
    jaccard : array of shape (k_new, k_old)
        Similarity of the two labelings, cluster by cluster.
    """

    partner: Labels
    jaccard: Floats


def match_centroids(old: Floats, new: Floats, z: Floats) -> Match:
    """Match `new` centroids (k_new, d) to `old` ones (k_old, d), both in the old model's units.

    Parameters
    ----------
    z : array of shape (n, d)
        The customers, standardised by the old model, whom both models label. No stored label is needed.
    """
    jaccard = jaccard_matrix(nearest(z, new), nearest(z, old), len(new), len(old))
    distance = cdist(new, old)
    rows, columns = linear_sum_assignment(distance**2 + (1.0 - jaccard))
    near = pdist(old).min() / 2.0
    partner = np.full(len(new), -1, dtype=np.int64)
    for row, column in zip(rows, columns, strict=True):
        if jaccard[row, column] >= SAME_CUSTOMERS or distance[row, column] < near:
            partner[row] = column
    return Match(partner, jaccard)


def best_order(old: Floats, new: Floats, z: Floats) -> tuple[Labels, Floats]:
    """Match as many new centroids as old ones, every one, as a resample needs.

    Returns
    -------
    order : array of shape (k,)
        `order[j]` is the new centroid that is the old j.
    jaccard : array of shape (k_new, k_old)
    """
    jaccard = jaccard_matrix(nearest(z, new), nearest(z, old), len(new), len(old))
    rows, columns = linear_sum_assignment(cdist(new, old) ** 2 + (1.0 - jaccard))
    order = np.empty(len(old), dtype=np.int64)
    order[columns] = rows
    return order, jaccard


def jaccard_matrix(new: Labels, old: Labels, k_new: int, k_old: int) -> Floats:
    """Return the Jaccard similarity (k_new, k_old) of the clusters of two labelings of the same n rows."""
    both = np.zeros((k_new, k_old))
    np.add.at(both, (new, old), 1.0)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    similarity: Floats = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return similarity
