"""A segment's cell, nearer to its centroid than to any other, and the rounded values next to a place."""

from __future__ import annotations

import math

from app.models.ml_model import MLModel
from app.models.model_document import FeatureState

# so near to a border, rounding may put a place on either side of it
INSIDE = 1e-9
MOST_DECIMALS = 6  # more than the feature's own, where a segment is that narrow


def cell(model: MLModel, index: int) -> tuple[list[list[float]], list[float]]:
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


def neighbours(x: float, feature: FeatureState, decimals: int, width: int = 2) -> list[float]:
    """Return the rounded values next to x within the bounds: `width` below, as many above."""
    unit = 10.0**-decimals
    floor = math.floor(x / unit)
    steps = range(1 - width, width + 1)
    return sorted({within(round((floor + step) * unit, decimals), feature) for step in steps})


def within(x: float, feature: FeatureState) -> float:
    """Return the accepted value nearest to x."""
    return min(max(x, feature.minimum), feature.maximum)
