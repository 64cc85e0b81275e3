from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from app.models.evidence import border_clearness
from app.models.kmeans_fit import Floats, fit_kmeans, silhouette
from app.models.segment_count.scan import curves, least_borders, lloyd, mean_silhouettes, nested_fits
from tests.unit.models.segment_count.example_tables import blobs, cloud, shuffled, square


class TestNestedFits:
    @pytest.mark.parametrize("z", [blobs(5), cloud(), square()])
    def test_as_good_as_k_means_with_many_starts(self, z: Floats) -> None:
        for fit in nested_fits(z, 8)[1:]:
            assert fit.inertia <= 1.1 * fit_kmeans(z, len(fit.centroids), seed=0).inertia

    def test_inertia_is_that_of_the_labels(self) -> None:
        z = cloud()
        for fit in nested_fits(z, 5):
            assert fit.inertia == pytest.approx(((z - fit.centroids[fit.labels]) ** 2).sum())

    def test_clear_groups_are_found(self) -> None:
        labels = nested_fits(blobs(4, size=20), 4)[3].labels.reshape(4, 20)
        assert (labels == labels[:, :1]).all()
        assert len(np.unique(labels)) == 4

    def test_repeated_rows_are_one_segment_each(self) -> None:
        z = np.repeat([[0.0, 1.0], [5.0, 2.0], [2.0, 7.0]], 10, axis=0)
        assert [round(fit.inertia, 9) for fit in nested_fits(z, 3)][2] == 0.0

    def test_a_segment_without_rows_keeps_its_centroid(self) -> None:
        fit = lloyd(np.array([[0.0], [1.0]]), np.array([[0.5], [99.0]]))
        assert fit.centroids.tolist() == [[0.5], [99.0]]


class TestMeanSilhouettes:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 1000), k=st.integers(2, 6))
    def test_as_scikit_learn_computes_them(self, seed: int, k: int) -> None:
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((30, 2))
        partitions = [np.concatenate([np.arange(j), rng.integers(0, j, 30 - j)]) for j in (2, k)]
        expected = [silhouette(z, labels) for labels in partitions]
        assert mean_silhouettes(cdist(z, z), partitions) == pytest.approx(expected)

    def test_one_group_has_none(self) -> None:
        z = cloud(10)
        assert mean_silhouettes(cdist(z, z), [np.zeros(10, dtype=np.int64)]).tolist() == [0.0]


class TestLeastBorders:
    @pytest.mark.parametrize("k", [2, 3, 4])
    def test_their_mean_is_the_clearness_of_the_evidence(self, k: int) -> None:
        z = blobs(4)
        fit = fit_kmeans(z, k, seed=1)
        assert least_borders(z, fit).mean() == pytest.approx(border_clearness(z, fit))

    def test_a_cut_through_a_group_is_heaped(self) -> None:
        z = blobs(2, size=100)
        clear, cut = (least_borders(z, fit_kmeans(z, k, seed=1)) for k in (2, 3))
        assert clear.min() > 2.0
        assert cut.min() < 1.0

    def test_a_segment_of_one_row(self) -> None:
        z = np.vstack([blobs(2), [[30.0, 30.0, 30.0]]])
        assert np.isfinite(least_borders(z, fit_kmeans(z, 3, seed=1))).all()


class TestCurves:
    def test_the_order_of_a_few_rows_and_columns_does_not_matter(self) -> None:
        one, other = curves(blobs(3), 6), curves(shuffled(blobs(3)), 6)
        assert one.inertia == pytest.approx(other.inertia)
        assert one.silhouette == pytest.approx(other.silhouette)
        assert one.borders == pytest.approx(other.borders)
