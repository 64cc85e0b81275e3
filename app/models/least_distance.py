"""The nearest point of a convex polyhedron, exactly: least distance programming.

Minimising ``‖x‖²`` subject to ``G x ≥ h`` is one non-negative least squares problem in disguise (Lawson and
Hanson, "Solving Least Squares Problems", 1974, chapter 23). Both are written here in plain Python: the
problems have a handful of variables, and the serving process stays without numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

TINY = 1e-12
MOST_ROUNDS = 200
HALVINGS = 40

Vector = list[float]
Matrix = list[Vector]


def nearest_point(
    start: Sequence[float], rows: Sequence[Sequence[float]], limits: Sequence[float]
) -> Vector | None:
    """Return the point nearest to `start` (d) with ``rows · x ≥ limits`` (m × d, m), or None.

    A zero row says nothing about x: it is met if its limit is not positive.
    """
    # moved so that `start` is the origin, and each row of length one, so that one tolerance fits all
    normals: Matrix = []
    bounds: Vector = []
    for row, limit in zip(rows, limits, strict=True):
        length = _dot(row, row) ** 0.5
        gap = limit - _dot(row, start)
        if length <= TINY:
            if gap > TINY:
                return None
            continue
        normals.append([value / length for value in row])
        bounds.append(gap / length)
    if all(gap <= 0.0 for gap in bounds):
        return list(start)
    d = len(start)
    columns = [[*normal, gap] for normal, gap in zip(normals, bounds, strict=True)]
    weights = solve_nonnegative(columns, [0.0] * d + [1.0])
    residual = [
        sum(weight * column[i] for weight, column in zip(weights, columns, strict=True)) - (i == d)
        for i in range(d + 1)
    ]
    if -residual[d] <= TINY:
        return None
    return [x - r / residual[d] for x, r in zip(start, residual, strict=False)]


def nearest_in_ball(
    start: Sequence[float],
    rows: Sequence[Sequence[float]],
    limits: Sequence[float],
    middle: Sequence[float],
    radius: float,
) -> Vector | None:
    """Return the point of a polyhedron and a ball nearest to `start`, None where they do not meet.

    With a multiplier for the ball it is the polyhedron's point nearest to some place on the way from `start`
    to the ball's middle: the first place from which it lies in the ball.
    """
    low, high = 0.0, 1.0
    found = nearest_point(middle, rows, limits)
    if found is None or math.dist(found, middle) > radius:
        return None
    for _ in range(HALVINGS):
        share = (low + high) / 2.0
        place = [a + share * (b - a) for a, b in zip(start, middle, strict=True)]
        point = nearest_point(place, rows, limits)
        if point is not None and math.dist(point, middle) <= radius:
            high, found = share, point
        else:
            low = share
    return found


def solve_nonnegative(columns: Sequence[Sequence[float]], target: Sequence[float]) -> Vector:
    """Return weights ``w ≥ 0`` that minimise ``‖Σ w_j · columns_j - target‖`` (Lawson and Hanson's NNLS)."""
    weights = [0.0] * len(columns)
    passive: list[int] = []
    for _ in range(MOST_ROUNDS):
        residual = list(target)
        for j in passive:
            for i, value in enumerate(columns[j]):
                residual[i] -= weights[j] * value
        gains = {j: _dot(columns[j], residual) for j in range(len(columns)) if j not in passive}
        best = max(gains, key=lambda j: gains[j], default=None)
        if best is None or gains[best] <= TINY:
            break
        passive.append(best)
        if not _settle(columns, target, passive, weights):
            break
    return weights


def _settle(
    columns: Sequence[Sequence[float]], target: Sequence[float], passive: list[int], weights: Vector
) -> bool:
    """Fit the passive columns freely, dropping those that a free fit would make negative.

    Returns False where the newest column depends on the others, so that it can add nothing.
    """
    while passive:
        free = _least_squares([columns[j] for j in passive], target)
        if free is None:
            weights[passive.pop()] = 0.0
            return False
        if min(free) > 0.0:
            for j, value in zip(passive, free, strict=True):
                weights[j] = value
            return True
        # back along the way to the free fit, until the first weight reaches zero
        ways = [(weights[j], value) for j, value in zip(passive, free, strict=True) if value <= 0.0]
        step = min(old / (old - value) if old > value else 0.0 for old, value in ways)
        for j, value in zip(passive, free, strict=True):
            weights[j] += step * (value - weights[j])
        for j in [j for j in passive if weights[j] <= TINY]:
            weights[j] = 0.0
            passive.remove(j)
    return False


def _least_squares(columns: Sequence[Sequence[float]], target: Sequence[float]) -> Vector | None:
    """Return the weights of the free fit by modified Gram-Schmidt, or None if columns are dependent."""
    n = len(columns)
    basis: Matrix = []
    upper: Matrix = [[0.0] * n for _ in range(n)]
    for j, column in enumerate(columns):
        rest = list(column)
        for i, direction in enumerate(basis):
            upper[i][j] = _dot(direction, rest)
            rest = [value - upper[i][j] * part for value, part in zip(rest, direction, strict=True)]
        length = _dot(rest, rest) ** 0.5
        if length <= 1e-10:
            return None
        upper[j][j] = length
        basis.append([value / length for value in rest])
    weights = [_dot(direction, target) for direction in basis]
    for j in reversed(range(n)):
        weights[j] = (weights[j] - sum(upper[j][i] * weights[i] for i in range(j + 1, n))) / upper[j][j]
    return weights


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += x * y
    return total
