"""The proof: both forms of a model agree, or the training fails."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import TrainingUnsound
from app.models.kmeans_fit import Floats, Labels, Scaling, nearest
from app.models.proof import BORDER, RANDOM, prove_agreement

CENTROIDS = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]])
SCALING = Scaling(np.array([50.0, 10.0]), np.array([20.0, 5.0]))
LOW, HIGH = np.array([0.0, 0.0]), np.array([100.0, 20.0])


class Alike:
    """Labels rows as the centroids do."""

    def predict(self, rows: Floats) -> Labels:
        return nearest(SCALING.apply(rows), CENTROIDS)


class Off(Alike):
    """The same with one centroid moved by a hundredth of a standard deviation."""

    def predict(self, rows: Floats) -> Labels:
        moved = CENTROIDS.copy()
        moved[0, 0] += 0.01
        return nearest(SCALING.apply(rows), moved)


class TestProveAgreement:
    def test_two_forms_that_agree(self) -> None:
        proof = prove_agreement(Alike(), SCALING, CENTROIDS, LOW, HIGH, seed=1)
        assert proof.disagreements == 0
        assert proof.border_points == BORDER
        assert proof.points > BORDER + RANDOM
        # the border points really lie at borders
        assert proof.closest_margin < 1e-5

    def test_a_form_that_is_a_little_off(self) -> None:
        with pytest.raises(TrainingUnsound, match="differ on"):
            prove_agreement(Off(), SCALING, CENTROIDS, LOW, HIGH, seed=1)

    def test_one_feature(self) -> None:
        scaling = Scaling(np.array([50.0]), np.array([20.0]))
        centroids = np.array([[-1.0], [1.0]])

        class Line:
            def predict(self, rows: Floats) -> Labels:
                return nearest(scaling.apply(rows), centroids)

        assert prove_agreement(Line(), scaling, centroids, LOW[:1], HIGH[:1], seed=1).disagreements == 0
