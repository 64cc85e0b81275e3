"""Which rows stand for all where all would take too long: from each segment its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sample_rows(labels: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """Return the indices, ascending, of at most `most` rows: each group's share of them, at least one.

    Parameters
    ----------
    labels : array of shape (n,)
        The group of each row; all rows are returned where n does not exceed `most`.
    """
    n = len(labels)
    if n <= most:
        return np.arange(n)
    rng = np.random.default_rng([seed, 6])
    parts = []
    for group in np.unique(labels):
        members = np.flatnonzero(labels == group)
        parts.append(rng.choice(members, max(1, len(members) * most // n), replace=False))
    chosen: NDArray[np.int64] = np.sort(np.concatenate(parts))
    return chosen
