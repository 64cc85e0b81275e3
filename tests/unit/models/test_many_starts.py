from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from app.models.kmeans_fit import Floats, fit_kmeans, nearest
from app.models.many_starts import fit_many_starts
from tests.unit.models.segment_count.example_tables import blobs, cloud, square


class TestFitManyStarts:
    @pytest.mark.parametrize("groups", [2, 3, 5])
    def test_finds_the_groups_that_scikit_learn_finds(self, groups: int) -> None:
        z = blobs(groups)
        ours, theirs = fit_many_starts(z, groups, seed=1), fit_kmeans(z, groups, seed=1)
        assert adjusted_rand_score(ours.labels, theirs.labels) == 1.0
        assert ours.inertia == pytest.approx(theirs.inertia)

    @pytest.mark.parametrize("k", [2, 5, 8])
    def test_as_low_on_structureless_tables(self, k: int) -> None:
        ratios = [
            fit_many_starts(z, k, seed).inertia / fit_kmeans(z, k, seed).inertia
            for seed in range(10)
            for z in (cloud(400, seed), square(400, seed))
        ]
        assert np.mean(ratios) == pytest.approx(1.0, abs=0.005)
        assert max(ratios) < 1.05

    def test_it_is_a_fit(self) -> None:
        z = cloud()
        fit = fit_many_starts(z, 4, seed=0)
        assert fit.labels.tolist() == nearest(z, fit.centroids).tolist()
        assert fit.inertia == pytest.approx(((z - fit.centroids[fit.labels]) ** 2).sum())
        for j, centroid in enumerate(fit.centroids):
            assert z[fit.labels == j].mean(axis=0) == pytest.approx(centroid, abs=0.05)

    def test_the_same_seed_gives_the_same_fit(self) -> None:
        z = cloud()
        first, again, other = (fit_many_starts(z, 6, seed).centroids.tolist() for seed in (1, 1, 2))
        assert first == again
        assert first != other

    @pytest.mark.parametrize(
        "z",
        [
            np.repeat([[0.0, 1.0], [5.0, 2.0], [2.0, 7.0]], 10, axis=0),
            # rows between two centroids belong to one of them
            np.array([[float(x), float(y)] for x in range(5) for y in range(5)] * 4),
        ],
    )
    def test_repeated_rows(self, z: Floats) -> None:
        fit = fit_many_starts(z, 3, seed=0)
        assert fit.inertia == pytest.approx(fit_kmeans(z, 3, seed=0).inertia, rel=0.02, abs=1e-9)
        assert np.bincount(fit.labels, minlength=3).sum() == len(z)
        assert len(np.unique(fit.labels)) == 3
