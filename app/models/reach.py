"""How far out a customer lies among those of a segment in training, by a few quantiles of their distance."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

# at which shares of a segment's customers, the nearest first, their distance to its centroid is kept
DISTANCE_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)


def share_nearer(reach: Sequence[float], distance: float) -> float:
    """Return the share of the customers who lie nearer than `distance`, interpolated.

    Parameters
    ----------
    reach : sequence of float
        Their distances at each of `DISTANCE_SHARES`.

    Examples
    --------
    >>> share_nearer([0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.9, 2.1], 0.4)
    0.375
    """
    place = bisect_left(reach, distance)
    if place == 0:
        return 0.0
    if place == len(reach):
        return 1.0
    (low, high), (start, end) = reach[place - 1 : place + 1], DISTANCE_SHARES[place - 1 : place + 1]
    return start + (distance - low) / (high - low) * (end - start)
