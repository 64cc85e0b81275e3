from __future__ import annotations

import numpy as np
import pytest

from app.models.evidence import SIGNIFICANT
from app.models.kmeans_fit import Floats
from app.models.segment_count.null_scans import NullScans
from app.models.segment_count.null_test import (
    DRAWS,
    LOOKS,
    Contender,
    ScanTest,
    compare_scan_with_nulls,
    compare_scans_with_nulls,
)
from app.models.segment_count.scan import Curves, curves
from tests.unit.models.segment_count.example_tables import blobs, cloud, square


def compared(z: Floats, numbers: list[int]) -> ScanTest:
    return compare_scan_with_nulls(curves(z, 6), numbers, NullScans(z, 6, seed=1))


class TestCompareScanWithNulls:
    def test_groups_beat_both_nulls(self) -> None:
        test = compared(blobs(3), [3])
        assert test.p_value(3) == 1 / (DRAWS + 1)
        assert set(test.draws.values()) == {DRAWS}

    def test_another_number_of_the_same_groups_does_not(self) -> None:
        assert compared(blobs(3), [3]).p_value(5) > SIGNIFICANT

    @pytest.mark.parametrize("z", [cloud(), square()])
    def test_no_groups_and_an_early_end(self, z: Floats) -> None:
        test = compared(z, [2, 3, 4, 5, 6])
        assert all(test.p_value(k) > SIGNIFICANT for k in range(2, 7))
        assert min(test.draws.values()) == LOOKS[0]

    def test_where_nothing_differs_nothing_is_found(self) -> None:
        z = cloud(40)
        flat = Curves(np.ones(6), np.zeros(5), np.zeros(5))
        scans = NullScans(z, 6, seed=1)
        scans.first = lambda draws, null: [flat] * draws  # type: ignore[method-assign]
        assert compare_scan_with_nulls(flat, [2], scans).p_value(2) == 1.0

    def test_progress_never_goes_back(self) -> None:
        heard: list[float] = []
        z = blobs(2, size=10)
        compare_scan_with_nulls(
            curves(z, 3), [2], NullScans(z, 3, seed=1), lambda fraction, words: heard.append(fraction)
        )
        assert heard == sorted(heard)
        assert heard[-1] < 1.0


class TestCompareScansWithNulls:
    @staticmethod
    def contender(z: Floats, numbers: list[int], seed: int) -> Contender:
        return Contender(curves(z, 4), numbers, NullScans(z, 4, seed=seed))

    def test_each_is_held_to_the_best_of_all(self) -> None:
        z = cloud(80)
        alone = compare_scan_with_nulls(curves(z, 4), [2, 3, 4], NullScans(z, 4, seed=1))
        many = [self.contender(z, [2, 3, 4], seed) for seed in range(1, 6)]
        together = compare_scans_with_nulls(many)[0]
        assert all(together.p_value(k) >= alone.p_value(k) for k in (2, 3, 4))
        assert any(together.p_value(k) > alone.p_value(k) for k in (2, 3, 4))

    def test_groups_stay_groups_beside_what_has_none(self) -> None:
        tests = compare_scans_with_nulls([self.contender(cloud(80), [], 1), self.contender(blobs(3), [3], 2)])
        assert tests[1].p_value(3) == 1 / (DRAWS + 1)
        assert all(tests[0].p_value(k) > SIGNIFICANT for k in (2, 3, 4))

    def test_one_of_a_single_segment_is_passed_over(self) -> None:
        z = blobs(3)
        one = Contender(curves(z, 1), [], NullScans(z, 1, seed=1))
        tests = compare_scans_with_nulls([one, self.contender(z, [3], 2)])
        assert [len(test.p["uniform"]) for test in tests] == [0, 3]
        assert tests[1].p_value(3) == 1 / (DRAWS + 1)


class TestScanTest:
    def test_the_larger_of_both_p_values_counts(self) -> None:
        test = ScanTest({"gaussian": np.array([0.01, 0.2]), "uniform": np.array([0.5, 0.1])}, {})
        assert [test.p_value(2), test.p_value(3)] == [0.5, 0.2]
