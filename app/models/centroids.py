"""k centroids and their refits as plain numbers: scores, the nearest, and how many refits agree."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from app.models.model_document import ConfidenceDocument

SAFE = 1e-9


class Centroids:
    """k centroids in standardised units: scores, distances, the nearest.

    Parameters
    ----------
    points : sequence of k sequences of d floats
        In segment order, so that the first of equals has the lowest id.
    """

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        self.points = tuple(tuple(point) for point in points)
        self._norms = [square_length(point) for point in self.points]
        self._doubled = [[2.0 * c for c in column] for column in zip(*self.points, strict=True)]

    def scores(self, z: Sequence[float]) -> list[float]:
        """Return ``s_j`` for each centroid; the largest belongs to the nearest."""
        scores = [0.0] * len(self._norms)
        for column, value in zip(self._doubled, z, strict=True):
            scores = [score + c * value for score, c in zip(scores, column, strict=True)]
        return [score - norm for score, norm in zip(scores, self._norms, strict=True)]

    def nearest(self, z: Sequence[float]) -> int:
        """Return the index of the nearest centroid, the first of equals."""
        scores = self.scores(z)
        return scores.index(max(scores))


class Refits:
    """The refitted centroid sets, those that moved farthest first.

    No centroid of a refit lies farther than its reach from the model's own. Where the margin to a segment
    exceeds twice that, the refit cannot prefer that segment (triangle inequality), so most customers need no
    refit at all and the others few segments. What is left is evaluated a whole column of refits at a time.

    Attributes
    ----------
    farthest : float
        The largest reach.
    """

    def __init__(self, centroids: Centroids, confidence: ConfidenceDocument) -> None:
        ranked = sorted(
            ((max(map(math.dist, centroids.points, refit)), refit) for refit in confidence.refits),
            reverse=True,
        )
        self._sets = [refit for _, refit in ranked]
        self._reaches = [-2.0 * reach for reach, _ in ranked]
        self.farthest = ranked[0][0]
        self._planes: dict[tuple[int, int], tuple[list[float], list[list[float]]]] = {}

    def share_agreeing(self, z: Sequence[float], order: Sequence[int], distances: Sequence[float]) -> float:
        """Return the share of refits that place `z` in the nearest segment.

        `order` and `distances` are the model's. A refit in which two segments are exactly as near counts as
        agreeing.
        """
        index = order[0]
        own = distances[index]
        leads: list[float] | None = None
        for other in order[1:]:
            undecided = bisect_right(self._reaches, own - distances[other] + SAFE)
            if not undecided:
                break  # all that follow are farther still
            lead = self._lead(z, index, other, undecided)
            leads = lead if leads is None else _least(leads, lead)
        if leads is None:
            return 1.0
        losing = len(leads) - sum(map((0.0).__le__, leads))
        return (len(self._sets) - losing) / len(self._sets)

    def _lead(self, z: Sequence[float], index: int, other: int, count: int) -> list[float]:
        """Return by how much the score of `index` exceeds that of `other` in each of the first refits."""
        constants, columns = self._plane(index, other)
        lead = constants[:count]
        for value, column in zip(z, columns, strict=True):
            lead = [total + value * slope for total, slope in zip(lead, column, strict=False)]
        return lead

    def _plane(self, index: int, other: int) -> tuple[list[float], list[list[float]]]:
        """Return the difference of two segments' scores as constants and one column of slopes a feature."""
        if (index, other) not in self._planes:
            pairs = [(refit[index], refit[other]) for refit in self._sets]
            constants = [square_length(there) - square_length(here) for here, there in pairs]
            columns = [
                [2.0 * (here[f] - there[f]) for here, there in pairs]
                for f in range(len(self._sets[0][index]))
            ]
            self._planes[index, other] = constants, columns
        return self._planes[index, other]


def _least(a: list[float], b: list[float]) -> list[float]:
    """Return the smaller of each two, and what only the longer list has."""
    longer = a if len(a) > len(b) else b
    return [*map(min, a, b), *longer[min(len(a), len(b)) :]]


def square_length(point: Sequence[float]) -> float:
    """Return the sum of a point's squares, added in order."""
    # a plain loop: from Python 3.12 `sum` compensates, and the page's JavaScript could not follow
    total = 0.0
    for value in point:
        total += value * value
    return total
