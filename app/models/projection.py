"""A flat view of many features: the plane in which the segments' centroids differ most.

Plain Python, since the serving process draws. Distances in a projection are never longer than the true ones
and may be much shorter, so it comes with the shares of variance that it shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

Vector = tuple[float, ...]
Matrix = list[list[float]]

SQUARINGS = 20
NOTHING = 1e-9


@dataclass(frozen=True)
class Projection:
    """Two orthonormal directions of standardised space, each d numbers.

    Attributes
    ----------
    between, overall : float
        Shares of the centroids' and of the customers' variance that lie in the plane, 0 to 1.
    by_centroids : bool
        Whether the centroids differ in both directions; else `upward` is where customers differ most.
    """

    across: Vector
    upward: Vector
    between: float
    overall: float
    by_centroids: bool

    def __call__(self, z: Sequence[float]) -> tuple[float, float]:
        """Return where d standardised values lie in the plane, in standard deviations."""
        return _dot(self.across, z), _dot(self.upward, z)


def project(centroids: Sequence[Sequence[float]], customers: Sequence[Sequence[float]]) -> Projection:
    """Return the plane through the two directions in which k centroids differ most.

    Centroids on one line leave the second direction open: it is then the one, at right angles to the first,
    in which the customers differ most.

    Parameters
    ----------
    centroids : k × d standardised values
        At least two, not all equal; d is at least 2. Each counts the same, whatever its segment's size.
    customers : n × d standardised values
    """
    points = _centred(centroids)
    # the eigenvectors of the k × k products give those of the d × d ones, and k is small
    products = [[_dot(a, b) for b in points] for a in points]
    first, weights = _leading(products)
    across = _signed(_combined(points, weights))
    second, weights = _leading(_without(products, first, weights))
    rows = _centred(customers)
    by_centroids = second > NOTHING * first
    upward = _combined(points, weights) if by_centroids else _widest(rows, across)
    upward = _signed(_at_right_angles(upward, across))
    return Projection(
        across, upward, _share(points, across, upward), _share(rows, across, upward), by_centroids
    )


def _widest(rows: Sequence[Vector], across: Vector) -> Vector:
    """Return the direction of most spread at right angles to `across`; any, where nothing is spread there."""
    parts = [_dot(row, across) for row in rows]
    flat = [
        [x - part * a for x, a in zip(row, across, strict=True)]
        for row, part in zip(rows, parts, strict=True)
    ]
    columns = list(zip(*flat, strict=True))
    length, direction = _leading([[_dot(a, b) for b in columns] for a in columns])
    if length > NOTHING * sum(_dot(row, row) for row in rows):
        return direction
    least = min(range(len(across)), key=lambda place: abs(across[place]))
    return tuple(float(place == least) for place in range(len(across)))


def _share(rows: Sequence[Vector], across: Vector, upward: Vector) -> float:
    """Return the share of the rows' squared lengths that lies in the plane; rounding may pass the whole."""
    shown = sum(_dot(row, across) ** 2 + _dot(row, upward) ** 2 for row in rows)
    return min(1.0, shown / sum(_dot(row, row) for row in rows))


def _leading(matrix: Matrix) -> tuple[float, Vector]:
    """Return the largest eigenvalue of a symmetric, not negative matrix, and a unit eigenvector.

    Squaring the matrix again and again leaves what belongs to the largest, also where several are equal.
    """
    power = matrix
    for _ in range(SQUARINGS):
        largest = max(abs(x) for row in power for x in row) or 1.0
        power = [[x / largest for x in row] for row in power]
        power = [[_dot(a, b) for b in power] for a in power]
    column = max(power, key=lambda row: _dot(row, row))
    vector = _unit(column)
    return _dot(vector, [_dot(row, vector) for row in matrix]), vector


def _without(matrix: Matrix, value: float, vector: Vector) -> Matrix:
    return [
        [x - value * a * b for x, b in zip(row, vector, strict=True)]
        for row, a in zip(matrix, vector, strict=True)
    ]


def _combined(points: Sequence[Vector], weights: Vector) -> Vector:
    return _unit([_dot(column, weights) for column in zip(*points, strict=True)])


def _at_right_angles(vector: Vector, to: Vector) -> Vector:
    part = _dot(vector, to)
    return _unit([a - part * b for a, b in zip(vector, to, strict=True)])


def _signed(vector: Vector) -> Vector:
    """Return the vector or its opposite: the largest part is positive, so that trainings look alike."""
    largest = max(vector, key=abs)
    return vector if largest > 0 else tuple(-x for x in vector)


def _unit(vector: Sequence[float]) -> Vector:
    length = math.hypot(*vector)
    return tuple(x / length for x in vector) if length else tuple(vector)


def _centred(rows: Sequence[Sequence[float]]) -> list[Vector]:
    means = [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]
    return [tuple(x - mean for x, mean in zip(row, means, strict=True)) for row in rows]


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    total: float = sum(map(mul, a, b))
    return total
