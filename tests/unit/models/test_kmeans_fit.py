from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from app.models.kmeans_fit import (
    START_ROWS,
    Floats,
    KMeansFit,
    PickledPair,
    fit_kmeans,
    fit_scaling,
    measure,
    measure_all,
    measure_curve,
    nearest,
    refit_kmeans,
)

#                 size  income  score
REFERENCE_GROUPS = [
    (22, 25.73, 79.36),
    (23, 26.30, 20.91),
    (81, 55.30, 49.52),
    (39, 86.54, 82.13),
    (35, 88.20, 17.11),
]


def some_rows(n: int = 120, d: int = 3) -> Floats:
    rng = np.random.default_rng(6)
    rows: Floats = rng.normal(size=(n, d)) * np.arange(1, d + 1) * 10.0 + 50.0
    return rows


class TestReferenceFigures:
    def test_scaling(self, reference_rows: Floats) -> None:
        scaling = fit_scaling(reference_rows)
        np.testing.assert_allclose(scaling.mean, [60.56, 50.2], rtol=1e-9)
        np.testing.assert_allclose(scaling.scale, [26.198977, 25.758882], rtol=1e-6)

    def test_measures_at_five(self, reference_rows: Floats) -> None:
        z = fit_scaling(reference_rows).apply(reference_rows)
        found = measure(z, fit_kmeans(z, 5, seed=42))
        assert found.inertia == pytest.approx(65.568408, rel=1e-3)
        assert found.silhouette == pytest.approx(0.554657, rel=1e-3)
        assert found.calinski_harabasz == pytest.approx(248.6493, rel=1e-3)
        assert found.davies_bouldin == pytest.approx(0.572236, rel=1e-3)

    def test_groups_at_five(self, reference_rows: Floats) -> None:
        scaling = fit_scaling(reference_rows)
        fit = fit_kmeans(scaling.apply(reference_rows), 5, seed=42)
        sizes = np.bincount(fit.labels)
        found = sorted(zip(sizes.tolist(), *scaling.undo(fit.centroids).T.tolist(), strict=True))
        expected = sorted(REFERENCE_GROUPS)
        assert [group[0] for group in found] == [group[0] for group in expected]
        np.testing.assert_allclose(found, expected, atol=0.05)

    @pytest.mark.parametrize(("k", "inertia"), [(2, 269.6910), (3, 157.7040), (4, 108.9213), (6, 55.0573)])
    def test_inertia_at_others(self, k: int, inertia: float, reference_rows: Floats) -> None:
        z = fit_scaling(reference_rows).apply(reference_rows)
        assert fit_kmeans(z, k, seed=42).inertia == pytest.approx(inertia, rel=1e-3)


class TestScaling:
    def test_there_and_back(self) -> None:
        rows = some_rows()
        scaling = fit_scaling(rows)
        z = scaling.apply(rows)
        np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(z.std(axis=0), 1.0)
        np.testing.assert_allclose(scaling.undo(z), rows)


class TestFitKmeans:
    def test_the_same_rows_and_seed_give_the_same_fit(self) -> None:
        z = fit_scaling(some_rows()).apply(some_rows())
        first, again = fit_kmeans(z, 4, seed=9), fit_kmeans(z, 4, seed=9)
        np.testing.assert_array_equal(first.labels, again.labels)
        np.testing.assert_array_equal(first.centroids, again.centroids)

    def test_what_it_says_agrees(self) -> None:
        z = some_rows()
        fit = fit_kmeans(z, 4, seed=0)
        np.testing.assert_array_equal(fit.labels, nearest(z, fit.centroids))
        np.testing.assert_allclose(fit.centroids, [z[fit.labels == j].mean(axis=0) for j in range(4)])
        assert fit.inertia == pytest.approx(((z - fit.centroids[fit.labels]) ** 2).sum())

    def test_a_large_table_is_fitted_as_well_from_starts_on_some_rows(self) -> None:
        z = np.random.default_rng(0).normal(size=(START_ROWS + 10_000, 2))
        fit = fit_kmeans(z, 5, seed=0)
        plain = KMeans(5, n_init=10, random_state=0).fit(z)
        assert fit.inertia == pytest.approx(plain.inertia_, rel=0.002)
        assert len(fit.labels) == len(z)

    def test_in_order(self) -> None:
        z = some_rows()
        fit = fit_kmeans(z, 4, seed=0)
        turned = fit.in_order(np.array([2, 0, 3, 1]))
        np.testing.assert_array_equal(turned.centroids, fit.centroids[[2, 0, 3, 1]])
        np.testing.assert_array_equal(turned.centroids[turned.labels], fit.centroids[fit.labels])
        assert turned.inertia == fit.inertia


class TestRefitKmeans:
    def test_it_goes_on_to_where_nothing_moves(self) -> None:
        rows = some_rows()
        fit = fit_kmeans(rows, 3, seed=4)
        again = refit_kmeans(rows, fit.centroids)
        np.testing.assert_array_equal(again.labels, fit.labels)
        np.testing.assert_allclose(again.centroids, fit.centroids)
        assert again.inertia == pytest.approx(fit.inertia)


class TestNearest:
    def test_is_the_least_distance(self) -> None:
        rng = np.random.default_rng(0)
        z, centroids = rng.normal(size=(500, 3)), rng.normal(size=(6, 3))
        squared = ((z[:, None] - centroids[None]) ** 2).sum(axis=2)
        np.testing.assert_array_equal(nearest(z, centroids), squared.argmin(axis=1))

    def test_the_first_of_equals(self) -> None:
        centroids = np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
        np.testing.assert_array_equal(nearest(np.array([[0.0, 3.0], [2.0, 0.0]]), centroids), [0, 0])


class TestMeasure:
    def test_is_what_scikit_learn_says(self) -> None:
        z = some_rows()
        fit = fit_kmeans(z, 3, seed=1)
        found = measure(z, fit)
        assert found.silhouette == pytest.approx(silhouette_score(z, fit.labels))
        assert found.calinski_harabasz == pytest.approx(calinski_harabasz_score(z, fit.labels))
        assert found.davies_bouldin == pytest.approx(davies_bouldin_score(z, fit.labels))
        assert found.inertia == fit.inertia
        assert found.silhouette_of.model_dump() == {
            "method": "all_customers",
            "rows": len(z),
            "ci95": None,
        }

    def test_a_curve_has_intervals(self) -> None:
        z = some_rows()
        for point in measure_curve(z, [fit_kmeans(z, k, seed=1) for k in (2, 3)]):
            for name, (low, high) in point.ci95:
                assert low < getattr(point, name) < high

    def test_a_sample_that_stands_for_many_is_less_sure(self) -> None:
        z = some_rows(6_000)
        fits = [fit_kmeans(z, k, seed=1) for k in (2, 3)]
        few, many = (measure_curve(z, fits, customers)[1] for customers in (None, 60_000))
        assert few.silhouette == pytest.approx(many.silhouette)
        (low, high), (lower, higher) = few.silhouette_of.ci95 or (0, 0), many.silhouette_of.ci95 or (0, 0)
        assert lower < low < high < higher

    def test_no_group_of_any_fit_is_missed(self) -> None:
        rng = np.random.default_rng(1)
        far = np.array([[30.0, 0.0], [0.0, 30.0]])
        z = np.vstack([rng.normal(size=(6_000, 2)), np.repeat(far, 3, axis=0)])
        own = np.repeat([0, 1, 2], [6_000, 3, 3])
        # the last fit, which has most segments, tells neither few apart
        cut = np.where(own == 0, np.arange(len(z)) % 4, 0)
        fits = [KMeansFit(np.zeros((len(np.unique(labels)), 2)), labels, 0.0) for labels in (own, cut)]
        assert measure_all(z, fits)[0].silhouette > 0.9

    def test_a_large_table_is_measured_on_a_sample_of_each_segment(self) -> None:
        z = some_rows(6_000)
        fit = fit_kmeans(z, 3, seed=1)
        found, truth = measure(z, fit), silhouette_score(z, fit.labels)
        assert found.silhouette == pytest.approx(truth, abs=0.01)
        assert found.silhouette_of.method == "stratified_sample"
        low, high = found.silhouette_of.ci95 or (1.0, 1.0)
        assert low < truth < high
        assert 4_990 <= found.silhouette_of.rows <= 5_000

    def test_nothing_to_measure(self) -> None:
        assert measure_all(some_rows(), []) == []


class TestPickledPair:
    def make(self) -> tuple[Floats, KMeansFit, PickledPair]:
        rows = some_rows()
        scaling = fit_scaling(rows)
        fit = fit_kmeans(scaling.apply(rows), 4, seed=0).in_order(np.array([3, 1, 0, 2]))
        return scaling.apply(rows), fit, PickledPair(rows, fit)

    def test_predicts_as_the_nearest_centroid(self) -> None:
        _, fit, pair = self.make()
        points = some_rows(400) * 1.5 - 20.0
        np.testing.assert_array_equal(
            pair.predict(points), nearest(fit_scaling(some_rows()).apply(points), fit.centroids)
        )

    def test_holds_no_row_and_no_label_of_a_customer(self) -> None:
        _, fit, pair = self.make()
        scaler, kmeans = (pickle.loads(content) for content in pair.dump())
        assert not hasattr(kmeans, "labels_")
        for estimator in (scaler, kmeans):
            assert max(np.size(value) for value in vars(estimator).values()) <= fit.centroids.size

    def test_comes_back_from_its_pickles(self) -> None:
        z, fit, pair = self.make()
        scaler, kmeans = (pickle.loads(content) for content in pair.dump())
        np.testing.assert_array_equal(kmeans.predict(scaler.transform(some_rows())), fit.labels)
        np.testing.assert_allclose(scaler.transform(some_rows()), z)
        np.testing.assert_array_equal(kmeans.cluster_centers_, fit.centroids)
        assert kmeans.inertia_ == fit.inertia
