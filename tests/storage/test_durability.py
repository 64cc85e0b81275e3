"""What was acknowledged is there after a kill, whole; and nobody is told that the database is locked."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.core.database import Database
from tests.storage import children
from tests.stress.counts import chosen

log = logging.getLogger("storage")
KILLS = chosen(20, 1000)
PROCESSES, THREADS, WRITES = chosen((4, 4, 10), (4, 4, 500))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="there are no such signals"),
    pytest.mark.timeout(chosen(300, 3600)),
]


def names(database: Database, query: str) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text(query)))


def acknowledged_until_killed(url: str) -> Iterator[str]:
    """Let a child write; yield what it told before it was killed at some moment."""
    ours, its = children.context().Pipe(duplex=False)
    child = children.context().Process(target=children.write_pairs, args=(url, its), daemon=True)
    child.start()
    its.close()
    with ours:
        yield ours.recv()  # it has begun
        time.sleep(random.uniform(0.0, 0.1))
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
        told |= set(acknowledged_until_killed(url))
        datasets = names(database, "SELECT name FROM datasets")
        mappings = names(database, "SELECT header_fingerprint FROM column_mappings")
        assert told <= datasets
        assert datasets == mappings
    if database.is_sqlite:
        assert names(database, "PRAGMA quick_check") == {"ok"}
    log.info(f"{KILLS} kills, {len(told)} acknowledged, 0 lost, {len(datasets) - len(told)} kept unheard")


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
    errors = [error for ours, _ in pipes for error in iter(ours.recv, None)]
    for writer in writers:
        writer.join()
    assert errors == []
    assert len(names(database, "SELECT id FROM jobs")) == PROCESSES * THREADS * WRITES
