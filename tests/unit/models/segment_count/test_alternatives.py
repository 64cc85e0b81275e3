from __future__ import annotations

import pytest

from app.core.errors import WorkCancelled
from app.models.segment_count.alternatives import COMPARED_ROWS, Alternative, compare_alternatives
from app.models.segment_count.criteria import measure_criteria
from tests.unit.models.segment_count.example_tables import blobs, cloud

METHODS = ["kmeans", "ward", "gaussian_mixture", "dbscan", "hdbscan"]


@pytest.fixture(scope="module")
def of_groups() -> tuple[Alternative, ...]:
    return compare_alternatives(measure_criteria(blobs(4), seed=1, most=4)[0], 4, seed=1)


class TestCompareAlternatives:
    @pytest.mark.slow
    def test_clear_groups_are_the_same_to_all(self, of_groups: tuple[Alternative, ...]) -> None:
        assert [a.method for a in of_groups] == METHODS
        for one in of_groups:
            assert one.segments == 4
            assert one.agreement == 1.0
            assert one.noise_share <= 0.1
            assert one.rows == 120
            assert sum(one.sizes) == round(120 * (1.0 - one.noise_share))
            assert one.silhouette is not None
            assert one.silhouette > 0.6

    def test_clear_groups_come_back(self, of_groups: tuple[Alternative, ...]) -> None:
        assert all(one.stability and one.stability > 0.9 for one in of_groups[:3])

    def test_one_segment_has_no_evidence(self) -> None:
        criteria, _ = measure_criteria(cloud(60), seed=1, most=2)
        ours = compare_alternatives(criteria, 1, seed=1)[0]
        assert (ours.segments, ours.silhouette, ours.stability, ours.agreement) == (1, None, None, 1.0)

    @pytest.mark.slow
    def test_a_cloud_is_cut_differently(self) -> None:
        criteria, _ = measure_criteria(cloud(), seed=1, most=4)
        found = {one.method: one for one in compare_alternatives(criteria, 4, seed=1)}
        assert found["ward"].agreement is not None
        assert found["ward"].agreement < 0.8
        assert found["ward"].stability is not None
        assert found["ward"].stability < 0.75

    def test_a_sample_of_many_rows(self) -> None:
        criteria, _ = measure_criteria(cloud(COMPARED_ROWS + 500), seed=1, most=2)
        heard: list[float] = []
        with pytest.raises(WorkCancelled):
            compare_alternatives(
                criteria, 2, 1, lambda fraction, words: heard.append(fraction), lambda: len(heard) == 13
            )
        assert heard == sorted(heard)
