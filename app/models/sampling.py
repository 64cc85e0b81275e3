"""Which rows stand for all where all would take too long: from each segment its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_ROWS = 1_000


def sample_rows(labels: NDArray[np.int64], most: int, seed: int, least: int = 1) -> NDArray[np.int64]:
    """Return the indices, ascending, of about `most` rows: each group's share of them, rounded down.

    Parameters
    ----------
    labels : array of shape (n,)
        The group of each row; all rows are returned where n does not exceed `most`.
    least : int
        Of a group with a smaller share so many are taken, or all that it has: no group is missed.
    """
    n = len(labels)
    if n <= most:
        return np.arange(n)
    rng = np.random.default_rng([seed, 6])
    parts = []
    for group in np.unique(labels):
        members = np.flatnonzero(labels == group)
        share = max(min(least, len(members)), len(members) * most // n)
        parts.append(rng.choice(members, share, replace=False))
    chosen: NDArray[np.int64] = np.sort(np.concatenate(parts))
    return chosen


def count_distinct(rows: NDArray[np.float64], enough: int) -> int:
    """Return how many different rows there are among `rows` (n, d), or only that there are `enough`.

    Sorting all of a large table takes longer than fitting it, and its first rows mostly tell.
    """
    found = len(np.unique(rows[:FIRST_ROWS], axis=0))
    return found if found >= enough or len(rows) <= FIRST_ROWS else len(np.unique(rows, axis=0))
