from __future__ import annotations

import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kneed import KneeLocator

from app.models.segment_count.elbow import find_elbow

falls = st.lists(st.integers(min_value=0, max_value=1000), min_size=2, max_size=14).filter(any)


def by_kneed(x: list[float], y: list[float]) -> float | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = KneeLocator(x, y, S=1.0, curve="convex", direction="decreasing").knee
    return None if found is None else float(found)


def by_us(x: list[float], y: list[float]) -> float | None:
    place = find_elbow(np.array(x), np.array(y))
    return None if place is None else x[place]


class TestFindElbow:
    @settings(max_examples=40, deadline=None)
    @given(falls=falls)
    def test_as_kneed_finds_it_on_falling_convex_curves(self, falls: list[int]) -> None:
        steps = sorted(falls, reverse=True)
        y = [float(sum(steps) - sum(steps[:i])) for i in range(len(steps) + 1)]
        x = [float(i + 1) for i in range(len(y))]
        assert by_us(x, y) == by_kneed(x, y)

    @settings(max_examples=40, deadline=None)
    @given(y=st.lists(st.integers(0, 1000), min_size=3, max_size=12, unique=True))
    def test_as_kneed_finds_it_on_bumpy_falling_curves(self, y: list[int]) -> None:
        heights = sorted((float(v) for v in y), reverse=True)
        x = [float(i + 1) for i in range(len(y))]
        assert by_us(x, heights) == by_kneed(x, heights)

    def test_a_sharp_corner(self) -> None:
        assert by_us([1, 2, 3, 4, 5, 6], [100, 50, 10, 8, 6, 4]) == 3

    def test_a_straight_line_has_none(self) -> None:
        assert by_us([1, 2, 3, 4], [8, 6, 4, 2]) is None

    def test_a_flat_or_short_curve_has_none(self) -> None:
        assert by_us([1, 2, 3], [5, 5, 5]) is None
        assert by_us([1, 2], [5, 1]) is None
