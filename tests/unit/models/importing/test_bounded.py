from __future__ import annotations

import random
import subprocess
import sys

import pytest

from app.models.importing.bounded import DistinctCount, NumberSummary, RepeatCount


class TestDistinctCount:
    def test_exact_up_to_what_is_kept(self) -> None:
        count = DistinctCount(100)
        for number in [*range(100), *range(100)]:
            count.see(str(number))
        assert (count.count, count.is_exact) == (100, True)

    def test_estimated_beyond(self) -> None:
        count = DistinctCount(1_000)
        for number in range(50_000):
            count.see(f"customer {number % 20_000}")
        assert not count.is_exact
        assert count.count == pytest.approx(20_000, rel=0.1)

    def test_the_same_in_every_process(self) -> None:
        code = (
            "from app.models.importing.bounded import DistinctCount\ncount = DistinctCount(50)\n"
            "for n in range(999): count.see(str(n))\nprint(count.count)"
        )
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(2)
        ]
        assert runs[0].stdout == runs[1].stdout != b""


class TestRepeatCount:
    def test_counts_what_stood_before(self) -> None:
        repeats = RepeatCount()
        repeats.see(hash(number) for number in (1, 2, 3))
        repeats.see(hash(number) for number in (3, 3, 4))
        assert repeats.count() == 2
        repeats.close()

    def test_nothing_seen(self) -> None:
        repeats = RepeatCount()
        assert repeats.count() == 0
        repeats.close()

    def test_beyond_what_stays_in_memory(self) -> None:
        repeats = RepeatCount()
        repeats.see(number * 7919 for number in range(1_200_000))
        repeats.see(number * 7919 for number in range(100))
        assert repeats.count() == 100
        repeats.close()


class TestNumberSummary:
    def test_nothing_seen(self) -> None:
        summary = NumberSummary(10)
        summary.see([])
        assert (summary.minimum, summary.maximum, summary.mean, summary.outliers()) == (None, None, None, 0)

    def test_exact_while_all_are_kept(self) -> None:
        summary = NumberSummary(1_000)
        summary.see([float(number) for number in range(100)])
        summary.see([10_000.0, -10_000.0])
        assert (summary.minimum, summary.maximum) == (-10_000, 10_000)
        assert summary.mean == pytest.approx(4950 / 102)
        assert summary.outliers() == 2

    def test_scaled_up_from_a_sample(self) -> None:
        draws = random.Random(5)
        summary = NumberSummary(500)
        summary.see([1e6 if draws.random() < 0.1 else draws.random() for _ in range(20_000)])
        assert summary.outliers() == pytest.approx(2_000, rel=0.5)
        assert summary.seen == 20_000

    def test_numbers_near_the_greatest(self) -> None:
        summary = NumberSummary(10)
        summary.see([1.7e308, -1.7e308, 1.7e308])
        assert summary.outliers() == 0
        assert summary.mean == pytest.approx(1.7e308 / 3)
