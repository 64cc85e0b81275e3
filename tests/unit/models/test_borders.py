from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from app.models.borders import least_borders
from app.models.kmeans_fit import Floats, KMeansFit, fit_kmeans
from tests.unit.models.segment_count.example_tables import blobs


def counted_one_by_one(z: Floats, fit: KMeansFit) -> Floats:
    """Cut each line between two centroids in thirds and count, pair after pair."""
    k = len(fit.centroids)
    clearness = np.full((k, k), np.inf)
    for i, j in combinations(range(k), 2):
        line = fit.centroids[j] - fit.centroids[i]
        both = (fit.labels == i) | (fit.labels == j)
        along = (z[both] - fit.centroids[i]) @ line / (line @ line)
        first, middle, last = np.histogram(along, bins=np.linspace(0.0, 1.0, 4))[0]
        outer = min(first, last)
        clearness[i, j] = clearness[j, i] = (outer - middle) / np.sqrt(outer + middle + 1.0)
    return np.asarray(clearness.min(axis=1))


def mean(z: Floats, k: int) -> float:
    return float(least_borders(z, fit_kmeans(z, k, seed=0)).mean())


class TestLeastBorders:
    def test_counts_thirds_of_the_line_between_centroids(self) -> None:
        along = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 0.9, 1.0, 1.4])
        z = np.column_stack([along, np.zeros(9)])
        fit = KMeansFit(np.array([[0.0, 0.0], [1.0, 0.0]]), (along > 0.5).astype(np.int64), 1.0)
        assert least_borders(z, fit) == pytest.approx([(3 - 1) / np.sqrt(3 + 1 + 1)] * 2)

    @pytest.mark.parametrize("k", [2, 3, 4, 7])
    def test_as_counted_one_by_one(self, k: int) -> None:
        z = blobs(4)
        fit = fit_kmeans(z, k, seed=1)
        assert least_borders(z, fit) == pytest.approx(counted_one_by_one(z, fit))

    def test_the_order_of_the_segments_does_not_matter(self) -> None:
        z = blobs(3)
        fit, order = fit_kmeans(z, 3, seed=0), np.array([2, 0, 1])
        assert least_borders(z, fit.in_order(order)) == pytest.approx(least_borders(z, fit)[order])

    def test_groups_have_clearer_borders_than_slices(self) -> None:
        band = np.pi * np.sort(np.random.default_rng(0).random(75))
        assert mean(blobs(3, size=25), 3) > 2.0
        assert mean(np.column_stack([np.cos(band), np.sin(band)]), 3) < 1.0

    def test_a_group_cut_in_two_has_no_border(self) -> None:
        z = blobs(3, size=60)
        assert mean(z, 4) < mean(z, 3) / 2

    def test_a_cut_through_a_group_is_heaped(self) -> None:
        z = blobs(2, size=100)
        clear, cut = (least_borders(z, fit_kmeans(z, k, seed=1)) for k in (2, 3))
        assert clear.min() > 2.0
        assert cut.min() < 1.0

    def test_a_segment_of_one_row(self) -> None:
        z = np.vstack([blobs(2), [[30.0, 30.0, 30.0]]])
        assert np.isfinite(least_borders(z, fit_kmeans(z, 3, seed=1))).all()
