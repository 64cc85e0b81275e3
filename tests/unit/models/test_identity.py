from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.identity import best_order, jaccard_matrix, match_centroids
from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling, nearest

CORNERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def around(centres: list[tuple[float, float]], sizes: list[int], seed: int = 0) -> Floats:
    """Groups of customers, spread by 0.5 around each centre."""
    rng = np.random.default_rng(seed)
    rows: Floats = np.repeat(np.array(centres), sizes, axis=0) + 0.5 * rng.standard_normal((sum(sizes), 2))
    return rows


def index_near(centroids: Floats, place: tuple[float, float]) -> int:
    return int(np.argmin(((centroids - place) ** 2).sum(axis=1)))


class TestMatchCentroids:
    @pytest.mark.slow
    def test_a_hundred_seeds_move_nobody(self, mall_rows: Floats) -> None:
        z = fit_scaling(mall_rows).apply(mall_rows)
        first = fit_kmeans(z, 5, seed=0)
        raw_agreements = 0
        for seed in range(100):
            new = fit_kmeans(z, 5, seed)
            match = match_centroids(first.centroids, new.centroids, z)
            assert sorted(match.partner) == [0, 1, 2, 3, 4]
            moved = int((match.partner[new.labels] != first.labels).sum())
            assert moved == 0, f"seed {seed}"
            raw_agreements += np.array_equal(new.labels, first.labels)
        assert raw_agreements < 10  # scikit-learn's own numbers would have moved nearly everybody

    def test_a_split_is_a_birth(self) -> None:
        before = around([(0, 0), (20, 0)], [80, 40])
        after = around([(-2, 0), (3, 0), (20, 0)], [55, 25, 40])
        old, new = fit_kmeans(before, 2, seed=0).centroids, fit_kmeans(after, 3, seed=0).centroids
        match = match_centroids(old, new, after)
        assert match.partner[index_near(new, (-2, 0))] == index_near(old, (0, 0))
        assert match.partner[index_near(new, (3, 0))] == -1
        assert match.partner[index_near(new, (20, 0))] == index_near(old, (20, 0))

    def test_an_even_split_in_three_keeps_no_id(self) -> None:
        thirds = [(0.0, 7.0), (-6.0, -3.5), (6.0, -3.5)]
        old = np.array([(0.0, 0.0), (12.0, 0.0)])
        after = around([*thirds, (12.0, 0.0)], [40, 40, 40, 40])
        match = match_centroids(old, np.array([*thirds, (12.0, 0.0)]), after)
        assert match.partner.tolist() == [-1, -1, -1, 1]

    def test_a_merge_retires_the_smaller(self) -> None:
        before = around([(0, 0), (4, 0), (20, 0)], [60, 25, 40])
        after = around([(1, 0), (20, 0)], [85, 40])
        old, new = fit_kmeans(before, 3, seed=0).centroids, fit_kmeans(after, 2, seed=0).centroids
        match = match_centroids(old, new, after)
        assert match.partner[index_near(new, (1, 0))] == index_near(old, (0, 0))
        assert index_near(old, (4, 0)) not in match.partner
        assert match.partner[index_near(new, (20, 0))] == index_near(old, (20, 0))

    def test_newcomers_elsewhere_are_a_birth(self) -> None:
        before, after = around([(0, 0), (20, 0)], [40, 40]), around([(0, 0), (20, 0), (10, 30)], [40, 40, 30])
        old, new = fit_kmeans(before, 2, seed=0).centroids, fit_kmeans(after, 3, seed=0).centroids
        match = match_centroids(old, new, after)
        assert match.partner[index_near(new, (10, 30))] == -1
        assert sorted(match.partner) == [-1, 0, 1]

    def test_a_group_that_left_is_retired(self) -> None:
        before, after = around([(0, 0), (20, 0), (10, 30)], [40, 40, 30]), around([(0, 0), (20, 0)], [40, 40])
        old, new = fit_kmeans(before, 3, seed=0).centroids, fit_kmeans(after, 2, seed=0).centroids
        match = match_centroids(old, new, after)
        assert index_near(old, (10, 30)) not in match.partner
        assert -1 not in match.partner

    def test_retirement_and_birth_at_the_same_k(self) -> None:
        before, after = (
            around([(0, 0), (20, 0), (10, 30)], [40, 40, 30]),
            around([(0, 0), (20, 0), (10, -40)], [40, 40, 30]),
        )
        old, new = fit_kmeans(before, 3, seed=0).centroids, fit_kmeans(after, 3, seed=0).centroids
        match = match_centroids(old, new, after)
        assert match.partner[index_near(new, (10, -40))] == -1
        assert index_near(old, (10, 30)) not in match.partner

    @pytest.mark.parametrize(("k_old", "k_new"), [(2, 4), (4, 2), (3, 3)])
    def test_rectangular(self, k_old: int, k_new: int) -> None:
        z = around([(0, 0), (10, 0), (0, 10), (10, 10)], [20] * 4)
        match = match_centroids(CORNERS[:k_old], CORNERS[:k_new], z)
        assert match.jaccard.shape == (k_new, k_old)
        assert match.partner[: min(k_old, k_new)].tolist() == list(range(min(k_old, k_new)))
        assert (match.partner[k_old:] == -1).all()

    @settings(max_examples=60, deadline=None)
    @given(st.permutations(range(6)), st.integers(0, 2**32 - 1))
    def test_a_permuted_and_jittered_model_matches_back(self, order: list[int], seed: int) -> None:
        rng = np.random.default_rng(seed)
        grid = np.array([(x, y) for x in range(3) for y in range(2)], dtype=float)
        old = 4.0 * grid + rng.uniform(-1.0, 1.0, (6, 2))
        new = old[order] + rng.uniform(-0.3, 0.3, (6, 2))
        z = rng.uniform(-2.0, 10.0, (200, 2))
        assert match_centroids(old, new, z).partner.tolist() == order
        found, _ = best_order(old, new, z)
        assert np.asarray(order)[found].tolist() == list(range(6))


class TestBestOrder:
    def test_every_segment_finds_its_refit(self) -> None:
        z = around([(0, 0), (10, 0), (0, 10), (10, 10)], [20] * 4)
        order, jaccard = best_order(CORNERS, CORNERS[[2, 0, 3, 1]] + 0.1, z)
        assert order.tolist() == [1, 3, 0, 2]
        np.testing.assert_array_equal(jaccard.max(axis=0), 1.0)


class TestJaccardMatrix:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 40), st.integers(0, 2**32 - 1))
    def test_is_what_the_definition_says(self, k_new: int, k_old: int, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        new, old = rng.integers(0, k_new, n), rng.integers(0, k_old, n)
        found = jaccard_matrix(new, old, k_new, k_old)
        for i in range(k_new):
            for j in range(k_old):
                a, b = set(np.flatnonzero(new == i)), set(np.flatnonzero(old == j))
                assert found[i, j] == pytest.approx(len(a & b) / len(a | b) if a | b else 0.0)

    def test_the_same_labeling_is_the_identity(self) -> None:
        labels = nearest(around([(0, 0), (10, 0), (0, 10), (10, 10)], [9, 8, 7, 6]), CORNERS)
        np.testing.assert_array_equal(jaccard_matrix(labels, labels, 4, 4), np.eye(4))
