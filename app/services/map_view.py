"""Which view of the customers the map draws, by the number of features, and where values lie in it.

One feature makes a strip, whose height means nothing. Two untransformed numbers make a plane of their values,
with exact territories. All else is projected onto the plane in which the centroids differ most: no borders
then, since in a projection they would lie, and no dragging, since a place in it stands for many customers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from app.models.geometry import Point, Scale, nice_range, nice_ticks
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState
from app.models.projection import Projection, project
from app.schemas.page import Axis, Tick
from app.utils.quantities import axis_title, listing, number_text, with_unit

Kind = Literal["strip", "plane", "projection"]
Box = tuple[float, float, float, float]

WIDTH = 640.0
LEFT, RIGHT = 46.0, 628.0
TOP, BOTTOM = 30.0, 424.0
STRIP_TOP, STRIP_BOTTOM = 8.0, 198.0
BARE_LEFT = 12.0  # where no axis has numbers
BELOW, BARE_BELOW = 46.0, 32.0
MARGIN, WIDE_MARGIN = 0.025, 0.06
GOLDEN = 0.6180339887498949
LONGEST_AXIS, TELLING = 44, 0.3
# exceptional customers may widen a projection so much; beyond, their marks lie on its edge
MOST_STRETCH = 2.0


@dataclass(frozen=True)
class Direction:
    """One direction of the map.

    Attributes
    ----------
    feature : FeatureState or None
        Whose values it shows; None where it shows `weights`, or nothing.
    place : int
        Place of that feature among the model's.
    weights : tuple of float
        What the coordinates are multiplied by and summed, in a projection.
    """

    scale: Scale
    axis: Axis
    feature: FeatureState | None = None
    place: int = 0
    weights: tuple[float, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """Return what the page's script needs to place values."""
        scale = self.scale
        return {
            "feature": self.feature.name if self.feature else None,
            "weights": list(self.weights) or None,
            "low": scale.low,
            "high": scale.high,
            "from": scale.start,
            "to": scale.stop,
        }


@dataclass(frozen=True)
class MapView:
    """How customers are laid out, in drawing units; `plot` is left, top, right, bottom."""

    kind: Kind
    model: MLModel
    plot: Box
    x: Direction
    y: Direction
    height: float
    explained: str

    def spot(self, values: Sequence[float], row: int = 0) -> Point:
        """Return where values in own units lie; on a strip, rows are spread evenly over the height."""
        z = self.model.standardise(values)
        return self._at(self.x, values, z, row), self._at(self.y, values, z, row)

    def is_on_edge(self, spot: Point) -> bool:
        """Answer whether a place in drawing units is where what lies outside of the map is drawn."""
        ends = ((self.x.scale.start, self.x.scale.stop), (self.y.scale.start, self.y.scale.stop))
        return any(math.isclose(at, end) for at, both in zip(spot, ends, strict=True) for end in both)

    def centre(self, index: int) -> Point:
        """Return where a segment's centroid lies."""
        values, z = self.model.centre(index), self.model.centroids.points[index]
        return self._at(self.x, values, z, 0), self._at(self.y, values, z, 0)

    def _at(self, direction: Direction, values: Sequence[float], z: Sequence[float], row: int) -> float:
        if direction.feature is not None:
            value, place = values[direction.place], direction.place
            if math.isnan(value):  # what is missing lies where the model supposes it
                value = self.model.own_unit(place, z[self.model.spans[place].start])
            return direction.scale.clamped(value)
        if direction.weights:
            total = sum(weight * x for weight, x in zip(direction.weights, z, strict=True))
            return direction.scale.clamped(total)
        return direction.scale((0.5 + row * GOLDEN) % 1.0)


def choose_view(model: MLModel) -> MapView:
    """Return the view that suits the model's features."""
    features = model.document.features
    is_straight = [f.kind == "number" and f.transform == "none" and not f.derived for f in features]
    is_plane = len(features) == 2 and all(is_straight)
    if len(features) > 1 and not is_plane:
        return _projected(model)
    if len(features) == 2:
        x = _by_feature(features, 0, LEFT, RIGHT, 6)
        y = _by_feature(features, 1, BOTTOM, TOP, 5)
        return MapView("plane", model, (LEFT, TOP, RIGHT, BOTTOM), x, y, BOTTOM + BELOW, "")
    x = _by_feature(features, 0, BARE_LEFT, RIGHT, 6)
    y = Direction(Scale(-MARGIN, 1 + MARGIN, STRIP_BOTTOM, STRIP_TOP), Axis(label="", ticks=[]))
    plot = (BARE_LEFT, STRIP_TOP, RIGHT, STRIP_BOTTOM)
    explained = f"{_borders_text(model)} Height means nothing: it only keeps marks apart."
    return MapView("strip", model, plot, x, y, STRIP_BOTTOM + BELOW, explained)


def _by_feature(
    features: Sequence[FeatureState], place: int, start: float, stop: float, count: int
) -> Direction:
    feature = features[place]
    low, high = nice_range(feature.training_min, feature.training_max)
    room = MARGIN * (high - low)
    scale = Scale(low - room, high + room, start, stop)
    ticks = [Tick(at=round(scale(v), 1), text=number_text(v, 6)) for v in nice_ticks(low, high, count)]
    return Direction(scale, Axis(label=axis_title(feature.label, feature.unit), ticks=ticks), feature, place)


def borders(model: MLModel) -> list[float]:
    """Return where, on a strip, one segment ends and the next begins: half way between their centroids."""
    points = sorted(segment.centroid[0] for segment in model.segments)
    return [model.own_unit(0, (a + b) / 2) for a, b in pairwise(points)]


def _borders_text(model: MLModel) -> str:
    feature = model.document.features[0]
    middles = [number_text(x, feature.decimals + 1) for x in borders(model)]
    word = "border lies" if len(middles) == 1 else "borders lie"
    return f"The {word} at {with_unit(listing(middles), feature.unit)}."


def _projected(model: MLModel) -> MapView:
    plane, across, upward = _plane_of(model, model.analysis.sample.features)
    usual = [row for row in model.analysis.sample.features if model.lands(row) is not None]
    if usual and len(usual) < len(model.analysis.sample.features):
        nearer = _plane_of(model, usual)
        if max(_extent(across), _extent(upward)) > MOST_STRETCH * max(map(_extent, nearer[1:])):
            plane, across, upward = nearer
    # one length for a standard deviation in both directions, or the picture would stretch distances
    unit = min(
        (stop - start) / (_extent(values) * (1 + 2 * WIDE_MARGIN))
        for values, start, stop in ((across, BARE_LEFT, RIGHT), (upward, TOP, BOTTOM))
    )
    return MapView(
        kind="projection",
        model=model,
        plot=(BARE_LEFT, TOP, RIGHT, BOTTOM),
        x=_by_weights(model, plane.across, across, unit, (BARE_LEFT, RIGHT)),
        y=_by_weights(model, plane.upward, upward, unit, (BOTTOM, TOP)),
        height=BOTTOM + BARE_BELOW,
        explained=_explained(plane, len(model.document.features)),
    )


def _plane_of(model: MLModel, rows: Sequence[Sequence[float]]) -> tuple[Projection, list[float], list[float]]:
    """Return the plane for these customers, and where they and the centroids lie in it, across and upward."""
    customers = [model.standardise(row) for row in rows]
    plane = project(model.centroids.points, customers)
    spots = [plane(z) for z in [*customers, *model.centroids.points]]
    return plane, [spot[0] for spot in spots], [spot[1] for spot in spots]


def _extent(values: Sequence[float]) -> float:
    return max(max(values) - min(values), 1e-6)


def _by_weights(
    model: MLModel,
    weights: tuple[float, ...],
    values: Sequence[float],
    unit: float,
    ends: tuple[float, float],
) -> Direction:
    start, stop = ends
    middle, half = (min(values) + max(values)) / 2, abs(stop - start) / unit / 2
    scale = Scale(middle - half, middle + half, start, stop)
    return Direction(scale, Axis(label=_weights_text(model, weights), ticks=[]), None, 0, weights)


def _weights_text(model: MLModel, weights: Sequence[float]) -> str:
    """Name the feature that weighs most in a direction, and the next if it tells, with their signs.

    A category has no order and so no sign.
    """
    pairs = zip(model.document.features, model.spans, strict=True)
    owned = [(feature, weights[span]) for feature, span in pairs]
    ranked = sorted(owned, key=lambda pair: -math.hypot(*pair[1]))
    told = [pair for pair in ranked[:2] if math.hypot(*pair[1]) >= TELLING * math.hypot(*ranked[0][1])]
    signed = [
        feature.label.lower() if feature.levels else f"{'+' if own[0] > 0 else '−'} {feature.label.lower()}"
        for feature, own in told
    ]
    both = " ".join(signed)
    return both if len(both) <= LONGEST_AXIS else signed[0][:LONGEST_AXIS]


def _explained(plane: Projection, features: int) -> str:
    directions = (
        "along the two directions in which the segments' centroids differ most"
        if plane.by_centroids
        else "along the direction in which the segments' centroids differ and, upwards, "
        "the one in which customers differ most besides"
    )
    return (
        f"A view of {features} features {directions}. It shows {_percent(plane.between)} of the variance "
        f"between the centroids and {_percent(plane.overall)} of that between customers: distances in it are "
        "partial. What lies together here may be far apart, so no borders are drawn. The arrows name what "
        "weighs most."
    )


def _percent(share: float) -> str:
    """Write a share in whole percents; only the whole is called 100."""
    return f"{100 if share > 0.9999 else min(99, round(100 * share))} %"
