from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import TableInvalid
from app.models import least_size
from app.models.encoding.trimmed import TrimmedFit, fit_trimmed
from app.models.kmeans_fit import Floats, fit_kmeans, nearest
from app.models.least_size import MergingRefit, merge_small, usual_least_size
from app.models.many_starts import fit_many_starts

CENTRES = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def groups_and_few(few: int = 4, seed: int = 3) -> Floats:
    """Three groups of 60 and a handful beside the first."""
    rng = np.random.default_rng(seed)
    ordinary = np.repeat(CENTRES, 60, axis=0) + rng.normal(size=(180, 2))
    return np.vstack([ordinary, rng.normal([-9.0, -9.0], 0.3, size=(few, 2))])


def sizes(found: TrimmedFit) -> list[int]:
    return sorted(np.bincount(found.fit.labels[~found.exceptional]).tolist())


def test_examples_hold() -> None:
    assert doctest.testmod(least_size).failed == 0


@pytest.mark.parametrize(("customers", "k"), [(4, 2), (16, 8), (200, 8), (1_000, 2), (10**7, 8)])
def test_the_usual_least_size_can_always_be_met(customers: int, k: int) -> None:
    assert 2 <= usual_least_size(customers, k) <= max(2, customers // k)


class TestMergeSmall:
    def test_a_handful_joins_the_nearest_and_the_price_is_in_the_inertia(self) -> None:
        z = groups_and_few()
        begun = fit_trimmed(z, 4, seed=1, alpha=0.0)
        assert sizes(begun) == [4, 60, 60, 60]
        found = merge_small(z, begun, 0.0, least=5)
        assert sizes(found) == [60, 60, 64]
        assert len(set(found.fit.labels[180:]) | set(found.fit.labels[:60])) == 1
        assert found.fit.inertia > begun.fit.inertia

    def test_what_is_large_enough_is_left_as_it_is(self) -> None:
        z = groups_and_few()
        begun = fit_trimmed(z, 4, seed=1, alpha=0.0)
        assert merge_small(z, begun, 0.0, least=4) is begun

    def test_the_exceptional_are_no_segment_to_merge(self) -> None:
        z = groups_and_few(few=3)
        begun = fit_trimmed(z, 3, seed=1, alpha=0.02)
        assert sizes(begun) == [60, 60, 60]
        assert merge_small(z, begun, 0.02, least=60) is begun

    def test_two_that_cannot_both_be_large_enough(self) -> None:
        z = np.vstack([np.zeros((30, 2)), np.full((3, 2), 40.0), np.full((1, 2), 41.0)])
        with pytest.raises(TableInvalid, match=r"two segments of at least 5 customers .*least_size"):
            merge_small(z, fit_trimmed(z, 3, seed=1, alpha=0.0), 0.0, least=5)

    @settings(max_examples=12, deadline=None)
    @given(
        seed=st.integers(0, 2**16),
        k=st.integers(3, 8),
        least=st.integers(2, 20),
        alpha=st.sampled_from([0.0, 0.02]),
    )
    def test_nobody_is_missing_and_no_segment_is_too_small(
        self, seed: int, k: int, least: int, alpha: float
    ) -> None:
        rng = np.random.default_rng(seed)
        z = rng.standard_t(2, size=(90, 2))  # whales and tiny segments in plenty
        begun = fit_trimmed(z, k, seed, alpha)
        try:
            found = merge_small(z, begun, alpha, least)
        except TableInvalid:
            return
        counted = np.bincount(found.fit.labels[~found.exceptional], minlength=len(found.fit.centroids))
        assert counted.min() >= least
        assert counted.sum() + found.exceptional.sum() == len(z)
        assert 2 <= len(found.fit.centroids) <= k
        # still a model of nearest centroids, each the mean of its own
        assert (nearest(z, found.fit.centroids) == found.fit.labels).all()
        for place, centroid in enumerate(found.fit.centroids):
            own = z[~found.exceptional & (found.fit.labels == place)]
            np.testing.assert_allclose(centroid, own.mean(axis=0), atol=0.05)


class TestMergingRefit:
    def test_a_table_drawn_again_is_merged_as_the_table_was(self) -> None:
        z = groups_and_few()
        merged = merge_small(z, fit_trimmed(z, 4, seed=1, alpha=0.0), 0.0, least=5)
        again = MergingRefit(4, 5 / len(z))(z, 3, seed=7)
        assert np.sort(again, axis=0) == pytest.approx(np.sort(merged.fit.centroids, axis=0))
        # begun with three, the handful may as well drive two groups together
        assert fit_kmeans(z, 3, 1).inertia <= merged.fit.inertia + 1e-9

    def test_where_none_is_small_the_cheapest_two_are_one(self) -> None:
        z = np.repeat([[0.0], [1.0], [9.0]], 20, axis=0) + np.random.default_rng(1).normal(0, 0.1, (60, 1))
        again = MergingRefit(3, 0.1)(z, 2, seed=0)
        assert np.sort(again[:, 0]) == pytest.approx([0.5, 9.0], abs=0.1)

    def test_as_many_as_are_begun_are_served_as_they_come(self) -> None:
        z = groups_and_few()
        np.testing.assert_array_equal(
            MergingRefit(4, 0.5)(z, 4, seed=2), fit_many_starts(z, 4, seed=2).centroids
        )
