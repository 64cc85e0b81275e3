from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.models.segment_count.criteria import Criteria, measure_criteria
from app.models.segment_count.null_test import ScanTest
from app.models.segment_count.words import headline, opinions, reasons
from tests.unit.models.segment_count.example_tables import blobs


@pytest.fixture(scope="module")
def criteria() -> Criteria:
    return measure_criteria(blobs(4), seed=1, most=4)[0]


def compared(p: float) -> ScanTest:
    return ScanTest(
        {"gaussian": np.full(3, p), "uniform": np.full(3, 0.005)}, {"gaussian": 20, "uniform": 199}
    )


class TestOpinions:
    def test_all_agree(self) -> None:
        assert opinions({"elbow": 3, "gap": 3}, 3) == "the elbow of the inertia and the gap statistic agree"

    def test_where_they_disagree(self) -> None:
        answers = {"elbow": None, "silhouette": 2, "gap": 1, "stability": 2, "davies_bouldin": 4}
        assert opinions(answers, 4) == (
            "Davies-Bouldin agrees; the gap statistic says 1; silhouette and stability say 2"
        )

    def test_nobody_agrees(self) -> None:
        assert opinions({"gap": 1}, 4) == (
            "no criterion names this number by itself; the gap statistic says 1"
        )


class TestHeadline:
    @pytest.mark.parametrize(
        ("segments", "code", "start"),
        [
            (3, "separate_groups", "3 separate groups: "),
            (4, "useful_slices", "No separate groups; 4 segments are useful slices of a continuum: "),
            (2, "nothing_to_see", "Nothing to see: "),
            (1, "nothing_to_see", "No division: "),
        ],
    )
    def test_the_verdict_comes_first(self, criteria: Criteria, segments: int, code: str, start: str) -> None:
        text = headline(criteria, segments, code)
        assert text.startswith(start)
        assert text.endswith(".")


class TestReasons:
    def test_groups(self, criteria: Criteria) -> None:
        said = reasons(criteria, 4, "separate_groups", compared(0.005))
        assert said[0].endswith("has 100% in common or more.")
        assert "25.0%" in said[2]
        assert said[3].endswith("are not divided as well at any number (p = 0.005).")
        assert said[4] == "Measured on all 120 rows."

    @pytest.mark.parametrize(
        ("test", "words"),
        [
            (None, "No number of segments could be separate groups"),
            (compared(0.3), "219 of them, are divided as well or as clearly"),
            (compared(0.01), "but some segment does not come back"),
        ],
    )
    def test_slices(self, criteria: Criteria, test: ScanTest | None, words: str) -> None:
        assert words in reasons(criteria, 4, "useful_slices", test)[3]

    def test_one_segment_has_nothing_to_measure(self, criteria: Criteria) -> None:
        assert len(reasons(criteria, 1, "nothing_to_see", None)) == 2

    def test_a_sample_is_stated(self, criteria: Criteria) -> None:
        sample = replace(criteria.sample, table_rows=50_000, strays=np.zeros((4, 3)))
        assert reasons(replace(criteria, sample=sample), 1, "nothing_to_see", None)[-1] == (
            "Measured on 124 of 50,000 rows, a stratified sample: each of 20 parts of the table gives its "
            "share; 4 of them lie far from all others and were set aside."
        )
