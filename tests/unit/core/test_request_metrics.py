from __future__ import annotations

import os
from pathlib import Path

from app.core.request_metrics import BUCKETS, RequestMetrics

KEY = ("GET", "/", 200)


def count(metrics: RequestMetrics, *seconds: float) -> None:
    for each in seconds:
        metrics.begin()
        metrics.end(*KEY, each)


class TestOneWorker:
    def test_number_time_and_buckets(self) -> None:
        metrics = RequestMetrics()
        count(metrics, 0.0005, 0.0006, 9.0)
        number, seconds, *buckets = metrics.total().rows[KEY]
        assert (number, seconds) == (3, 9.0011)
        assert buckets == [1, 1, *[0] * (len(BUCKETS) - 2), 1]

    def test_what_is_under_way(self) -> None:
        metrics = RequestMetrics()
        metrics.begin()
        assert (metrics.total().in_flight, metrics.total().workers) == (1, 1)
        metrics.end(*KEY, 0.1)
        assert metrics.total().in_flight == 0

    def test_nothing_is_written(self) -> None:
        RequestMetrics().write()


class TestSeveralWorkers:
    def test_each_tells_all(self, tmp_path: Path) -> None:
        one, other = RequestMetrics(tmp_path), RequestMetrics(tmp_path)
        count(one, 0.1)
        count(other, 0.1, 0.1)
        one.write()
        assert other.total().rows[KEY][0] == 3
        assert one.total().rows[KEY][0] == 3
        assert one.total().workers == 2

    def test_a_later_answer_is_never_less(self, tmp_path: Path) -> None:
        one, other = RequestMetrics(tmp_path), RequestMetrics(tmp_path)
        told = []
        for nth in range(20):
            count(one if nth % 3 else other, 0.1)
            told.append((one if nth % 2 else other).total().rows[KEY][0])
        assert told == sorted(told)

    def test_a_worker_that_is_gone_still_counts(self, tmp_path: Path) -> None:
        one, gone = RequestMetrics(tmp_path), RequestMetrics(tmp_path)
        count(gone, 0.1)
        gone.begin()
        gone.write()
        (left,) = tmp_path.glob("*.json")
        os.utime(left, (0, 0))
        total = one.total()
        assert (total.rows[KEY][0], total.in_flight, total.workers) == (1, 0, 1)

    def test_a_file_that_cannot_be_read_is_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "1-1.json").write_bytes(b"[")
        metrics = RequestMetrics(tmp_path)
        count(metrics, 0.1)
        assert metrics.total().rows[KEY][0] == 1

    def test_a_folder_that_is_gone_stops_nothing(self, tmp_path: Path) -> None:
        metrics = RequestMetrics(tmp_path / "gone")
        count(metrics, 0.1)
        metrics.write()
