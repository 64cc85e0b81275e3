"""Silhouettes of several partitions of one table, whose distances are taken once for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

BLOCK_ROWS = 1_000
_NOTHING = 1e-12


def mean_silhouettes(z: NDArray[np.float64], partitions: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return the mean silhouette of each partition of the rows z (n, d); 0 where it has one group.

    A segment of one row has the silhouette 0 (P. Rousseeuw, 1987). No more than `BLOCK_ROWS` × n distances
    are held at once.
    """
    if not partitions:
        return np.zeros(0)
    found = [_members(labels) for labels in partitions]
    # one product for all partitions reads the distances once
    members = np.hstack(found)
    blocks = [cdist(z[i : i + BLOCK_ROWS], z) @ members for i in range(0, len(z), BLOCK_ROWS)]
    ends = np.cumsum([member.shape[1] for member in found])
    parts = np.split(np.vstack(blocks), ends[:-1], axis=1)
    return np.array([_mean_silhouette(part, member) for part, member in zip(parts, found, strict=True)])


def silhouette_widths(z: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the silhouette of each of the rows z (n, d), as `mean_silhouettes` averages them."""
    member = _members(labels)
    sums = [cdist(z[i : i + BLOCK_ROWS], z) @ member for i in range(0, len(z), BLOCK_ROWS)]
    return _widths(np.vstack(sums), member)


def _members(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    groups = np.unique(labels)
    member: NDArray[np.float64] = (labels[:, None] == groups).astype(float)
    return member


def _mean_silhouette(sums: NDArray[np.float64], member: NDArray[np.float64]) -> float:
    return float(_widths(sums, member).mean())


def _widths(sums: NDArray[np.float64], member: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return them (n,) from the sum of each row's distances to each group, and who is in it; both (n, k)."""
    size, rows, own = member.sum(axis=0), np.arange(len(member)), member.argmax(axis=1)
    if len(size) < 2:
        return np.zeros(len(member))
    inside = sums[rows, own] / np.maximum(size[own] - 1.0, 1.0)
    means = sums / size
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), _NOTHING)
    return np.where(size[own] > 1, width, 0.0)
