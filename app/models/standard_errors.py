"""How far measures of a partition may be off because its customers are only some of all who might have come.

Each error is that of the measure made linear in how much each customer counts (the infinitesimal jackknife):
one pass over the rows, where drawing them again would take hundreds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

# standard errors to either side in a 95 % interval
NORMAL_95 = 1.96

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class _Parts(NamedTuple):
    """A partition of rows (n, d): centroids (k, d), sizes (k,), each row's offset from its own centroid."""

    labels: Labels
    centroids: Floats
    sizes: Floats
    offsets: Floats

    def mean(self, values: Floats) -> Floats:
        """Return the mean in each group, (k,), of values (n,)."""
        means: Floats = np.bincount(self.labels, values) / self.sizes
        return means


def interval(value: float, error: float, low: float, high: float = np.inf) -> tuple[float, float]:
    """Return the 95 % interval of a value that cannot lie beyond `low` and `high`."""
    reach = NORMAL_95 * error
    return max(low, value - reach), min(high, value + reach)


def standard_errors(z: Floats, labels: Labels) -> dict[str, float]:
    """Return the standard errors of inertia, Calinski-Harabasz and Davies-Bouldin.

    Parameters
    ----------
    z : array of shape (n, d)
    labels : array of shape (n,)
        0 to k - 1, each at least once, k at least two.
    """
    sizes = np.bincount(labels).astype(float)
    centroids = np.stack([np.bincount(labels, column) for column in z.T], axis=1) / sizes[:, None]
    parts = _Parts(labels, centroids, sizes, z - centroids[labels])
    return {
        name: float(np.std(influence(z, parts)) / len(z) ** 0.5) for name, influence in INFLUENCES.items()
    }


def _on_inertia(z: Floats, parts: _Parts) -> Floats:
    influence: Floats = len(z) * (parts.offsets**2).sum(axis=1)
    return influence


def _on_calinski_harabasz(z: Floats, parts: _Parts) -> Floats:
    (n, k), within = (len(z), len(parts.sizes)), (parts.offsets**2).sum(axis=1)
    total = ((z - z.mean(axis=0)) ** 2).sum(axis=1)
    if not within.any():
        return np.zeros(n)
    influence: Floats = (total - within * total.mean() / within.mean()) / within.mean() * (n - k) / (k - 1)
    return influence


def _on_davies_bouldin(z: Floats, parts: _Parts) -> Floats:
    """Follow each row into its centroid's place and its group's spread, and from there into the ratios."""
    k, every = len(parts.sizes), np.arange(len(parts.sizes))
    reach = np.sqrt((parts.offsets**2).sum(axis=1))
    spread = parts.mean(reach)
    gaps = cdist(parts.centroids, parts.centroids)
    np.fill_diagonal(gaps, np.inf)
    ratios = (spread[:, None] + spread) / gaps
    worst = ratios.argmax(axis=1)
    gap, ratio = gaps[every, worst], ratios[every, worst]
    by_spread = (1.0 / gap + np.bincount(worst, 1.0 / gap, minlength=k)) / k
    # a longer gap makes the ratio smaller, wherever either end goes
    pull = (ratio / gap**2)[:, None] * (parts.centroids - parts.centroids[worst]) / k
    by_place = -pull
    np.add.at(by_place, worst, pull)
    heading = parts.offsets / np.maximum(reach, np.finfo(float).tiny)[:, None]
    leaning = np.stack([parts.mean(column) for column in heading.T], axis=1)
    by_place -= by_spread[:, None] * leaning
    own = parts.labels
    change = by_spread[own] * (reach - spread[own]) + (by_place[own] * parts.offsets).sum(axis=1)
    influence: Floats = change * len(z) / parts.sizes[own]
    return influence


INFLUENCES: dict[str, Callable[[Floats, _Parts], Floats]] = {
    "inertia": _on_inertia,
    "calinski_harabasz": _on_calinski_harabasz,
    "davies_bouldin": _on_davies_bouldin,
}
