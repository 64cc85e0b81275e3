from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest

from app.core.errors import WorkCancelled
from app.models.evidence import SIGNIFICANT
from app.models.kmeans_fit import Floats
from app.models.segment_count.criteria import Criteria, measure_criteria
from app.models.segment_count.null_test import ScanTest
from app.models.segment_count.recommend import Recommendation, choose_number, decide, recommend, slices
from tests.unit.models.segment_count.example_tables import blobs, cloud, shuffled, square, standardised


@pytest.fixture(scope="module")
def grouped() -> Recommendation:
    return recommend(blobs(4), seed=1, most=6)


class TestRecommend:
    def test_groups(self, grouped: Recommendation) -> None:
        assert (grouped.segments, grouped.groups, grouped.code) == (4, 4, "separate_groups")
        assert grouped.p_value is not None
        assert grouped.p_value <= SIGNIFICANT
        assert grouped.text.startswith("4 separate groups: ")

    def test_a_dispute_is_told(self, grouped: Recommendation) -> None:
        assert grouped.is_disputed
        assert "the gap statistic says 1" in grouped.text

    @pytest.mark.slow
    def test_any_order_gives_the_same(self, grouped: Recommendation) -> None:
        again = recommend(shuffled(blobs(4)), seed=1, most=6)
        assert (again.text, again.reasons, again.p_value) == (grouped.text, grouped.reasons, grouped.p_value)

    @pytest.mark.parametrize("z", [cloud(), square()])
    def test_no_groups(self, z: Floats) -> None:
        found = recommend(z, seed=1)
        assert found.groups == 1
        assert found.code in ("useful_slices", "nothing_to_see")
        assert 2 <= found.segments <= 5
        assert found.is_disputed

    def test_the_original_customers(self, reference_rows: Floats) -> None:
        found = recommend(standardised(reference_rows), seed=1)
        assert (found.segments, found.code) == (5, "separate_groups")

    def test_a_few_strays_are_no_segment(self) -> None:
        strays = [[9.0, 0.0, 0.0], [0.0, -9.0, 0.0]]
        found = recommend(standardised(np.vstack([blobs(4), strays])), seed=1, most=6)
        assert found.groups == 4
        assert "2 of them lie far from all others" in found.reasons[-1]

    def test_too_few_rows_for_two_segments(self) -> None:
        found = recommend(cloud(6), seed=1)
        assert (found.segments, found.code, found.p_value) == (1, "nothing_to_see", None)

    def test_rows_that_are_all_the_same(self) -> None:
        assert recommend(np.zeros((50, 2)), seed=1).segments == 1

    def test_progress_runs_from_nothing_to_all(self) -> None:
        heard: list[tuple[float, str]] = []
        recommend(blobs(2, size=15), 1, 3, progress=lambda *said: heard.append(said))
        fractions = [fraction for fraction, _ in heard]
        assert fractions == sorted(fractions)
        assert (fractions[0], heard[-1]) == (0.0, (1.0, "Done"))
        assert all(words for _, words in heard)

    @pytest.mark.parametrize("after", [0, 5, 60])
    def test_cancelled_on_the_way(self, after: int) -> None:
        asked = count()
        with pytest.raises(WorkCancelled):
            recommend(blobs(2, size=15), 1, 3, stop=lambda: next(asked) >= after)
        assert next(asked) == after + 1


def same_p(criteria: Criteria, **p: float) -> ScanTest:
    numbers = len(criteria.measures) - 1
    found = {null: np.full(numbers, p.get(null, 0.005)) for null in ("gaussian", "uniform")}
    return ScanTest(found, dict.fromkeys(found, 199))


@pytest.fixture(scope="module")
def of_cloud() -> Criteria:
    return measure_criteria(cloud(), seed=1)[0]


def with_measures(criteria: Criteria, **values: Any) -> Criteria:
    return replace(
        criteria, measures=tuple(replace(m, **values) if m.segments > 1 else m for m in criteria.measures)
    )


class TestDecide:
    def test_no_number_is_left(self, of_cloud: Criteria) -> None:
        assert decide(of_cloud, None)[1] in ("useful_slices", "nothing_to_see")

    def test_slices_that_dissolve(self, of_cloud: Criteria) -> None:
        assert decide(with_measures(of_cloud, stability=0.3), None)[1] == "nothing_to_see"

    def test_slices_that_one_null_does_not_reach(self, of_cloud: Criteria) -> None:
        dissolving = with_measures(of_cloud, stability=0.3)
        assert decide(dissolving, same_p(dissolving, uniform=0.5))[1] == "useful_slices"
        assert decide(dissolving, same_p(dissolving, uniform=0.5, gaussian=0.5))[1] == "nothing_to_see"

    def test_slices_that_last(self, of_cloud: Criteria) -> None:
        assert decide(with_measures(of_cloud, stability=0.7), None)[1] == "useful_slices"


class TestChooseNumber:
    def test_both_nulls_must_be_rejected(self, grouped: Recommendation) -> None:
        criteria = grouped.criteria
        assert choose_number(criteria, same_p(criteria)) == 4
        assert choose_number(criteria, same_p(criteria, uniform=0.02)) is None

    @pytest.mark.parametrize(
        "fault", [{"stability": 0.7}, {"weakest_border": -1.0}, {"smallest_share": 0.001}]
    )
    def test_each_segment_must_hold(self, grouped: Recommendation, fault: dict[str, float]) -> None:
        criteria = with_measures(grouped.criteria, **fault)
        assert choose_number(criteria, same_p(criteria)) is None


class TestSlices:
    def test_the_most_that_last_up_to_five(self, of_cloud: Criteria) -> None:
        assert slices(with_measures(of_cloud, stability=0.9, smallest_share=0.1)) == 5

    def test_else_the_one_that_lasts_best(self, of_cloud: Criteria) -> None:
        assert slices(with_measures(of_cloud, stability=0.2, smallest_share=0.1)) == 2

    def test_two_where_none_is_large_enough(self, of_cloud: Criteria) -> None:
        assert slices(with_measures(of_cloud, smallest_share=0.001)) == 2
