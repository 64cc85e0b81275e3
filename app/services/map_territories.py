"""Which part of the map belongs to each segment: exact on a strip and on a plane of untransformed numbers.

Where some customers are exceptional, a territory ends with the reach of its centroid; what lies beyond every
reach belongs to nobody. A projection has no territories: its places stand for many customers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.models.geometry import Plane, Point, clip, territories
from app.services.map_view import MapView, borders

SIDES = 72
"""Sides of the polygon around a centroid's reach: it is at most a thousandth too wide."""


def find_territories(view: MapView) -> list[list[Point]]:
    """Return the corners of each segment's territory in the map's own units, none in a projection."""
    if view.kind == "projection":
        return [[] for _ in view.model.segments]
    if view.kind == "strip":
        return _bands(view)
    x, y = view.x.scale, view.y.scale
    planes = [_score(view, index) for index in range(len(view.model.segments))]
    cells = territories(planes, ((x.low, y.low), (x.high, y.high)))
    return [_within_reach(view, index, cell) for index, cell in enumerate(cells)]


def _bands(view: MapView) -> list[list[Point]]:
    model, x, y = view.model, view.x.scale, view.y.scale
    points = [segment.centroid[0] for segment in model.segments]
    in_turn = sorted(range(len(points)), key=points.__getitem__)
    edges = [x.low, *borders(model), x.high]
    bands: list[list[Point]] = [[] for _ in points]
    for rank, index in enumerate(in_turn):
        low, high = edges[rank], edges[rank + 1]
        if math.isfinite(model.threshold):
            low = max(low, model.own_unit(0, points[index] - model.threshold))
            high = min(high, model.own_unit(0, points[index] + model.threshold))
        low, high = max(low, x.low), min(high, x.high)
        if low < high:
            bands[index] = [(low, y.low), (high, y.low), (high, y.high), (low, y.high)]
    return bands


def _lines(view: MapView) -> list[tuple[float, float, int]]:
    """Return mean, scale and coordinate of the two features that a plane shows."""
    return [(*view.model.line(side.place), view.model.spans[side.place].start) for side in (view.x, view.y)]


def _score(view: MapView, index: int) -> Plane:
    """Return a segment's score as a plane over the values of the map."""
    centroid = view.model.segments[index].centroid
    constant = -sum(c * c for c in centroid)
    slopes = []
    for mean, scale, coordinate in _lines(view):
        slopes.append(2 * centroid[coordinate] / scale)
        constant -= slopes[-1] * mean
    return (slopes[0], slopes[1], constant)


def _within_reach(view: MapView, index: int, cell: Sequence[Point]) -> list[Point]:
    """Cut a territory to where its centroid is not farther than the model's threshold."""
    model = view.model
    if math.isinf(model.threshold):
        return list(cell)
    (x_mean, x_scale, x_place), (y_mean, y_scale, y_place) = _lines(view)
    centroid = model.segments[index].centroid
    for side in range(SIDES):
        cos, sin = (turn(2 * math.pi * side / SIDES) for turn in (math.cos, math.sin))
        # the side touches the circle: cos * (z_x - c_x) + sin * (z_y - c_y) <= threshold
        a, b = -cos / x_scale, -sin / y_scale
        constant = model.threshold + cos * centroid[x_place] + sin * centroid[y_place]
        cell = clip(cell, (a, b, constant - a * x_mean - b * y_mean)) if cell else []
    return list(cell)
