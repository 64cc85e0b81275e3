"""The door to scikit-learn's other clusterings, with which k-means is compared and which never serve."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from app.models.kmeans_fit import Floats, Labels

NOISE = -1
MIXTURE_STARTS = 3


def ward_labels(z: Floats, k: int) -> Labels:
    """Return labels (n,) of the rows z (n, d) merged step by step, least growth of inertia first, into k."""
    return _labels(AgglomerativeClustering(n_clusters=k, linkage="ward").fit_predict(z))


def density_labels(z: Floats, least_size: int) -> Labels:
    """Return labels (n,) of the dense places of z (n, d) that hold `least_size` rows; `NOISE` elsewhere.

    HDBSCAN finds their number itself, and may find none.
    """
    with threadpool_limits(1):
        return _labels(HDBSCAN(min_cluster_size=max(2, least_size), copy=True).fit_predict(z))


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
