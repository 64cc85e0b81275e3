"""Why a customer is here, and the cheapest way to any other segment: both exact.

The margin to the runner-up is ``D²_runner - D²_own = Σ_f [(z_f - c_runner,f)² - (z_f - c_own,f)²]``, a plain
sum over features. A segment is a convex cell, so its nearest point within the features' bounds is one small
least distance problem; it is then rounded *into* the cell, never merely to the nearest decimal.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from app.models.least_distance import nearest_point
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState

INSIDE = 1e-9
MOST_DECIMALS = 6
MOST_CORNERS = 3


@dataclass(frozen=True)
class Reason:
    """What one feature adds to the margin; negative where it speaks for the runner-up."""

    feature: str
    raw: float
    standardised: float
    contribution: float


@dataclass(frozen=True)
class Path:
    """The cheapest change that would place a customer in segment `index`.

    Attributes
    ----------
    to : tuple of d floats or None
        The nearest place within the bounds, in own units; None where the cell lies outside them.
    cost : float or None
        Its standardised distance.
    single : tuple of d floats or None
        For each feature the value that alone would do, None where none does.
    """

    index: int
    to: tuple[float, ...] | None
    cost: float | None
    single: tuple[float | None, ...]


@dataclass(frozen=True)
class Explanation:
    """Reasons that add up to `margin`, and a path to every other segment; indices are the model's."""

    own: int
    runner_up: int
    margin: float
    reasons: tuple[Reason, ...]
    paths: tuple[Path, ...]


def explain(model: MLModel, values: Sequence[float], targets: Collection[int] | None = None) -> Explanation:
    """Explain the placement of one customer, given by d values in own units within their bounds.

    Paths are what costs: with `targets`, indices of segments, there are only those.
    """
    z = model.standardise(values)
    own, runner = model.place(values).order[:2]
    here, there = model.centroids.points[own], model.centroids.points[runner]
    wanted = range(len(model.segments)) if targets is None else targets
    reasons = tuple(
        Reason(feature.name, raw, value, (value - c_runner) ** 2 - (value - c_own) ** 2)
        for feature, raw, value, c_own, c_runner in zip(
            model.document.features, values, z, here, there, strict=True
        )
    )
    return Explanation(
        own=own,
        runner_up=runner,
        margin=math.fsum(reason.contribution for reason in reasons),
        reasons=reasons,
        paths=tuple(_path(model, values, z, index) for index in wanted if index != own),
    )


def _path(model: MLModel, values: Sequence[float], z: Sequence[float], index: int) -> Path:
    rows, limits = _cell(model, index)
    nearest = nearest_point(z, rows, limits)
    to = None if nearest is None else _round_into(model, index, values, nearest)
    cost = None if to is None else math.dist(model.standardise(to), z)
    single = tuple(_single(model, index, values, z, place) for place in range(len(z)))
    return Path(index, to, cost, single)


def _cell(model: MLModel, index: int) -> tuple[list[list[float]], list[float]]:
    """Return the cell as ``rows · z ≥ limits``: nearer than every other centroid, within the bounds."""
    own = model.centroids.points[index]
    rows, limits = [], []
    for other, point in enumerate(model.centroids.points):
        if other != index:
            rows.append([2.0 * (a - b) for a, b in zip(own, point, strict=True)])
            limits.append(sum(a * a for a in own) - sum(b * b for b in point))
    for place, feature in enumerate(model.document.features):
        axis = [0.0] * len(own)
        axis[place] = 1.0
        rows += [axis, [-value for value in axis]]
        limits += [
            (feature.minimum - feature.mean) / feature.scale,
            -(feature.maximum - feature.mean) / feature.scale,
        ]
    return rows, limits


def _round_into(
    model: MLModel, index: int, values: Sequence[float], z: Sequence[float]
) -> tuple[float, ...] | None:
    """Return the nearest of the rounded places around standardised `z` that the model puts into the segment.

    With each step one more decimal is allowed; where corners would be too many, the place is moved towards
    the centroid until its rounding lies inside.
    """
    features = model.document.features
    raw = [x * f.scale + f.mean for x, f in zip(z, features, strict=True)]
    start = model.standardise(values)
    for extra in range(MOST_DECIMALS + 1):
        inside = [place for place in _roundings(model, index, raw, extra) if _lands(model, place) == index]
        if inside:
            return min(inside, key=lambda place: math.dist(model.standardise(place), start))
    return None


def _lands(model: MLModel, values: Sequence[float]) -> int:
    return model.centroids.nearest(model.standardise(values))


def _roundings(model: MLModel, index: int, raw: Sequence[float], extra: int) -> Iterator[tuple[float, ...]]:
    features = model.document.features
    if len(raw) <= MOST_CORNERS:
        choices = [_neighbours(x, f, f.decimals + extra) for x, f in zip(raw, features, strict=True)]
        yield from product(*choices)
        return
    centre = [c * f.scale + f.mean for c, f in zip(model.centroids.points[index], features, strict=True)]
    for share in (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1):
        moved = [x + share * (c - x) for x, c in zip(raw, centre, strict=True)]
        yield tuple(_within(round(x, f.decimals + extra), f) for x, f in zip(moved, features, strict=True))


def _neighbours(x: float, feature: FeatureState, decimals: int) -> list[float]:
    """Return the rounded values next to x within the bounds: two below, two above."""
    unit = 10.0**-decimals
    floor = math.floor(x / unit)
    return sorted({_within(round((floor + step) * unit, decimals), feature) for step in (-1, 0, 1, 2)})


def _within(x: float, feature: FeatureState) -> float:
    return min(max(x, feature.minimum), feature.maximum)


def _single(
    model: MLModel, index: int, values: Sequence[float], z: Sequence[float], place: int
) -> float | None:
    """Return the value of one feature that alone would do, nearest to the present one, or None."""
    interval = _interval(model, index, z, place)
    if interval is None:
        return None
    feature = model.document.features[place]
    low, high = (x * feature.scale + feature.mean for x in interval)
    nearest = _within(min(max(values[place], low), high), feature)
    for extra in range(MOST_DECIMALS + 1):
        inside = [
            x
            for x in _neighbours(nearest, feature, feature.decimals + extra)
            if _lands(model, [*values[:place], x, *values[place + 1 :]]) == index
        ]
        if inside:
            return min(inside, key=lambda x: abs(x - values[place]))
    return None


def _interval(model: MLModel, index: int, z: Sequence[float], place: int) -> tuple[float, float] | None:
    """Return where one standardised feature, all others fixed, lies in the segment's cell, or None."""
    rows, limits = _cell(model, index)
    low, high = -math.inf, math.inf
    for row, limit in zip(rows, limits, strict=True):
        rest = limit - sum(a * x for i, (a, x) in enumerate(zip(row, z, strict=True)) if i != place)
        if abs(row[place]) <= INSIDE:
            if rest > INSIDE:
                return None
        elif row[place] > 0:
            low = max(low, rest / row[place])
        else:
            high = min(high, rest / row[place])
    return (low, high) if low <= high else None
