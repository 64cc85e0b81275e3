"""Where the segments' names stand on the map: near their centroids, and not over each other.

Letters are measured by a rule of thumb, at the size that phones show them: larger than anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from app.models.geometry import Point
from app.schemas.page import MapLabel

LETTER, LINE = 11.6, 24.0
RISE, DESCENT = 24.0, 5.0
UNDER = 52.0
EDGE = 90.0
LONGEST_LINE = 24
MOST_STEPS = 8


class Box(NamedTuple):
    """A rectangle in drawing units."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Say whether two boxes share more than an edge."""
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.bottom and other.top < self.bottom


def place_labels(names: Sequence[str], spots: Sequence[Point], plot: Box) -> list[MapLabel]:
    """Return a label for each name: above its spot, or as near to that as the others leave room.

    Parameters
    ----------
    names, spots : k names, and where their centroids lie
    plot : Box
        The room that labels are kept in, but for the line above its top.
    """
    taken: list[Box] = []
    labels = []
    for name, spot in zip(names, spots, strict=True):
        label, box = _place(label_lines(name), spot, taken, plot)
        taken.append(box)
        labels.append(label)
    return labels


def label_lines(name: str) -> list[str]:
    """Cut a name at the dot between two contrasts, and shorten what is longer than a line.

    Examples
    --------
    >>> label_lines("High income · low spending")
    ['High income ·', 'low spending']
    """
    first, dot, second = name.partition(" · ")
    if not dot or len(name) <= LONGEST_LINE:
        return [_shortened(name)]
    return [f"{_shortened(first)} ·", _shortened(second)]


def label_box(label: MapLabel) -> Box:
    """Return the room that a label takes."""
    width = LETTER * max(map(len, label.lines))
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    baseline = label.y - RISE
    return Box(left, baseline - LINE * len(label.lines), left + width, baseline + DESCENT)


def _place(lines: list[str], spot: Point, taken: Sequence[Box], plot: Box) -> tuple[MapLabel, Box]:
    x, y = spot
    anchor = _anchor(x, max(EDGE, LETTER * max(map(len, lines)) / 2), plot)
    places = [
        MapLabel(x=round(x, 1), y=round(y + step, 1), anchor=anchor, lines=lines)
        for step in _steps(len(lines))
    ]
    boxes = [label_box(place) for place in places]
    for place, box in zip(places, boxes, strict=True):
        inside = box.top >= plot.top - LINE and box.bottom <= plot.bottom
        if inside and not any(box.meets(other) for other in taken):
            return place, box
    return places[0], boxes[0]


def _steps(lines: int) -> Iterator[float]:
    """Yield how far down a label may stand: above the spot, below it, then a line farther each time."""
    for step in range(MOST_STEPS):
        yield -LINE * step
        yield UNDER + LINE * (lines - 1 + step)


def _anchor(x: float, reach: float, plot: Box) -> Literal["start", "middle", "end"]:
    if x < plot.left + reach:
        return "start"
    return "end" if x > plot.right - reach else "middle"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1].rstrip()}…"
