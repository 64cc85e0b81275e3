from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.centroids import Centroids, Refits
from app.models.kmeans_fit import Floats
from app.models.model_document import ConfidenceDocument

SEEDS = st.integers(0, 2**32 - 1)


def random_model(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Centroids (k, d) and refits (B, k, d) that lie from close by to far away."""
    k, d = int(rng.integers(2, 9)), int(rng.integers(1, 7))
    centroids = rng.normal(size=(k, d))
    reach = rng.choice([0.0, 0.01, 0.1, 1.0], size=(30, 1, 1))
    return centroids, np.round(centroids + reach * rng.normal(size=(30, k, d)), 4)


class TestCentroids:
    @settings(max_examples=100, deadline=None)
    @given(SEEDS)
    def test_the_highest_score_is_the_least_distance(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        points, z = rng.normal(size=(5, 3)), rng.normal(size=3)
        centroids = Centroids(points.tolist())
        distances = np.linalg.norm(points - z, axis=1)
        np.testing.assert_allclose(z @ z - np.array(centroids.scores(z.tolist())), distances**2, atol=1e-9)
        assert centroids.nearest(z.tolist()) == distances.argmin()

    def test_ties_go_to_the_lowest_id(self) -> None:
        centroids = Centroids([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
        assert centroids.nearest([0.0, 5.0]) == 0
        assert centroids.nearest([9.0, 0.0]) == 0


class TestRefits:
    @pytest.mark.slow
    @settings(max_examples=150, deadline=None)
    @given(SEEDS)
    def test_the_short_cut_is_the_full_count(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        points, refits = random_model(rng)
        centroids = Centroids(points.tolist())
        short_cut = Refits(centroids, ConfidenceDocument(refits=refits.tolist()))
        for z in rng.normal(size=(20, points.shape[1])).tolist():
            index = centroids.nearest(z)
            distances = [math.dist(z, point) for point in points.tolist()]
            agreeing, tied = 0, 0
            for refit in map(Centroids, refits.tolist()):
                best, second = sorted(refit.scores(z), reverse=True)[:2]
                agreeing += refit.nearest(z) == index
                tied += best - second < 1e-9  # so close, rounding decides
            order = sorted(range(len(distances)), key=distances.__getitem__)
            order.sort(key=index.__ne__)  # of equals, the model's own first
            share = short_cut.share_agreeing(z, order, distances)
            assert abs(round(share * len(refits)) - agreeing) <= tied

    def test_the_farthest_reach(self) -> None:
        refits = ConfidenceDocument(refits=(((0.0, 1.0), (5.0, 5.0)), ((3.0, 4.0), (5.0, 5.0))))
        assert Refits(Centroids([[0.0, 0.0], [5.0, 5.0]]), refits).farthest == 5.0
