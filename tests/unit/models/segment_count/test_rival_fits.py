from __future__ import annotations

import numpy as np
import pytest

from app.models.kmeans_fit import Labels
from app.models.segment_count.rival_fits import (
    NOISE,
    agreement,
    density_labels,
    mixture_labels,
    reach_labels,
    ward_labels,
)
from tests.unit.models.segment_count.example_tables import blobs, cloud

TRUTH = np.repeat(np.arange(4), 30)


def is_truth(labels: Labels) -> bool:
    placed = labels != NOISE
    return bool(placed.mean() > 0.9) and agreement(TRUTH[placed], labels[placed]) == 1.0


class TestClearGroups:
    def test_ward(self) -> None:
        assert is_truth(ward_labels(blobs(4), 4))

    def test_mixture(self) -> None:
        assert is_truth(mixture_labels(blobs(4), 4, seed=1))

    def test_dbscan(self) -> None:
        assert is_truth(reach_labels(blobs(4), 5))

    def test_hdbscan(self) -> None:
        assert is_truth(density_labels(blobs(4), 5))


class TestReachLabels:
    def test_a_stray_is_noise(self) -> None:
        assert reach_labels(np.vstack([blobs(4), [[30.0, 30.0, 30.0]]]), 5)[-1] == NOISE

    def test_equal_rows_are_one_place(self) -> None:
        assert set(reach_labels(np.zeros((20, 2)), 5)) == {0}


class TestMixtureLabels:
    def test_many_components_of_a_cloud(self) -> None:
        assert set(mixture_labels(cloud(60), 8, seed=1)) <= set(range(8))


class TestAgreement:
    def test_names_do_not_matter(self) -> None:
        assert agreement(TRUTH, 3 - TRUTH) == 1.0

    def test_by_chance(self) -> None:
        assert agreement(TRUTH, np.tile(np.arange(4), 30)) == pytest.approx(0.0, abs=0.05)
