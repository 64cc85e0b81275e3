"""Which rows stand for all."""

from __future__ import annotations

import numpy as np

from app.models.sampling import count_distinct, sample_rows


class TestSampleRows:
    def test_few_rows_are_all_taken(self) -> None:
        assert sample_rows(np.array([0, 1, 1]), 3, seed=1).tolist() == [0, 1, 2]

    def test_each_group_keeps_its_share(self) -> None:
        labels = np.array([0] * 9_000 + [1] * 1_000)
        taken = labels[sample_rows(labels, 500, seed=1)]
        assert (taken == 0).sum() == 450
        assert (taken == 1).sum() == 50

    def test_a_tiny_group_is_never_lost(self) -> None:
        labels = np.array([0] * 100_000 + [1] * 15)
        assert (labels[sample_rows(labels, 5_000, seed=1)] == 1).sum() == 1

    def test_a_least_number_of_each_group(self) -> None:
        labels = np.array([0] * 1_000 + [1] * 15 + [2] * 4)
        taken = labels[sample_rows(labels, 100, seed=1, least=10)]
        assert np.bincount(taken).tolist() == [98, 10, 4]

    def test_the_same_seed_takes_the_same_rows(self) -> None:
        labels = np.arange(1_000) % 7
        assert sample_rows(labels, 100, seed=3).tolist() == sample_rows(labels, 100, seed=3).tolist()


class TestCountDistinct:
    def test_all_of_a_small_table(self) -> None:
        assert count_distinct(np.repeat(np.eye(3), 4, axis=0), enough=10) == 3

    def test_a_part_that_tells_is_enough(self) -> None:
        rows = np.arange(4_000.0).reshape(2_000, 2)
        assert 10 <= count_distinct(rows, enough=10) < 2_000

    def test_all_are_looked_at_where_the_first_are_alike(self) -> None:
        rows = np.vstack([np.zeros((5_000, 2)), np.eye(2)])
        assert count_distinct(rows, enough=3) == 3
