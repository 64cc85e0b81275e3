from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.core.rate_limit import FILE, RateLimit, network_of


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestTake:
    def test_up_to_the_limit(self, clock: Clock) -> None:
        limit = RateLimit(3, 60, clock=clock)
        assert [limit.take("a") for _ in range(5)] == [0, 0, 0, 20, 20]
        limit.close()

    def test_each_client_by_itself(self, clock: Clock) -> None:
        limit = RateLimit(1, 60, clock=clock)
        assert [limit.take(client) for client in ("a", "b", "a")] == [0, 0, 20]
        limit.close()

    def test_again_in_the_next_window(self, clock: Clock) -> None:
        limit = RateLimit(1, 60, clock=clock)
        assert [limit.take("a"), limit.take("a")] == [0, 20]
        clock.now += 19.5
        assert limit.take("a") == 1
        clock.now += 0.5
        assert [limit.take("a"), limit.take("a")] == [0, 60]
        limit.close()

    def test_together_with_another_worker(self, clock: Clock, tmp_path: Path) -> None:
        one, other = (RateLimit(3, 60, tmp_path, clock) for _ in range(2))
        assert [one.take("a"), other.take("a"), one.take("a"), other.take("a")] == [0, 0, 0, 20]
        one.close()
        later = RateLimit(3, 60, tmp_path, clock)
        assert later.take("a") == 20
        for limit in (other, later):
            limit.close()

    def test_old_windows_are_forgotten(self, clock: Clock, tmp_path: Path) -> None:
        limit = RateLimit(1, 60, tmp_path, clock)
        for nth in range(5):
            limit.take(f"client {nth}")
            clock.now += 60
        limit.close()
        table = sqlite3.connect(tmp_path / FILE)
        assert table.execute("SELECT COUNT(*) FROM hits").fetchone()[0] <= 2
        table.close()

    def test_a_table_that_cannot_be_written_lets_nobody_in(self, clock: Clock, tmp_path: Path) -> None:
        limit = RateLimit(1, 60, tmp_path, clock)
        table = sqlite3.connect(tmp_path / FILE)
        table.execute("DROP TABLE hits")
        table.close()
        assert limit.take("a") == 1
        limit.close()


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_client(client: str, counted: str) -> None:
    assert network_of(client) == counted
