"""The errors are those that drawing the customers again shows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from app.models.kmeans_fit import Floats, Labels, nearest
from app.models.standard_errors import interval, standard_errors

CENTRES = np.array([[0.0, 0.0], [3.0, 0.5], [0.5, 4.0], [4.0, 4.5]])


def draw(n: int, rng: np.random.Generator) -> tuple[Floats, Labels]:
    z = CENTRES[rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])] + rng.normal(size=(n, 2))
    return z, nearest(z, CENTRES)


def inertia(z: Floats, labels: Labels) -> float:
    return float(sum(((z[labels == g] - z[labels == g].mean(axis=0)) ** 2).sum() for g in range(4)))


class TestStandardErrors:
    @pytest.mark.slow
    def test_as_fresh_customers_vary(self) -> None:
        rng = np.random.default_rng(3)
        tables = [draw(300, rng) for _ in range(200)]
        measures = {
            "inertia": inertia,
            "calinski_harabasz": calinski_harabasz_score,
            "davies_bouldin": davies_bouldin_score,
        }
        stated = [standard_errors(z, labels) for z, labels in tables[:20]]
        for name, measure in measures.items():
            varied = np.std([measure(z, labels) for z, labels in tables])
            assert np.mean([one[name] for one in stated]) == pytest.approx(varied, rel=0.15), name

    def test_the_same_customers_many_times(self) -> None:
        z, labels = np.repeat(CENTRES, 5, axis=0), np.repeat(np.arange(4), 5)
        assert standard_errors(z, labels) == {
            "inertia": 0.0,
            "calinski_harabasz": 0.0,
            "davies_bouldin": 0.0,
        }


class TestInterval:
    def test_two_standard_errors(self) -> None:
        assert interval(0.5, 0.1, -1.0, 1.0) == pytest.approx((0.304, 0.696))

    def test_within_what_is_possible(self) -> None:
        assert interval(0.95, 0.1, -1.0, 1.0)[1] == 1.0
        assert interval(2.0, 5.0, 0.0) == pytest.approx((0.0, 11.8))
