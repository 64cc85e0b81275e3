"""What one feature alone would have to be for a customer to be in another segment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from app.models.cells import INSIDE, MOST_DECIMALS, cell, neighbours, within
from app.models.least_distance import HALVINGS
from app.models.ml_model import MLModel

SCANNED = 400


class Landings:
    """Where the values of one feature land, those next to the present one first; none is tried twice.

    Parameters
    ----------
    tried : iterator of pairs of a coordinate and an index of a segment or None
    """

    def __init__(self, tried: Iterator[tuple[float, int | None]]) -> None:
        self._rest = tried
        self._known: list[tuple[float, int | None]] = []

    def first(self, index: int) -> float | None:
        """Return the first coordinate that lands in a segment, None where none does."""
        for x, landed in self._known:
            if landed == index:
                return x
        for x, landed in self._rest:
            self._known.append((x, landed))
            if landed == index:
                return x
        return None


def find_single(
    model: MLModel,
    index: int,
    values: Sequence[float],
    z: Sequence[float],
    place: int,
    landings: Landings | None,
) -> float | None:
    """Return the value of one feature that alone would do, nearest to the present one, or None.

    With `landings`, which one needs from which others are derived, the value is the first of those.
    """
    feature = model.document.features[place]
    if feature.levels:
        return _other_level(model, index, values, z, place)
    if feature.derived:
        return None
    coordinate = dict(model.changeable)[place]
    if landings is not None:
        return _first_of(landings, model, index, values, z[coordinate], place)
    interval = _interval(model, index, z, coordinate)
    if interval is None:
        return None
    present = model.own_unit(place, z[coordinate]) if math.isnan(values[place]) else values[place]
    low, high = (model.own_unit(place, x) for x in interval)
    return _settle(model, index, values, place, within(min(max(present, low), high), feature), present)


def _settle(
    model: MLModel, index: int, values: Sequence[float], place: int, wanted: float, present: float
) -> float | None:
    """Return the rounded value next to `wanted` that lands in the segment, None where none does."""
    feature = model.document.features[place]
    for extra in range(MOST_DECIMALS + 1):
        inside = [
            x
            for x in neighbours(wanted, feature, feature.decimals + extra)
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


def scan(model: MLModel, values: Sequence[float], z: float, place: int) -> Iterator[tuple[float, int | None]]:
    """Try the values of a feature that others are derived from, the nearest first: no closed form tells."""
    low, high = model.reach(place)
    steps = (low + (high - low) * step / SCANNED for step in range(SCANNED + 1))
    for x in sorted(steps, key=lambda x: abs(x - z)):
        yield x, model.lands(model.changed(values, {place: model.own_unit(place, x)}))


def _first_of(
    landings: Landings, model: MLModel, index: int, values: Sequence[float], z: float, place: int
) -> float | None:
    """Return what `find_single` does, from the first of the tried values that lands in the segment."""
    inside, outside = landings.first(index), z
    if inside is None:
        return None
    for _ in range(HALVINGS):
        middle = (outside + inside) / 2.0
        lands = model.lands(model.changed(values, {place: model.own_unit(place, middle)})) == index
        outside, inside = (outside, middle) if lands else (middle, inside)
    return _settle(model, index, values, place, model.own_unit(place, inside), model.own_unit(place, z))


def _interval(model: MLModel, index: int, z: Sequence[float], coordinate: int) -> tuple[float, float] | None:
    """Return where one coordinate, all others fixed, lies in the segment's cell, or None."""
    rows, limits = cell(model, index)
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
