"""Flat geometry for drawings: exact territories, round numbers for axes, marker shapes, SVG path data.

Plain Python, since the serving process draws. A territory is where one of several planes is the highest:
nearest-centroid scores are linear, so clipping a box by half-planes gives each territory exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Plane = tuple[float, float, float]
"""Coefficients ``(a, b, c)`` of ``a·x + b·y + c``."""


@dataclass(frozen=True)
class Scale:
    """Linear map of values from `low`…`high` to drawing units `start`…`stop`.

    Examples
    --------
    >>> Scale(0, 100, 200, 0)(25)
    150.0
    """

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return the drawing unit of `value`."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def clamped(self, value: float) -> float:
        """Return the drawing unit of the nearest value within the scale."""
        return self(min(max(value, self.low), self.high))


def nice_step(span: float, count: int) -> float:
    """Return 1, 2, 2.5 or 5 times a power of ten: the least that cuts `span` into at most `count` steps.

    Examples
    --------
    >>> nice_step(122, 3), nice_step(150, 6)
    (50.0, 25.0)
    """
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * digit for digit in (1.0, 2.0, 2.5, 5.0, 10.0) if power * digit >= rough * (1 - 1e-9))


def nice_range(low: float, high: float, count: int = 3) -> Point:
    """Return the least range between multiples of one nice step that holds `low` and `high`.

    Examples
    --------
    >>> nice_range(15, 137)
    (0.0, 150.0)
    """
    if not low < high:
        return (low - 0.5, low + 0.5)
    step = nice_step(high - low, count)
    return (math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)


def nice_ticks(low: float, high: float, count: int = 6) -> list[float]:
    """Return the multiples of one nice step within `low`…`high`, at most ``count + 1`` of them.

    Examples
    --------
    >>> nice_ticks(0, 100, 5)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def clip(polygon: Sequence[Point], plane: Plane) -> list[Point]:
    """Return the part of a convex polygon where `plane` is not negative; empty where there is none.

    Examples
    --------
    >>> clip([(0, 0), (2, 0), (2, 2), (0, 2)], (-1, 0, 1))
    [(0, 0), (1.0, 0.0), (1.0, 2.0), (0, 2)]
    """
    a, b, c = plane
    heights = [a * x + b * y + c for x, y in polygon]
    kept: list[Point] = []
    for index, (x, y) in enumerate(polygon):
        before = heights[index - 1]
        here = heights[index]
        if before * here < 0:
            px, py = polygon[index - 1]
            part = before / (before - here)
            kept.append((px + part * (x - px), py + part * (y - py)))
        if here >= 0:
            kept.append((x, y))
    return kept if len(kept) > 2 else []


def territories(planes: Sequence[Plane], box: tuple[Point, Point]) -> list[list[Point]]:
    """Return, for each plane, the polygon of `box` in which it is the highest.

    Parameters
    ----------
    planes : sequence of Plane
        One per segment: its score as a linear function of the place.
    box : pair of Point
        The corner of the lowest and that of the highest values.
    """
    (left, bottom), (right, top) = box
    cells = []
    for index, (a, b, c) in enumerate(planes):
        cell: list[Point] = [(left, bottom), (right, bottom), (right, top), (left, top)]
        for other, (a2, b2, c2) in enumerate(planes):
            if other != index and cell:
                cell = clip(cell, (a - a2, b - b2, c - c2))
        cells.append(cell)
    return cells


def number(value: float, decimals: int = 1) -> str:
    """Return `value` with at most `decimals` decimals, without trailing zeros or a negative zero.

    Examples
    --------
    >>> number(12.0), number(-0.01), number(3.14159, 2)
    ('12', '0', '3.14')
    """
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def polygon_path(points: Sequence[Point]) -> str:
    """Return the closed polygon as SVG path data, or an empty text for no points."""
    corners = list(dict.fromkeys((round(x, 1), round(y, 1)) for x, y in points))
    return f"M{_joined(corners)}z" if corners else ""


def line_path(points: Sequence[Point]) -> str:
    """Return the open line through `points` as SVG path data."""
    return f"M{_joined(points)}"


def marker_path(slot: int, radius: float, at: Point = (0.0, 0.0)) -> str:
    """Return the marker of palette slot 1 to 8 as SVG path data: all eight cover nearly the same area.

    In order: circle, diamond, triangle, square, triangle on its tip, plus, pentagon, hexagon.
    """
    x, y = at
    if slot == 1:
        left, wide, r = number(x - radius), number(2 * radius, 2), number(radius, 2)
        return f"M{left} {number(y)}a{r} {r} 0 1 0 {wide} 0a{r} {r} 0 1 0-{wide} 0z"
    outline = _OUTLINES[slot - 2]
    start = outline[0]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(outline)]
    moves = _joined([(radius * dx, radius * dy) for dx, dy in steps])
    return f"M{number(x + radius * start[0])} {number(y + radius * start[1])}l{moves}z"


def _joined(points: Sequence[Point]) -> str:
    text = " ".join(f"{number(x)} {number(y)}" for x, y in points)
    return text.replace(" -", "-")


def _regular(corners: int, radius: float, turn: float = 0.0) -> tuple[Point, ...]:
    angles = [math.pi * (turn + 2 * index / corners) for index in range(corners)]
    return tuple((radius * math.sin(angle), -radius * math.cos(angle)) for angle in angles)


_PLUS: tuple[Point, ...] = (
    (-0.42, -1.12), (0.42, -1.12), (0.42, -0.42), (1.12, -0.42), (1.12, 0.42), (0.42, 0.42),
    (0.42, 1.12), (-0.42, 1.12), (-0.42, 0.42), (-1.12, 0.42), (-1.12, -0.42), (-0.42, -0.42),
)  # fmt: skip
_OUTLINES: tuple[tuple[Point, ...], ...] = (
    _regular(4, 1.26),
    _regular(3, 1.42),
    _regular(4, 1.22, 0.25),
    _regular(3, 1.42, 1.0),
    _PLUS,
    _regular(5, 1.18),
    _regular(6, 1.12),
)
