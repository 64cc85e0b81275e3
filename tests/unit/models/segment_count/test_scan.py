from __future__ import annotations

import numpy as np
import pytest

from app.models.kmeans_fit import Floats, fit_kmeans
from app.models.segment_count.scan import curves, lloyd, nested_fits
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


class TestCurves:
    def test_the_order_of_a_few_rows_and_columns_does_not_matter(self) -> None:
        one, other = curves(blobs(3), 6), curves(shuffled(blobs(3)), 6)
        assert one.inertia == pytest.approx(other.inertia)
        assert one.silhouette == pytest.approx(other.silhouette)
        assert one.borders == pytest.approx(other.borders)
