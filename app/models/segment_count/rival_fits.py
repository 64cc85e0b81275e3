"""The door to scikit-learn's other clusterings, with which k-means is compared and which never serve."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from app.models.kmeans_fit import Floats, Labels
from app.models.segment_count.elbow import find_elbow

NOISE = -1
MIXTURE_STARTS = 3
_NOTHING = 1e-12


def ward_labels(z: Floats, k: int) -> Labels:
    """Return labels (n,) of the rows z (n, d) merged step by step, least growth of inertia first, into k."""
    return _labels(AgglomerativeClustering(n_clusters=k, linkage="ward").fit_predict(z))


def reach_labels(z: Floats, least_size: int) -> Labels:
    """Return labels (n,) of the places of z (n, d) where rows have `least_size` rows in reach (DBSCAN).

    The reach is the elbow of the sorted distances to the row that completes as many (M. Ester and others,
    1996), their median where there is none. Rows elsewhere are `NOISE`.
    """
    with threadpool_limits(1):
        distances = NearestNeighbors(n_neighbors=least_size).fit(z).kneighbors(z)[0][:, -1]
        falling = np.sort(distances)[::-1]
        elbow = find_elbow(np.arange(len(z), dtype=float), falling)
        reach = float(np.median(distances) if elbow is None else falling[elbow])
        # a reach of nothing is not allowed: rows may be the same many times over
        return _labels(DBSCAN(eps=max(reach, _NOTHING), min_samples=least_size).fit_predict(z))


def density_labels(z: Floats, least_size: int) -> Labels:
    """Return labels (n,) of the dense places of z (n, d) that hold `least_size` rows; `NOISE` elsewhere.

    HDBSCAN finds their number itself, and may find none.
    """
    with threadpool_limits(1):
        return _labels(HDBSCAN(min_cluster_size=least_size, copy=True).fit_predict(z))


def mixture_labels(z: Floats, k: int, seed: int) -> Labels:
    """Return the likeliest of k Gaussians, each with a covariance of its own, for each row of z (n, d)."""
    mixture = GaussianMixture(n_components=k, n_init=MIXTURE_STARTS, random_state=seed)
    with threadpool_limits(1), warnings.catch_warnings():
        # what has not settled after 100 steps is still a fair comparison
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _labels(mixture.fit_predict(z))


def agreement(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index of two labelings (n,) of the same rows: 1 the same, 0 as by chance."""
    return float(adjusted_rand_score(one, other))


def _labels(found: object) -> Labels:
    return np.asarray(found).astype(np.int64)
