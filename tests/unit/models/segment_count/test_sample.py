from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.segment_count.sample import STRAYS_AT_MOST, draw_sample, find_strays, in_own_order
from tests.unit.models.segment_count.example_tables import blobs, cloud, shuffled


class TestInOwnOrder:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 1000))
    def test_the_same_for_every_order_of_rows_and_columns(self, seed: int) -> None:
        z = cloud(20)
        assert np.array_equal(in_own_order(z), in_own_order(shuffled(z, seed)))

    def test_repeated_rows_and_constant_columns(self) -> None:
        z = np.array([[2.0, 0.0, 1.0], [1.0, 0.0, 3.0], [2.0, 0.0, 1.0]])
        assert np.array_equal(in_own_order(z), in_own_order(z[[2, 1, 0]][:, [1, 2, 0]]))


class TestFindStrays:
    def test_rows_far_from_all_others(self) -> None:
        z = np.vstack([blobs(3), [[30.0, 30.0, 30.0], [-40.0, 0.0, 0.0]]])
        assert np.flatnonzero(find_strays(z, 5)).tolist() == [90, 91]

    def test_a_small_group_of_the_least_size_stays(self) -> None:
        group = np.array([30.0, 30.0, 30.0]) + 0.1 * cloud(6)
        assert not find_strays(np.vstack([blobs(3), group]), 5).any()

    def test_neighbours_are_counted_among_some_of_many_rows(self) -> None:
        z = np.vstack([cloud(4_500), [[30.0, 30.0, 30.0]]])
        assert find_strays(z, 90)[-1]
        assert find_strays(z, 90).sum() < 20

    def test_never_more_than_a_few(self) -> None:
        z = np.exp(3.0 * np.random.default_rng(0).standard_normal((400, 2)))
        assert 0 < find_strays(z, 5).sum() <= STRAYS_AT_MOST * 400

    def test_none_among_few_rows_or_equal_rows(self) -> None:
        assert not find_strays(cloud(8), 5).any()
        assert not find_strays(np.zeros((50, 2)), 5).any()


class TestDrawSample:
    def test_as_many_rows_as_asked_for(self) -> None:
        sample = draw_sample(cloud(500), least_share=0.02, seed=1, most=200)
        assert 180 <= len(sample.rows) + len(sample.strays) <= 200
        assert (sample.table_rows, sample.least_size) == (500, 5)

    def test_all_rows_where_they_are_few(self) -> None:
        sample = draw_sample(cloud(500), least_share=0.02, seed=1)
        assert len(sample.rows) + len(sample.strays) == sample.table_rows == 500

    def test_each_group_gives_its_share(self) -> None:
        few, many = cloud(40), cloud(4_000, seed=1) + 20.0
        drawn = draw_sample(np.vstack([few, many]), least_share=0.001, seed=1, most=1_000)
        rows = np.vstack([drawn.rows, drawn.strays])
        assert (rows[:, 0] < 10.0).sum() == pytest.approx(10, abs=3)

    def test_equal_rows_are_drawn_too(self) -> None:
        sample = draw_sample(np.repeat([[0.0, 1.0], [2.0, 3.0]], 200, axis=0), 0.02, seed=1, most=100)
        assert len(sample.rows) == 100

    def test_the_seed_decides_which(self) -> None:
        z = cloud(500)
        one, again, other = (draw_sample(z, 0.02, seed, most=100).rows for seed in (1, 1, 2))
        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)

    def test_the_least_size_is_a_share_of_the_sample(self) -> None:
        assert draw_sample(cloud(400), least_share=0.1, seed=1).least_size == 40
