from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.models.kmeans_fit import fit_kmeans, measure
from app.models.segment_count.criteria import (
    CRITERIA,
    TEST_ROWS,
    Criteria,
    Measures,
    Scans,
    gap_answer,
    measure_criteria,
    own_answers,
)
from tests.unit.models.segment_count.example_tables import blobs, cloud, shuffled


@pytest.fixture(scope="module")
def measured() -> tuple[Criteria, Scans]:
    return measure_criteria(blobs(4), seed=1, most=6)


class TestMeasureCriteria:
    def test_all_but_one_see_clear_groups(self, measured: tuple[Criteria, Scans]) -> None:
        criteria, _ = measured
        # the gap's rule stops at 1, as two segments of four groups at equal distances are no better
        assert criteria.answers == {**dict.fromkeys(CRITERIA, 4), "gap": 1}
        assert [m.segments for m in criteria.measures] == [1, 2, 3, 4, 5, 6]

    def test_measures_are_those_of_training(self, measured: tuple[Criteria, Scans]) -> None:
        criteria, _ = measured
        rows = criteria.sample.rows
        at, metrics = criteria.at(4), measure(rows, fit_kmeans(rows, 4, seed=1))
        assert (at.silhouette, at.calinski_harabasz, at.davies_bouldin, at.inertia) == pytest.approx(
            (metrics.silhouette, metrics.calinski_harabasz, metrics.davies_bouldin, metrics.inertia)
        )
        assert at.smallest_share == pytest.approx(1 / 4)
        assert at.stability == pytest.approx(1.0)
        assert at.silhouette
        assert at.null_silhouette
        assert at.silhouette > at.null_silhouette + 0.2

    def test_one_segment_has_no_measure_that_needs_two(self, measured: tuple[Criteria, Scans]) -> None:
        one = measured[0].at(1)
        assert (one.silhouette, one.stability, one.borders, one.smallest_share) == (None, None, None, 1.0)

    def test_the_order_of_rows_and_columns_does_not_matter(self, measured: tuple[Criteria, Scans]) -> None:
        again, _ = measure_criteria(shuffled(blobs(4)), seed=1, most=6)
        assert again.measures == measured[0].measures

    def test_what_is_repeated_is_done_on_few_rows(self) -> None:
        criteria, tested = measure_criteria(cloud(TEST_ROWS + 100), seed=1, most=2)
        assert len(criteria.sample.rows) > TEST_ROWS
        assert tested.observed.inertia[0] < 0.95 * criteria.at(1).inertia

    def test_fewer_numbers_where_rows_are_few(self) -> None:
        assert len(measure_criteria(cloud(17), seed=1)[0].measures) == 3
        assert len(measure_criteria(cloud(4), seed=1)[0].measures) == 1

    def test_no_more_segments_than_different_rows(self) -> None:
        z = np.repeat([[0.0, 1.0], [3.0, -1.0]], 40, axis=0)
        criteria, _ = measure_criteria(z, seed=1)
        assert len(criteria.measures) == 2
        assert criteria.at(2).inertia == pytest.approx(0.0)

    def test_progress_never_goes_back(self) -> None:
        heard: list[float] = []
        measure_criteria(cloud(40), 1, 3, progress=lambda fraction, words: heard.append(fraction))
        assert heard == sorted(heard)
        assert 0.0 <= heard[0] <= heard[-1] <= 1.0


def at(segments: int, gap: float) -> Measures:
    return Measures(segments, 100.0 / segments, gap, 0.1, 1.0 / segments)


class TestGapAnswer:
    def test_the_first_that_the_next_does_not_beat(self) -> None:
        assert gap_answer((at(1, 0.0), at(2, 1.0), at(3, 1.05), at(4, 2.0))) == 2

    def test_none_where_each_beats_the_one_before(self) -> None:
        assert gap_answer((at(1, 0.0), at(2, 1.0), at(3, 2.0))) is None


class TestOwnAnswers:
    def test_the_first_of_equals_and_the_least_davies_bouldin(self) -> None:
        cut = [
            replace(at(k, 0.0), silhouette=0.5, calinski_harabasz=float(k), davies_bouldin=abs(k - 3.0))
            for k in (2, 3, 4)
        ]
        answers = own_answers((at(1, 0.0), *cut))
        assert (answers["silhouette"], answers["calinski_harabasz"], answers["davies_bouldin"]) == (2, 4, 3)

    def test_what_was_not_measured_names_nothing(self) -> None:
        assert own_answers((at(1, 0.0),)) == dict.fromkeys(CRITERIA)
