from __future__ import annotations

import doctest
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import geometry
from app.models.centroids import Centroids
from app.models.geometry import (
    Point,
    Scale,
    clip,
    line_path,
    marker_path,
    nice_range,
    nice_step,
    nice_ticks,
    number,
    polygon_path,
    territories,
)

place = st.floats(-3, 3).map(lambda value: round(value, 3))
centroids = st.lists(st.tuples(place, place), min_size=2, max_size=8, unique=True)
BOX: tuple[Point, Point] = ((-2.0, -2.0), (2.0, 2.0))


def test_examples_hold() -> None:
    assert doctest.testmod(geometry).failed == 0


def area(polygon: list[Point]) -> float:
    return sum(x * polygon[i - 1][1] - polygon[i - 1][0] * y for i, (x, y) in enumerate(polygon)) / -2


def planes_of(points: list[Point]) -> list[tuple[float, float, float]]:
    return [(2 * x, 2 * y, -x * x - y * y) for x, y in points]


class TestTerritories:
    @given(centroids)
    def test_cover_the_box_once(self, points: list[Point]) -> None:
        cells = territories(planes_of(points), BOX)
        assert sum(area(cell) for cell in cells if cell) == pytest.approx(16, abs=1e-6)

    @given(centroids, st.floats(-2, 2), st.floats(-2, 2))
    def test_hold_the_points_that_the_model_places_there(
        self, points: list[Point], x: float, y: float
    ) -> None:
        nearest = Centroids(points).nearest((x, y))
        cell = territories(planes_of(points), BOX)[nearest]
        distances = sorted(math.dist((x, y), point) for point in points)
        if distances[1] - distances[0] < 1e-6:
            return  # on a border
        crossings = [
            (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            for (ax, ay), (bx, by) in zip(cell, [*cell[1:], cell[0]], strict=True)
        ]
        assert min(crossings) >= -1e-6

    def test_a_segment_without_room_has_no_territory(self) -> None:
        cells = territories(planes_of([(0, 0), (0.1, 0), (9, 9)]), BOX)
        assert cells[2] == []
        assert all(cells[:2])


class TestClip:
    def test_all_or_nothing(self) -> None:
        square: list[Point] = [(0, 0), (1, 0), (1, 1), (0, 1)]
        assert clip(square, (0, 0, 1)) == square
        assert clip(square, (0, 0, -1)) == []

    def test_a_line_that_only_touches_leaves_nothing(self) -> None:
        assert clip([(0, 0), (1, 0), (1, 1), (0, 1)], (1, 0, -1)) == []


class TestRoundNumbers:
    @given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 8))
    def test_a_range_holds_its_ends_and_is_not_much_wider(self, low: float, span: float, count: int) -> None:
        high = low + span
        start, stop = nice_range(low, high, count)
        step = nice_step(high - low, count)
        assert start <= low + 1e-6 * step
        assert high <= stop + 1e-6 * step
        assert stop - start <= high - low + 2 * step

    def test_equal_ends_make_room(self) -> None:
        assert nice_range(5, 5) == (4.5, 5.5)

    @given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e4), st.integers(2, 8))
    def test_ticks_lie_within(self, low: float, span: float, count: int) -> None:
        ticks = nice_ticks(low, low + span, count)
        assert len(ticks) <= count + 1
        assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)

    def test_ticks_have_no_rounding_dust(self) -> None:
        assert nice_ticks(0, 0.6, 6) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


class TestScale:
    def test_upside_down(self) -> None:
        scale = Scale(0, 10, 100, 0)
        assert (scale(0), scale(10), scale(4)) == (100, 0, 60)

    def test_stops_at_its_ends(self) -> None:
        scale = Scale(0, 10, 0, 100)
        assert (scale.clamped(-5), scale.clamped(50)) == (0, 100)


class TestPaths:
    @pytest.mark.parametrize("slot", range(1, 9))
    def test_markers_are_of_one_size(self, slot: int) -> None:
        assert 0.8 < self.covered(marker_path(slot, 100.0)) / (math.pi * 100**2) < 1.25

    def test_markers_are_all_different(self) -> None:
        assert len({marker_path(slot, 5.0, (1.0, 2.0)) for slot in range(1, 9)}) == 8

    def test_a_polygon_without_points_draws_nothing(self) -> None:
        assert polygon_path([]) == ""
        assert polygon_path([(0, 0), (1, -2.04)]) == "M0 0 1-2z"
        assert line_path([(1.25, 3), (4, 5)]) == "M1.2 3 4 5"

    def test_numbers_are_short(self) -> None:
        assert [number(v) for v in (-0.04, 10.0, 0.26)] == ["0", "10", "0.3"]

    @staticmethod
    def covered(path: str) -> float:
        if "a" in path:
            radius = float(path.split("a", 2)[1].split(" ", maxsplit=1)[0])
            return math.pi * radius**2
        start, moves = path[1:-1].split("l")
        x, y = map(float, start.replace("-", " -").split())
        points = [(x, y)]
        steps = [float(text) for text in re.findall(r"-?[\d.]+", moves)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        return abs(area(points))
