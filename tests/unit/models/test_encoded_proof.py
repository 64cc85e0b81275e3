from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import TrainingUnsound
from app.models.encoded_proof import prove_encoded
from app.models.kmeans_fit import Floats, Labels, PickledPair, fit_kmeans, nearest
from app.models.pickled_pipeline import make_pipeline
from app.models.preparation import EncodedColumns, fit_preparation
from tests.unit.models.test_pickled_pipeline import a_recipe, some_rows

ROWS = some_rows()


def encoding() -> EncodedColumns:
    found = fit_preparation(a_recipe(transform="yeo_johnson", weight=2.0), ROWS)
    assert isinstance(found, EncodedColumns)
    return found


ENCODED = encoding()
FIT = fit_kmeans(ENCODED.apply(ROWS), 3, seed=1)


class Shifted:
    """A second form whose first number is a little off."""

    def __init__(self, by: float) -> None:
        self._by = by

    def predict(self, rows: Floats) -> Labels:
        moved = rows.copy()
        moved[:, 0] += self._by
        return nearest(ENCODED.apply(moved), FIT.centroids)


def test_both_forms_agree() -> None:
    pair = PickledPair(ROWS, FIT, make_pipeline(ENCODED, ROWS))
    proof = prove_encoded(pair, ENCODED, FIT.centroids, seed=1)
    assert proof.disagreements == 0
    assert proof.border_points > 500
    assert proof.closest_margin < 1e-4
    assert proof.points > 3000


def test_a_difference_is_found() -> None:
    prove_encoded(Shifted(0.0), ENCODED, FIT.centroids, seed=1)
    with pytest.raises(TrainingUnsound, match="the pickled pipeline and the served numbers differ on"):
        prove_encoded(Shifted(1e-4), ENCODED, FIT.centroids, seed=1)


def test_who_has_no_border_is_left_out() -> None:
    # two centroids that differ in the category alone: no number leads to their border
    centroids = np.zeros((2, ENCODED.document.width))
    centroids[1, -1] = 5.0
    proof = prove_encoded(_Nearest(centroids), ENCODED, centroids, seed=1)
    assert proof.border_points == 0


class _Nearest:
    def __init__(self, centroids: Floats) -> None:
        self._centroids = centroids

    def predict(self, rows: Floats) -> Labels:
        return nearest(ENCODED.apply(rows), self._centroids)
