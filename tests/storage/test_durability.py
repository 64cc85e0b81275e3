"""What was acknowledged is there after a kill, whole; and nobody is told that the database is locked."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.models.records.upgrade import upgrade
from tests.storage import children
from tests.storage.postgres import own_server
from tests.stress.counts import chosen

KILLS = chosen(20, 1000)
CRASHES = chosen(3, 30)
PROCESSES, THREADS, WRITES = chosen((4, 4, 10), (4, 4, 500))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="there are no such signals"),
    pytest.mark.timeout(chosen(300, 3600)),
]


def names(database: Database, query: str) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text(query)))


def acknowledged_until(url: str, blow: Callable[[], object] = bool) -> Iterator[str]:
    """Let a child write; yield what it told until, at some moment, the blow came and it was killed."""
    ours, its = children.context().Pipe(duplex=False)
    child = children.context().Process(target=children.write_pairs, args=(url, its), daemon=True)
    child.start()
    its.close()
    with ours:
        yield ours.recv()  # it has begun
        time.sleep(random.uniform(0.0, 0.1))
        blow()
        child.kill()
        child.join()
        try:
            while True:
                yield ours.recv()
        except (EOFError, OSError):
            return


def test_kills_during_commits(url: str, database: Database) -> None:
    told: set[str] = set()
    for _ in range(KILLS):
        told |= set(acknowledged_until(url))
        datasets = names(database, "SELECT name FROM datasets")
        mappings = names(database, "SELECT header_fingerprint FROM column_mappings")
        assert told <= datasets
        assert datasets == mappings
    if database.is_sqlite:
        assert names(database, "PRAGMA quick_check") == {"ok"}
    print(f"{KILLS} kills, {len(told)} acknowledged, 0 lost, {len(datasets) - len(told)} kept unheard")


def test_crashes_of_the_server() -> None:
    with own_server() as server:
        database = Database(server.url)
        upgrade(database)
        told: set[str] = set()
        for _ in range(CRASHES):
            told |= set(acknowledged_until(server.url, server.crash))
            server.start()
            datasets = names(database, "SELECT name FROM datasets")
            assert told <= datasets
            assert datasets == names(database, "SELECT header_fingerprint FROM column_mappings")
        database.close()
    print(f"{CRASHES} crashes of PostgreSQL, {len(told)} acknowledged, 0 lost")


def test_many_writers(url: str, database: Database) -> None:
    pipes = [children.context().Pipe(duplex=False) for _ in range(PROCESSES)]
    writers = [
        children.context().Process(
            target=children.write_from_threads, args=(url, THREADS, WRITES, its), daemon=True
        )
        for _, its in pipes
    ]
    for writer in writers:
        writer.start()
    told = [word for ours, _ in pipes for word in iter(ours.recv, None)]
    for writer in writers:
        writer.join()
    assert [error for error in told if isinstance(error, str)] == []
    slowest_first = sorted(told, reverse=True)
    p99 = slowest_first[len(told) // 100]
    print(
        f"{PROCESSES * THREADS} writers, {len(told)} writes: 0 refused, p99 {p99:.3f} s, "
        f"slowest {slowest_first[0]:.3f} s"
    )
    assert len(names(database, "SELECT id FROM jobs")) == PROCESSES * THREADS * WRITES
