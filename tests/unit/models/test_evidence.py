from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.models import evidence
from app.models.choice_document import ChoiceDocument
from app.models.evidence import (
    CODES,
    NULLS,
    Division,
    divide,
    judge,
    judge_chosen,
    null_divisions,
    resample,
)
from app.models.kmeans_fit import Floats, KMeansFit, fit_kmeans, fit_scaling, measure
from app.models.model_document import NullTest, Verdict

DRAWS = 99  # the least with which p can reach 0.01
REFITS = 20


def standardised(rows: Floats) -> Floats:
    return fit_scaling(rows).apply(rows)


def three_blobs(size: int = 25) -> Floats:
    rng = np.random.default_rng(3)
    centres = np.repeat([[0.0, 0.0], [8.0, 0.0], [4.0, 7.0]], size, axis=0)
    return standardised(centres + rng.standard_normal(centres.shape))


def verdict(z: Floats, k: int) -> str:
    fit = fit_kmeans(z, k, seed=42)
    null = evidence.compare_with_nulls(z, fit, seed=42, draws=DRAWS)
    return judge(null, resample(z, fit, seed=42, draws=REFITS).jaccard, "customer").code


def two_null_tables_reach(z: Floats, k: int) -> bool:
    """Two of the first 30 draws suffice: among 199 they already make p larger than 0.01."""
    null = evidence.compare_with_nulls(z, fit_kmeans(z, k, seed=42), seed=42, draws=30)
    return max(null.gaussian_p, null.uniform_p) >= 3 / 31


def null_test(gaussian_p: float, uniform_p: float) -> NullTest:
    return NullTest(
        rows=200,
        draws=199,
        observed=0.5,
        gaussian_mean=0.4,
        gaussian_max=0.45,
        gaussian_p=gaussian_p,
        uniform_mean=0.4,
        uniform_max=0.45,
        uniform_p=uniform_p,
    )


class TestVerdict:
    def test_three_blobs_are_separate(self) -> None:
        assert verdict(three_blobs(), 3) == "separate_groups"

    def test_unequal_groups_in_four_dimensions_are_separate(self) -> None:
        rng = np.random.default_rng(5)
        centres = np.repeat(7.0 * np.eye(4)[:3], [60, 25, 15], axis=0)
        assert verdict(standardised(centres + rng.standard_normal(centres.shape)), 3) == "separate_groups"

    @pytest.mark.parametrize(("stretch", "k"), [(1.0, 2), (1.0, 3), (4.0, 2), (4.0, 4)])
    def test_a_gaussian_cloud_is_never_separate(self, stretch: float, k: int) -> None:
        rng = np.random.default_rng(11)
        rows = rng.standard_normal((100, 2)) * [stretch, 1.0] @ [[0.8, 0.6], [-0.6, 0.8]]
        assert two_null_tables_reach(standardised(rows), k)

    def test_a_uniform_square_is_not_separate(self) -> None:
        assert two_null_tables_reach(standardised(np.random.default_rng(2).random((100, 2))), 4)

    def test_a_band_is_not_separate_though_well_and_stably_divided(self) -> None:
        rng = np.random.default_rng(2)
        angle, radius = np.pi * rng.random(200), 1.0 + 0.1 * rng.standard_normal(200)
        z = standardised(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
        fit = fit_kmeans(z, 3, seed=42)
        null = evidence.compare_with_nulls(z, fit, seed=42, draws=20)
        assert null.observed > max(null.gaussian_max, null.uniform_max)
        assert resample(z, fit, seed=42, draws=REFITS).jaccard.min() >= evidence.HOLDS
        assert max(null.gaussian_p, null.uniform_p) > 2 / 21

    def test_the_original_customers_at_five(self, reference_rows: Floats) -> None:
        assert verdict(standardised(reference_rows), 5) == "separate_groups"

    def test_the_original_customers_at_two(self, reference_rows: Floats) -> None:
        assert verdict(standardised(reference_rows), 2) == "nothing_to_see"

    @pytest.mark.slow
    def test_a_crowd_with_equal_correlations_is_not_separate(self) -> None:
        # 976 customers on nine features that look like two groups: silhouette 0.257, Davies-Bouldin 1.456
        correlation = np.full((9, 9), 0.42) + 0.58 * np.eye(9)
        rng = np.random.default_rng(1)
        z = standardised(rng.multivariate_normal(np.zeros(9), correlation, 976))
        found = measure(z, fit_kmeans(z, 2, seed=42))
        assert (found.silhouette, found.davies_bouldin) == pytest.approx((0.257, 1.456), abs=0.03)
        assert verdict(z, 2) != "separate_groups"


class TestNullTest:
    @pytest.mark.parametrize("measure", ["silhouette", "borders"])
    def test_the_p_value_counts_draws_that_reach_the_observed(
        self, measure: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        z = three_blobs()
        fit = fit_kmeans(z, 3, seed=0)
        observed = divide(z, fit)
        below = Division(0.0, -9.0)
        reaching = below._replace(**{measure: getattr(observed, measure)})
        planted = {"gaussian": [below, reaching, below, below], "uniform": [reaching] * 3 + [below]}

        def draws(z: Floats, k: int, null: str, seed: int) -> Iterator[Division]:
            return iter(planted[null] * 5)

        monkeypatch.setattr(evidence, "null_divisions", draws)
        found = evidence.compare_with_nulls(z, fit, seed=0, draws=19)
        assert found.gaussian_p == pytest.approx((1 + 5) / 20)
        assert found.uniform_p == pytest.approx((1 + 15) / 20)
        assert found.gaussian_max == reaching.silhouette
        assert found.uniform_mean == pytest.approx(15 / 19 * reaching.silhouette)
        assert (found.draws, found.observed) == (19, observed.silhouette)

    def test_no_draw_reaches_separate_groups(self) -> None:
        z = three_blobs()
        found = evidence.compare_with_nulls(z, fit_kmeans(z, 3, seed=0), seed=0, draws=19)
        assert found.gaussian_p == found.uniform_p == pytest.approx(1 / 20)
        assert found.observed > max(found.gaussian_max, found.uniform_max)

    def test_the_same_seed_gives_the_same_numbers(self) -> None:
        z = three_blobs()
        fit = fit_kmeans(z, 3, seed=0)
        first, again, other = (evidence.compare_with_nulls(z, fit, seed, draws=5) for seed in (1, 1, 2))
        assert first == again
        assert first != other

    @pytest.mark.parametrize("null", NULLS)
    def test_a_null_has_the_spread_of_the_table(self, null: str, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(4)
        z = standardised(rng.random((2000, 2)) @ [[2.0, 1.0], [0.0, 1.0]])
        tables: list[Floats] = []

        def keep(table: Floats, fit: KMeansFit) -> Division:
            tables.append(table)
            return Division(0.0, 0.0)

        monkeypatch.setattr(evidence, "divide", keep)
        next(null_divisions(z, 2, null, seed=0))
        assert tables[0].shape == z.shape
        np.testing.assert_allclose(tables[0].mean(axis=0), 0.0, atol=0.1)
        assert np.cov(tables[0].T)[0, 1] > 0.3

    def test_progress_rises_to_one(self) -> None:
        z = three_blobs(10)
        told: list[float] = []
        evidence.compare_with_nulls(z, fit_kmeans(z, 2, seed=0), seed=0, draws=3, progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0


class TestResample:
    def test_shape_and_rounding(self) -> None:
        z = three_blobs()
        stability = resample(z, fit_kmeans(z, 3, seed=0), seed=0, draws=7)
        assert stability.refits.shape == (7, 3, 2)
        assert stability.jaccard.shape == (3,)
        np.testing.assert_array_equal(stability.refits, np.round(stability.refits, evidence.REFIT_DECIMALS))

    def test_refits_stand_in_the_order_of_the_segments(self) -> None:
        z = three_blobs()
        fit = fit_kmeans(z, 3, seed=0)
        for order in ([0, 1, 2], [2, 0, 1]):
            turned = fit.in_order(np.array(order))
            stability = resample(z, turned, seed=0, draws=7)
            assert np.abs(stability.refits - turned.centroids).max() < 0.5
            assert stability.jaccard.min() > 0.95

    def test_slices_of_a_round_cloud_dissolve(self) -> None:
        z = standardised(np.random.default_rng(8).standard_normal((150, 2)))
        assert resample(z, fit_kmeans(z, 6, seed=0), seed=0, draws=REFITS).jaccard.min() < evidence.HOLDS

    def test_progress_rises_to_one(self) -> None:
        z = three_blobs(10)
        told: list[float] = []
        resample(z, fit_kmeans(z, 2, seed=0), seed=0, draws=4, progress=told.append)
        assert told == [0.25, 0.5, 0.75, 1.0]


class TestJudge:
    @pytest.mark.parametrize(
        ("gaussian_p", "uniform_p", "weakest", "code"),
        [
            (0.005, 0.005, 0.9, "separate_groups"),
            (0.01, 0.01, 0.75, "separate_groups"),
            (0.015, 0.005, 0.9, "useful_slices"),
            (0.005, 0.015, 0.9, "useful_slices"),
            (0.005, 0.005, 0.74, "useful_slices"),
            (0.005, 0.5, 0.3, "useful_slices"),
            (0.5, 0.5, 0.6, "useful_slices"),
            (0.5, 0.5, 0.59, "nothing_to_see"),
        ],
    )
    def test_thresholds(self, gaussian_p: float, uniform_p: float, weakest: float, code: str) -> None:
        said = judge(null_test(gaussian_p, uniform_p), np.array([1.0, weakest]), "guest")
        assert said.code == code
        assert said.p_value == max(gaussian_p, uniform_p)
        assert "guest" in said.text


class TestJudgeChosen:
    @pytest.mark.parametrize("given", CODES)
    @pytest.mark.parametrize("scan", CODES)
    def test_no_more_is_said_than_either_test_bears_out(self, given: str, scan: str) -> None:
        verdict = Verdict.model_validate({"code": given, "text": "as given", "p_value": 0.005})
        said = judge_chosen(verdict, choice(scan, 0.01), "guest", 3)
        assert CODES.index(said.code) == min(CODES.index(given), CODES.index(scan))
        assert said.p_value == 0.01
        assert (said.text == "as given") == (CODES.index(scan) >= CODES.index(given))
        assert "guest" in said.text or said.text == "as given"

    def test_a_scan_without_a_test_has_no_p_value_of_its_own(self) -> None:
        verdict = Verdict(code="separate_groups", text="", p_value=0.005)
        said = judge_chosen(verdict, choice("useful_slices", None), "guest", 3)
        assert (said.code, said.p_value) == ("useful_slices", 0.005)
        assert said.text.startswith("These 3 segments are useful slices of a continuum")


def choice(code: str, p_value: float | None) -> ChoiceDocument:
    return ChoiceDocument.model_validate(
        {
            "segments": 3, "code": code, "p_value": p_value, "text": "", "reasons": [], "is_disputed": False,
            "answers": {}, "alternatives": [],
        }
    )  # fmt: skip
