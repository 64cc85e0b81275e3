from __future__ import annotations

import numpy as np
import pytest

from app.models.ward import cheapest, merge, merge_costs

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
ROWS = np.random.default_rng(8).normal(size=(9, 2)) + LABELS[:, None] ** 2
SIZES = np.bincount(LABELS).astype(float)
CENTROIDS = np.array([ROWS[j == LABELS].mean(axis=0) for j in range(3)])


def inertia(labels: np.ndarray) -> float:
    groups = [ROWS[labels == j] for j in np.unique(labels)]
    return sum(float(((rows - rows.mean(axis=0)) ** 2).sum()) for rows in groups)


@pytest.mark.parametrize(("i", "j"), [(0, 1), (0, 2), (1, 2)])
def test_a_merge_costs_what_it_adds_to_the_inertia(i: int, j: int) -> None:
    costs = merge_costs(CENTROIDS, SIZES)
    added = inertia(np.where(j == LABELS, i, LABELS)) - inertia(LABELS)
    assert costs[i, j] == costs[j, i] == pytest.approx(added)


def test_the_cheapest_is_never_a_segment_with_itself() -> None:
    costs = merge_costs(CENTROIDS, SIZES)
    assert cheapest(costs) == (0, 1)
    assert cheapest(costs[2:]) == (0, 1)
    assert np.isinf(np.diag(costs)).all()


def test_the_merged_centroid_is_the_mean_of_both() -> None:
    merged = merge(CENTROIDS, SIZES, 2, 0)
    np.testing.assert_allclose(merged, [CENTROIDS[1], ROWS[LABELS != 1].mean(axis=0)])


def test_an_empty_segment_leaves_its_neighbour_where_it_is() -> None:
    sizes = np.array([3.0, 0.0, 4.0])
    assert merge_costs(CENTROIDS, sizes)[1].min() == 0.0
    np.testing.assert_array_equal(merge(CENTROIDS, sizes, 0, 1), CENTROIDS[[0, 2]])
