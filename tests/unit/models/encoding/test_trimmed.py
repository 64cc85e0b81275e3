from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.models.encoding.document import MOST_TRIMMED
from app.models.encoding.trimmed import TrimmedFit, far_off, fit_trimmed, refit_trimmed
from app.models.kmeans_fit import Floats, fit_kmeans, nearest

CENTRES = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])


def groups_and_whales(whales: int = 6) -> Floats:
    rng = np.random.default_rng(12)
    ordinary = np.repeat(CENTRES, 100, axis=0) + rng.normal(size=(300, 2))
    return np.vstack([ordinary, rng.normal([60.0, 60.0], 1.0, size=(whales, 2))])


def distances(z: Floats, trimmed: TrimmedFit) -> Floats:
    away: Floats = np.sqrt(((z - trimmed.fit.centroids[trimmed.fit.labels]) ** 2).sum(axis=1))
    return away


class TestWhales:
    def test_plain_k_means_spends_a_centroid_on_them(self) -> None:
        assert np.bincount(fit_kmeans(groups_and_whales(), 3, seed=1).labels).min() == 6

    def test_trimming_does_not(self) -> None:
        z = groups_and_whales()
        trimmed = fit_trimmed(z, 3, seed=1)
        assert trimmed.exceptional.nonzero()[0].tolist() == list(range(300, 306))
        found = trimmed.fit.centroids[np.lexsort(np.round(trimmed.fit.centroids).T)]
        np.testing.assert_allclose(found, CENTRES, atol=0.35)
        assert np.bincount(trimmed.fit.labels[:300]).tolist() == [100, 100, 100]
        assert trimmed.threshold is not None
        assert 3.0 < trimmed.threshold < 60.0

    def test_the_same_rows_and_seed_give_the_same_fit(self) -> None:
        first, again = (fit_trimmed(groups_and_whales(), 3, seed=5) for _ in range(2))
        np.testing.assert_array_equal(first.fit.centroids, again.fit.centroids)
        np.testing.assert_array_equal(first.exceptional, again.exceptional)
        assert first.threshold == again.threshold

    def test_no_worse_than_trimming_the_plain_fit(self) -> None:
        z = groups_and_whales()
        plain = fit_kmeans(z, 3, seed=1)
        away = np.sort(((z - plain.centroids[plain.labels]) ** 2).sum(axis=1))
        assert fit_trimmed(z, 3, seed=1).fit.inertia <= away[:300].sum()


class TestEveryFit:
    @settings(deadline=None, max_examples=15)
    @given(
        hnp.arrays(np.float64, (60, 2), elements=st.integers(-6, 6).map(float), fill=st.nothing()),
        st.integers(1, 3),
        st.floats(0.0, 0.02),
    )
    def test_nobody_is_lost(self, rows: Floats, k: int, alpha: float) -> None:
        corners = np.array([[-9.0, 0.0], [0.0, 9.0], [9.0, 0.0], [5.0, 5.0]])
        z = np.vstack([rows, corners])
        trimmed = fit_trimmed(z, k, seed=3, alpha=alpha)
        labels, exceptional = trimmed.fit.labels, trimmed.exceptional
        assert labels.shape == exceptional.shape == (64,)
        assert set(labels.tolist()) <= set(range(k))
        assert exceptional.sum() <= alpha * len(z)
        away = distances(z, trimmed)
        closest = np.sqrt(((z[:, None] - trimmed.fit.centroids) ** 2).sum(axis=2)).min(axis=1)
        np.testing.assert_allclose(away, closest)
        if trimmed.threshold is None:
            assert not exceptional.any()
        else:
            np.testing.assert_array_equal(away > trimmed.threshold, exceptional)
        assert trimmed.fit.inertia == pytest.approx((away[~exceptional] ** 2).sum())

    @pytest.mark.parametrize("seed", range(5))
    def test_centroids_are_the_means_of_the_ordinary(self, seed: int) -> None:
        z = np.random.default_rng(seed).standard_t(3, size=(400, 3))
        trimmed = fit_trimmed(z, 4, seed)
        assert trimmed.exceptional.sum() == 8
        ordinary = ~trimmed.exceptional
        for place, centroid in enumerate(trimmed.fit.centroids):
            members = z[ordinary & (trimmed.fit.labels == place)]
            np.testing.assert_allclose(members.mean(axis=0), centroid, rtol=1e-12)
        np.testing.assert_array_equal(nearest(z, trimmed.fit.centroids), trimmed.fit.labels)

    def test_equal_rows_are_never_parted(self) -> None:
        # four equal customers compete for one place among the exceptional: all are ordinary
        z = np.vstack([np.zeros((46, 2)), np.full((4, 2), 5.0)])
        trimmed = fit_trimmed(z, 1, seed=0)
        assert not trimmed.exceptional.any()
        assert trimmed.threshold is None

    def test_nothing_to_trim(self) -> None:
        z = groups_and_whales(0)[:40]
        for alpha in (0.0, 0.02):
            trimmed = fit_trimmed(z, 2, seed=1, alpha=alpha)
            np.testing.assert_array_equal(trimmed.fit.centroids, fit_kmeans(z, 2, seed=1).centroids)
            assert trimmed.threshold is None

    @pytest.mark.parametrize("alpha", [-0.001, 0.021, float("nan")])
    def test_too_much(self, alpha: float) -> None:
        with pytest.raises(ValueError, match="between 0 and"):
            fit_trimmed(groups_and_whales(), 2, seed=1, alpha=alpha)


class TestRefit:
    def test_it_goes_on_to_where_nothing_moves(self) -> None:
        z = groups_and_whales()
        begun = fit_trimmed(z, 3, seed=1)
        again = refit_trimmed(z, begun.fit.centroids, MOST_TRIMMED)
        np.testing.assert_array_equal(again.fit.centroids, begun.fit.centroids)
        np.testing.assert_array_equal(again.exceptional, begun.exceptional)
        moved = refit_trimmed(z, begun.fit.centroids + 0.4, MOST_TRIMMED)
        np.testing.assert_allclose(moved.fit.centroids, begun.fit.centroids)
        assert moved.threshold == pytest.approx(begun.threshold)

    def test_with_nobody_to_trim_it_is_plain_k_means(self) -> None:
        z = groups_and_whales()
        fit = fit_kmeans(z, 4, seed=1)
        again = refit_trimmed(z, fit.centroids + 0.1, 0.0)
        np.testing.assert_allclose(again.fit.centroids, fit.centroids)
        assert not again.exceptional.any()
        assert again.threshold is None
        with pytest.raises(ValueError, match="trimmed share"):
            refit_trimmed(z, fit.centroids, 0.5)


class TestLargeTable:
    def test_it_begins_on_some_rows_and_ends_on_all(self) -> None:
        z = np.vstack([groups_and_whales(6) for _ in range(100)])
        trimmed = fit_trimmed(z, 3, seed=1)
        found = trimmed.fit.centroids[np.lexsort(np.round(trimmed.fit.centroids).T)]
        np.testing.assert_allclose(found, CENTRES, atol=0.35)
        assert trimmed.exceptional.sum() <= int(MOST_TRIMMED * len(z))
        assert trimmed.exceptional.reshape(100, 306)[:, 300:].all()


class TestFarOff:
    def test_of_the_own_rows_it_is_the_exceptional(self) -> None:
        z = groups_and_whales()
        trimmed = fit_trimmed(z, 3, seed=1)
        np.testing.assert_array_equal(far_off(z, trimmed), trimmed.exceptional)
        assert far_off(np.array([[4.0, 4.0], [-70.0, 0.0]]), trimmed).tolist() == [False, True]

    def test_nobody_where_nobody_was_trimmed(self) -> None:
        z = groups_and_whales()
        assert not far_off(z, fit_trimmed(z, 3, seed=1, alpha=0.0)).any()


class TestThreshold:
    def test_across_a_wide_gap_nobody_is_known_to_be_ordinary(self) -> None:
        z = groups_and_whales()
        z[300:] *= 100.0
        trimmed = fit_trimmed(z, 3, seed=1)
        near = distances(z, trimmed)[:300].max()
        assert trimmed.threshold is not None
        assert near < trimmed.threshold < 10.0 * near
        # but who lies among the ordinary is one of them
        assert not far_off(z[:300].mean(axis=0, keepdims=True), trimmed).any()

    def test_without_any_spread_it_is_half_way(self) -> None:
        z = np.array([[1.0, 1.0]] * 99 + [[5.0, 1.0]])
        assert fit_trimmed(z, 1, seed=1).threshold == 2.0
