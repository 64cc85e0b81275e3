"""Where the segments' names stand on the map: near their centroids, and not over each other.

Letters are measured by a rule of thumb, at the size that phones show them: larger than anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from app.models.geometry import Point
from app.schemas.page import MapLabel

Anchor = Literal["start", "middle", "end"]

SIZE, SMALL_SIZE = 21.0, 18.0
LETTER, LINE, DESCENT = 0.56, 1.15, 0.25  # in sizes; the last line stands one line above its `y`
EDGE, MARKER = 90.0, 11.0
LONGEST_LINE = 24
MOST_STEPS, ROUNDS = 8, 3
OUTSIDE = 10.0  # how much worse than covering something it is to leave the map


class Box(NamedTuple):
    """A rectangle in drawing units."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Box) -> float:
        """Return the area that two boxes share."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(wide, 0.0) * max(high, 0.0)


def place_labels(
    names: Sequence[str], spots: Sequence[Point], plot: Box, size: float = SIZE
) -> list[MapLabel]:
    """Return a label for each name: above its spot, or as near to that as leaves everything readable.

    Parameters
    ----------
    names, spots : k names, and where their centroids lie
    plot : Box
        The room that labels are kept in, with one line above it.
    size : float
        Of the letters, in drawing units.
    """
    room = plot._replace(top=plot.top - LINE * size)
    markers = [Box(x - MARKER, y - MARKER, x + MARKER, y + MARKER) for x, y in spots]
    choices = [
        [(place, label_box(place, size)) for place in _places(label_lines(name), spot, plot, size)]
        for name, spot in zip(names, spots, strict=True)
    ]
    chosen: dict[int, tuple[MapLabel, Box]] = {}
    # those that came first make room in the later rounds
    for turn in range(ROUNDS * len(choices)):
        index = turn % len(choices)
        others = [box for other, (_, box) in chosen.items() if other != index]
        faults = [
            OUTSIDE * (box.shared(box) - box.shared(room)) + sum(map(box.shared, [*markers, *others]))
            for _, box in choices[index]
        ]
        # the first of equals, so the plainest of the places without fault
        chosen[index] = choices[index][faults.index(min(faults))]
    return [chosen[index][0] for index in range(len(choices))]


def label_lines(name: str) -> list[str]:
    """Cut a name at the dot between two contrasts, else a long one at a blank; shorten what is left too long.

    Examples
    --------
    >>> label_lines("High returned goods · low visits")
    ['High returned goods ·', 'low visits']
    """
    first, dot, second = name.partition(" · ")
    if len(name) <= LONGEST_LINE:
        return [name]
    if not dot:
        end = name.rfind(" ", 0, LONGEST_LINE + 1)
        return [_shortened(name)] if end < 0 else [name[:end], _shortened(name[end + 1 :])]
    return [f"{_shortened(first)} ·", _shortened(second)]


def label_box(label: MapLabel, size: float = SIZE) -> Box:
    """Return the room that a label takes."""
    width = _width(label.lines, size)
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    baseline = label.y - LINE * size
    return Box(left, baseline - LINE * size * len(label.lines), left + width, baseline + DESCENT * size)


def _places(lines: list[str], spot: Point, plot: Box, size: float) -> Iterator[MapLabel]:
    """Yield where a label may stand, the plainest place first: above, below, then ever farther."""
    x, y = spot
    first = _anchor(x, max(EDGE, _width(lines, size) / 2), plot)
    anchors: list[Anchor] = [first, *(a for a in ("middle", "start", "end") if a != first)]
    line = LINE * size
    below = MARKER + line * (len(lines) + 1)
    for step in range(MOST_STEPS):
        for moved in (-line * step, below + line * step):
            for anchor in anchors:
                yield MapLabel(x=round(x, 1), y=round(y + moved, 1), anchor=anchor, lines=lines)


def _anchor(x: float, reach: float, plot: Box) -> Anchor:
    if x < plot.left + reach:
        return "start"
    return "end" if x > plot.right - reach else "middle"


def _width(lines: Sequence[str], size: float) -> float:
    return LETTER * size * max(map(len, lines))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1].rstrip()}…"
