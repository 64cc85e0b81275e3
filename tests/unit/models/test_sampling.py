"""Which rows stand for all."""

from __future__ import annotations

import numpy as np

from app.models.sampling import sample_rows


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

    def test_the_same_seed_takes_the_same_rows(self) -> None:
        labels = np.arange(1_000) % 7
        assert sample_rows(labels, 100, seed=3).tolist() == sample_rows(labels, 100, seed=3).tolist()
