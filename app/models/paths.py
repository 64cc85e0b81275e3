"""The cheapest way into a segment: the nearest point of its cell, rounded *into* it.

A segment is a convex cell: nearer to its centroid than to any other, within the features' bounds, and, where
some customers are exceptional, within a ball around the centroid. Categories stay as they are on the way, and
what is derived from other features follows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from app.models.cells import INSIDE, MOST_DECIMALS, cell, neighbours, within
from app.models.least_distance import HALVINGS, nearest_in_ball, nearest_point
from app.models.ml_model import MLModel
from app.models.single_change import Landings, find_single, scan

MOST_CORNERS, MOST_PLACES = 3, 256
ROUNDS = 8


@dataclass(frozen=True)
class Path:
    """The cheapest change that would place a customer in segment `index`.

    Attributes
    ----------
    to : tuple of d floats or None
        The nearest place within the bounds, in own units, with the same categories; None where the cell lies
        outside them.
    cost : float or None
        Its standardised distance.
    single : tuple of d floats or None
        For each feature the value that alone would do, None where none does; for a category the nearest
        level. What is derived cannot change alone.
    """

    index: int
    to: tuple[float, ...] | None
    cost: float | None
    single: tuple[float | None, ...]


def find_paths(model: MLModel, values: Sequence[float], indices: Iterable[int]) -> tuple[Path, ...]:
    """Find the ways of one customer, d values in own units within their bounds, into other segments."""
    z = model.standardise(values)
    sources = {name for feature in model.document.features for name in feature.derived}
    scans = {
        place: Landings(scan(model, values, z[coordinate], place))
        for place, coordinate in model.changeable
        if model.document.features[place].name in sources
    }
    return tuple(_find(model, values, z, index, scans) for index in indices)


def _find(
    model: MLModel, values: Sequence[float], z: Sequence[float], index: int, scans: Mapping[int, Landings]
) -> Path:
    nearest = _nearest(model, values, z, index)
    to = None if nearest is None else _round_into(model, index, values, nearest)
    cost = None if to is None else math.dist(model.standardise(to), z)
    single = tuple(
        find_single(model, index, values, z, place, scans.get(place)) for place in range(len(values))
    )
    return Path(index, to, cost, single)


def _nearest(model: MLModel, values: Sequence[float], z: Sequence[float], index: int) -> list[float] | None:
    """Return the changeable coordinates of the nearest point of a cell, None where there is none.

    What is derived follows its sources, so with such a feature the point is sought in rounds, each with the
    derived coordinates of the round before; where they do not settle, on the straight way to the centroid.
    """
    if not model.has_derived:
        return _project(model, z, z, index)
    assumed = list(z)
    for _ in range(ROUNDS):
        found = _project(model, z, assumed, index)
        if found is None:
            break
        there = _own_units(model, values, found)
        if model.lands(there) == index:
            return found
        assumed = [0.5 * (a + b) for a, b in zip(assumed, model.standardise(there), strict=True)]
    return _straight(model, values, z, index)


def _straight(model: MLModel, values: Sequence[float], z: Sequence[float], index: int) -> list[float] | None:
    centre = model.centroids.points[index]
    outside, inside = ([point[c] for _, c in model.changeable] for point in (z, centre))
    if model.lands(_own_units(model, values, inside)) != index:
        return None
    for _ in range(HALVINGS):
        middle = [(a + b) / 2.0 for a, b in zip(outside, inside, strict=True)]
        if model.lands(_own_units(model, values, middle)) == index:
            inside = middle
        else:
            outside = middle
    return inside


def _project(model: MLModel, z: Sequence[float], assumed: Sequence[float], index: int) -> list[float] | None:
    """Return the point of a cell nearest to `z` in the changeable coordinates, all others as `assumed`."""
    free = [coordinate for _, coordinate in model.changeable]
    fixed = sorted(set(range(len(z))) - set(free))
    full_rows, full_limits = cell(model, index)
    limits = [
        limit - sum(row[i] * assumed[i] for i in fixed)
        for row, limit in zip(full_rows, full_limits, strict=True)
    ]
    rows = [[row[i] for i in free] for row in full_rows]
    start = [z[i] for i in free]
    point = nearest_point(start, rows, limits)
    centre = model.centroids.points[index]
    square = model.threshold**2 - sum((assumed[i] - centre[i]) ** 2 for i in fixed)
    if point is None or square < 0.0:
        return None
    middle, radius = [centre[i] for i in free], math.sqrt(square) * (1.0 - INSIDE)
    return (
        point if math.dist(point, middle) <= radius else nearest_in_ball(start, rows, limits, middle, radius)
    )


def _own_units(model: MLModel, values: Sequence[float], point: Sequence[float]) -> list[float]:
    """Return the customer whose changeable coordinates are `point`, in own units."""
    pairs = zip(model.changeable, point, strict=True)
    return model.changed(values, {place: model.own_unit(place, x) for (place, _), x in pairs})


def _round_into(
    model: MLModel, index: int, values: Sequence[float], point: Sequence[float]
) -> tuple[float, ...] | None:
    """Return the nearest of the rounded places around `point` that the model puts into the segment.

    With each step one more decimal is allowed; where corners would be too many, those next to the place are
    tried, and the place is moved towards the centroid until its rounding lies inside.
    """
    start = model.standardise(values)
    for extra in range(MOST_DECIMALS + 1):
        roundings = _roundings(model, index, values, point, extra)
        places: list[list[float]] = [model.changed(values, changes) for changes in roundings]
        inside = [place for place in places if model.lands(place) == index]
        if inside:
            nearest: list[float] = min(inside, key=lambda raw: math.dist(model.standardise(raw), start))
            return tuple(nearest)
    return None


def _roundings(
    model: MLModel, index: int, values: Sequence[float], point: Sequence[float], extra: int
) -> Iterator[dict[int, float]]:
    places = [place for place, _ in model.changeable]
    features = [model.document.features[place] for place in places]
    raw = _own_units(model, values, point)
    width = 2 if len(places) <= MOST_CORNERS else 1
    if len(places) <= MOST_CORNERS or 2 ** len(places) <= MOST_PLACES:
        choices = [
            neighbours(raw[p], f, f.decimals + extra, width) for p, f in zip(places, features, strict=True)
        ]
        yield from (dict(zip(places, corner, strict=True)) for corner in product(*choices))
    if len(places) > MOST_CORNERS:
        centre = [model.centroids.points[index][coordinate] for _, coordinate in model.changeable]
        for share in (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1):
            moved = _own_units(
                model, values, [x + share * (c - x) for x, c in zip(point, centre, strict=True)]
            )
            yield {
                p: within(round(moved[p], f.decimals + extra), f)
                for p, f in zip(places, features, strict=True)
            }
