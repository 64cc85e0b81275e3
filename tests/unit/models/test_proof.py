from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import TrainingUnsound
from app.models.kmeans_fit import Floats, Labels, PickledPair, Scaling, fit_kmeans, fit_scaling, nearest
from app.models.proof import BORDER, RANDOM, prove_agreement

LOW, HIGH = np.array([0.0, 1.0]), np.array([1000.0, 100.0])


class Served:
    """Labels as the served numbers do, but for a fault that a test plants."""

    def __init__(self, scaling: Scaling, centroids: Floats) -> None:
        self.scaling, self.centroids = scaling, centroids
        self.asked = 0

    def predict(self, rows: Floats) -> Labels:
        self.asked += len(rows)
        return nearest(self.scaling.apply(rows), self.centroids)


@pytest.fixture
def served(mall_rows: Floats) -> Served:
    scaling = fit_scaling(mall_rows)
    return Served(scaling, fit_kmeans(scaling.apply(mall_rows), 5, 42).centroids)


def prove(pair: Served, truth: Served, seed: int = 42) -> object:
    return prove_agreement(pair, truth.scaling, truth.centroids, LOW, HIGH, seed)


class TestProveAgreement:
    def test_the_pickled_pair_agrees(self, mall_rows: Floats) -> None:
        scaling = fit_scaling(mall_rows)
        fit = fit_kmeans(scaling.apply(mall_rows), 5, 42)
        pair = PickledPair(mall_rows, fit)
        proof = prove_agreement(pair, scaling, fit.centroids, LOW, HIGH, 42)
        assert proof.disagreements == 0
        assert proof.points == 50 * 50 + RANDOM + BORDER
        assert proof.border_points == BORDER

    def test_points_lie_close_to_the_borders(self, served: Served) -> None:
        proof = prove_agreement(served, served.scaling, served.centroids, LOW, HIGH, 42)
        assert proof.closest_margin < 1e-7
        assert served.asked == proof.points

    def test_one_point_too_many(self, served: Served) -> None:
        class Wrong(Served):
            def predict(self, rows: Floats) -> Labels:
                labels = super().predict(rows)
                labels[7] = (labels[7] + 1) % 5
                return labels

        with pytest.raises(TrainingUnsound, match="differ on 1 of 4500"):
            prove(Wrong(served.scaling, served.centroids), served)

    @pytest.mark.parametrize("shift", [1e-3, 1e-5])
    def test_a_centroid_that_moved_a_little(self, served: Served, shift: float) -> None:
        moved = served.centroids.copy()
        moved[2, 0] += shift
        with pytest.raises(TrainingUnsound):
            prove(Served(served.scaling, moved), served)

    def test_a_scale_that_is_not_the_same(self, served: Served) -> None:
        scaling = Scaling(served.scaling.mean, served.scaling.scale * (1 + 1e-4))
        with pytest.raises(TrainingUnsound):
            prove(Served(scaling, served.centroids), served)

    def test_segments_in_another_order(self, served: Served) -> None:
        with pytest.raises(TrainingUnsound):
            prove(Served(served.scaling, served.centroids[::-1]), served)

    def test_rounding_at_a_border_is_no_disagreement(self) -> None:
        # two centroids whose border passes through points of the grid: either label is right there
        scaling = Scaling(np.zeros(1), np.ones(1))

        class Upwards(Served):
            def predict(self, rows: Floats) -> Labels:
                return (rows[:, 0] >= 0.0).astype(np.int64)

        centroids = np.array([[-1.0], [1.0]])
        proof = prove_agreement(
            Upwards(scaling, centroids), scaling, centroids, np.array([-10.0]), np.array([10.0]), 1
        )
        assert proof.disagreements == 0

    @pytest.mark.parametrize("d", [1, 2, 3, 8])
    def test_any_number_of_features(self, d: int) -> None:
        rng = np.random.default_rng(d)
        scaling = Scaling(rng.normal(size=d), rng.uniform(0.5, 2.0, size=d))
        served = Served(scaling, rng.normal(size=(4, d)))
        proof = prove_agreement(served, scaling, served.centroids, np.full(d, -5.0), np.full(d, 5.0), 1)
        assert proof.points >= RANDOM + BORDER + 2**d
