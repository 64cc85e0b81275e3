"""How a version's validity measures run over the number of segments: what each favours, and its curve.

Numbers only, in drawing units: the about page and `curves_image` make pictures of the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.models.geometry import Point, Scale, line_path, nice_range, nice_step, nice_ticks, polygon_path
from app.models.metrics import CurvePoint
from app.utils.quantities import number_text

WIDTH, HEIGHT = 320.0, 202.0
LEFT, TOP, RIGHT, BOTTOM = 46.0, 14.0, 308.0, 158.0
STEPS = 4
AXIS = "k, number of segments"

Curve = Sequence[tuple[int, float]]


class Spot(NamedTuple):
    """A place in drawing units."""

    x: float
    y: float


class Tick(NamedTuple):
    """One mark of an axis."""

    at: float
    text: str


class Axis(NamedTuple):
    """One axis."""

    label: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class CurveDrawing:
    """One measure over k, in units of `width` by `height`.

    Attributes
    ----------
    finding : str
        Which number of segments the measure favours, and whether another one is in use.
    path : str
        SVG path data of the curve through the `dots`, one a number of segments.
    band : str
        SVG path data around the measure's 95 % intervals.
    chosen : Spot
        The dot at the number in use; at the favoured one where the curve does not reach that far.
    """

    key: str
    title: str
    finding: str
    path: str
    band: str
    dots: tuple[Spot, ...]
    chosen: Spot
    x_axis: Axis
    y_axis: Axis
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class _Measure:
    """One curve: the field that holds it and which number of segments it favours."""

    key: str
    title: str
    favour: Callable[[Curve], int]
    finding: str


def draw_curves(curves: Sequence[CurvePoint], chosen: int) -> tuple[CurveDrawing, ...]:
    """Draw silhouette, Davies-Bouldin, Calinski-Harabasz and inertia, in this order.

    Parameters
    ----------
    curves : sequence of CurvePoint
        At least one, k ascending.
    chosen : int
        The number of segments in use.
    """
    return tuple(_draw(measure, curves, chosen) for measure in MEASURES)


def _draw(measure: _Measure, curves: Sequence[CurvePoint], chosen: int) -> CurveDrawing:
    curve: Curve = [(point.k, getattr(point, measure.key)) for point in curves]
    lows, highs = zip(*(getattr(point.ci95, measure.key) for point in curves), strict=True)
    low, high = nice_range(min(lows), max(highs), STEPS)
    step = nice_step(max(highs) - min(lows) or 1.0, STEPS)
    across = Scale(curve[0][0], max(curve[-1][0], curve[0][0] + 1), LEFT + 10, RIGHT - 6)
    upward = Scale(low, high, BOTTOM, TOP)
    points: dict[int, Point] = {k: (round(across(k), 1), round(upward(y), 1)) for k, y in curve}
    favoured = measure.favour(curve)
    finding = measure.finding.format(k=favoured)
    if favoured != chosen:
        finding += f", not at the {chosen} in use"
    edge = [*zip(points, highs, strict=True), *reversed([*zip(points, lows, strict=True)])]
    heights = nice_ticks(low, high, max(1, round((high - low) / step)))
    return CurveDrawing(
        key=measure.key,
        title=measure.title,
        finding=f"{finding}.",
        path=line_path(list(points.values())),
        band=polygon_path([(points[k][0], upward(y)) for k, y in edge]),
        dots=tuple(Spot(*point) for point in points.values()),
        chosen=Spot(*points.get(chosen, points[favoured])),
        x_axis=Axis(AXIS, tuple(Tick(point[0], str(k)) for k, point in points.items())),
        y_axis=Axis(measure.title, tuple(Tick(round(upward(y), 1), number_text(y, 3)) for y in heights)),
    )


def _highest(curve: Curve) -> int:
    return max(curve, key=lambda point: point[1])[0]


def _lowest(curve: Curve) -> int:
    return min(curve, key=lambda point: point[1])[0]


def _bend(curve: Curve) -> int:
    """Return where the curve lies farthest below the straight line between its ends."""
    (k0, y0), (k1, y1) = curve[0], curve[-1]
    if k0 == k1:
        return k0
    return max(curve, key=lambda point: y0 + (point[0] - k0) / (k1 - k0) * (y1 - y0) - point[1])[0]


MEASURES = (
    _Measure("silhouette", "Silhouette", _highest, "Silhouette is highest at k = {k}"),
    _Measure(
        "davies_bouldin",
        "Davies-Bouldin index",
        _lowest,
        "Davies-Bouldin is lowest, so best, at k = {k}",
    ),
    _Measure(
        "calinski_harabasz",
        "Calinski-Harabasz index",
        _highest,
        "Calinski-Harabasz is highest at k = {k}",
    ),
    _Measure("inertia", "Inertia", _bend, "Inertia always falls; it bends most at k = {k}"),
)
