"""The cheapest way into a segment: the nearest point of its cell, rounded *into* it.

A segment is a convex cell: nearer to its centroid than to any other, within the features' bounds, and, where
some customers are exceptional, within a ball around the centroid. Categories stay as they are on the way, and
what is derived from other features follows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from app.models.least_distance import HALVINGS, nearest_in_ball, nearest_point
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState

INSIDE = 1e-9
MOST_DECIMALS = 6
MOST_CORNERS, MOST_PLACES = 3, 256
ROUNDS = 8
SCANNED = 400


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


def find_path(model: MLModel, values: Sequence[float], index: int) -> Path:
    """Find the way of one customer, d values in own units within their bounds, into another segment."""
    z = model.standardise(values)
    nearest = _nearest(model, values, z, index)
    to = None if nearest is None else _round_into(model, index, values, nearest)
    cost = None if to is None else math.dist(model.standardise(to), z)
    single = tuple(_single(model, index, values, z, place) for place in range(len(values)))
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
    full_rows, full_limits = _cell(model, index)
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


def _cell(model: MLModel, index: int) -> tuple[list[list[float]], list[float]]:
    """Return the cell as ``rows · z ≥ limits``: nearer than every other centroid, within the bounds."""
    own = model.centroids.points[index]
    rows, limits = [], []
    for other, point in enumerate(model.centroids.points):
        if other != index:
            rows.append([2.0 * (a - b) for a, b in zip(own, point, strict=True)])
            limits.append(sum(a * a for a in own) - sum(b * b for b in point))
    for place, coordinate in model.changeable:
        axis = [0.0] * len(own)
        axis[coordinate] = 1.0
        rows += [axis, [-value for value in axis]]
        low, high = model.reach(place)
        limits += [low, -high]
    return rows, limits


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
            _neighbours(raw[p], f, f.decimals + extra, width) for p, f in zip(places, features, strict=True)
        ]
        yield from (dict(zip(places, corner, strict=True)) for corner in product(*choices))
    if len(places) > MOST_CORNERS:
        centre = [model.centroids.points[index][coordinate] for _, coordinate in model.changeable]
        for share in (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1):
            moved = _own_units(
                model, values, [x + share * (c - x) for x, c in zip(point, centre, strict=True)]
            )
            yield {
                p: _within(round(moved[p], f.decimals + extra), f)
                for p, f in zip(places, features, strict=True)
            }


def _neighbours(x: float, feature: FeatureState, decimals: int, width: int = 2) -> list[float]:
    """Return the rounded values next to x within the bounds: `width` below, as many above."""
    unit = 10.0**-decimals
    floor = math.floor(x / unit)
    steps = range(1 - width, width + 1)
    return sorted({_within(round((floor + step) * unit, decimals), feature) for step in steps})


def _within(x: float, feature: FeatureState) -> float:
    return min(max(x, feature.minimum), feature.maximum)


def _single(
    model: MLModel, index: int, values: Sequence[float], z: Sequence[float], place: int
) -> float | None:
    """Return the value of one feature that alone would do, nearest to the present one, or None."""
    feature = model.document.features[place]
    if feature.levels:
        return _other_level(model, index, values, z, place)
    if feature.derived:
        return None
    coordinate = dict(model.changeable)[place]
    if any(feature.name in other.derived for other in model.document.features):
        return _scan(model, index, values, z[coordinate], place)
    interval = _interval(model, index, z, coordinate)
    if interval is None:
        return None
    present = model.own_unit(place, z[coordinate]) if math.isnan(values[place]) else values[place]
    low, high = (model.own_unit(place, x) for x in interval)
    return _settle(model, index, values, place, _within(min(max(present, low), high), feature), present)


def _settle(
    model: MLModel, index: int, values: Sequence[float], place: int, wanted: float, present: float
) -> float | None:
    """Return the rounded value next to `wanted` that lands in the segment, None where none does."""
    feature = model.document.features[place]
    for extra in range(MOST_DECIMALS + 1):
        inside = [
            x
            for x in _neighbours(wanted, feature, feature.decimals + extra)
            if model.lands(model.changed(values, {place: x})) == index
        ]
        if inside:
            return min(inside, key=lambda x: abs(x - present))
    return None


def _other_level(
    model: MLModel, index: int, values: Sequence[float], z: Sequence[float], place: int
) -> float | None:
    levels = map(float, range(len(model.document.features[place].levels)))
    landing = [
        (math.dist(model.standardise(moved), z), level)
        for level in levels
        if level != values[place] and model.lands(moved := model.changed(values, {place: level})) == index
    ]
    return min(landing)[1] if landing else None


def _scan(model: MLModel, index: int, values: Sequence[float], z: float, place: int) -> float | None:
    """Return what `_single` does for a feature that others are derived from: their sum has no closed form."""
    low, high = model.reach(place)
    steps = (low + (high - low) * step / SCANNED for step in range(SCANNED + 1))
    for x in sorted(steps, key=lambda x: abs(x - z)):
        if model.lands(model.changed(values, {place: model.own_unit(place, x)})) == index:
            outside, inside = z, x
            for _ in range(HALVINGS):
                middle = (outside + inside) / 2.0
                lands = model.lands(model.changed(values, {place: model.own_unit(place, middle)})) == index
                outside, inside = (outside, middle) if lands else (middle, inside)
            return _settle(
                model, index, values, place, model.own_unit(place, inside), model.own_unit(place, z)
            )
    return None


def _interval(model: MLModel, index: int, z: Sequence[float], coordinate: int) -> tuple[float, float] | None:
    """Return where one coordinate, all others fixed, lies in the segment's cell, or None."""
    rows, limits = _cell(model, index)
    centre = model.centroids.points[index]
    others = sum((x - c) ** 2 for i, (x, c) in enumerate(zip(z, centre, strict=True)) if i != coordinate)
    if others > model.threshold**2:
        return None
    radius = math.sqrt(model.threshold**2 - others)
    low, high = centre[coordinate] - radius, centre[coordinate] + radius
    for row, limit in zip(rows, limits, strict=True):
        rest = limit - sum(a * x for i, (a, x) in enumerate(zip(row, z, strict=True)) if i != coordinate)
        if abs(row[coordinate]) <= INSIDE:
            if rest > INSIDE:
                return None
        elif row[coordinate] > 0:
            low = max(low, rest / row[coordinate])
        else:
            high = min(high, rest / row[coordinate])
    return (low, high) if low <= high else None
