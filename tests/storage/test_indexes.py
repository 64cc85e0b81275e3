"""Every question that is asked of the database often is answered by an index, however much it remembers."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text
from sqlalchemy.orm import Session

from app.core.database import Database
from app.models.records.base import new_id
from app.models.records.dataset import DatasetFacts, DatasetStore
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from tests.stress.counts import chosen

JOBS, DATASETS, TIMES = chosen(2_000, 100_000), chosen(200, 5_000), chosen(1, 50)
Statement = tuple[str, Any]
LARGE = ("jobs", "datasets")


def job(nth: int, moment: datetime) -> dict[str, Any]:
    """Return a job that ended: what a database is full of."""
    return {
        "id": new_id(), "kind": ("training", "import")[nth % 2], "payload": {}, "status": "completed",
        "progress": 1.0, "words": "", "attempts": 1, "fence": 1, "cancel_requested": False,
        "idempotency_key": f"key {nth}", "body_hash": "0" * 64, "created_at": moment, "finished_at": moment,
    }  # fmt: skip


def dataset(nth: int, parent: str | None) -> DatasetFacts:
    return DatasetFacts(
        name=f"Table {nth}",
        rows=1,
        columns=[],
        fingerprint=f"{nth:064d}",
        header_fingerprint="0" * 64,
        source={},
        file_name=f"table-{nth}",
        parent_id=parent,
        lineage=None if parent is None else "replaced",
    )


@pytest.fixture
def full(database: Database) -> Database:
    """A database with years of work in it, which the planner knows of."""
    moment = datetime.now(UTC) - timedelta(days=1)
    with database.writing() as session:
        session.execute(insert(JobRecord), [job(n, moment + timedelta(seconds=n)) for n in range(JOBS)])
        store, parent = DatasetStore(session), None
        for nth in range(DATASETS):
            parent = store.create_dataset(dataset(nth, parent)).id
    with database.writing() as session:
        session.execute(text("ANALYZE"))
    return database


def questions() -> dict[str, Callable[[Session], Any]]:
    """Return what is asked often, by name."""

    def pages(session: Session) -> None:
        first = JobStore(session).list_jobs(50)
        JobStore(session).list_jobs(50, first.next_cursor, kind="training")
        JobStore(session).list_jobs(50, status="failed")
        JobStore(session).list_jobs(50, kind="nothing of this kind")

    def tables(session: Session) -> None:
        store = DatasetStore(session)
        first = store.list_datasets(50)
        store.list_datasets(50, first.next_cursor)
        newest = first.rows[0]
        store.get_dataset(newest.id)
        store.list_successors(newest.parent_id or "")

    def work(session: Session) -> None:
        asked = JobStore(session).enqueue("training", {}, "a new key")
        leases = JobLeases(session)
        claimed = leases.claim("worker", 30.0)
        assert claimed is not None
        leases.beat(asked.id, claimed.fence, 30.0, 0.5, "half")
        leases.complete(asked.id, claimed.fence, {})
        assert leases.claim("worker", 30.0) is None
        JobStore(session).list_unfinished()
        JobStore(session).is_known("key 7")
        JobStore(session).request_cancel(asked.id)
        JobStore(session).delete_job(asked.id)
        JobStore(session).delete_ended_jobs(timedelta(days=30), 100)
        JobStore(session).delete_ended_jobs(timedelta(days=30), 100, "dry_run")

    return {"pages of jobs": pages, "pages of tables": tables, "a job from asking to forgetting": work}


@contextmanager
def watched(session: Session) -> Iterator[list[Statement]]:
    said: list[Statement] = []

    def keep(connection: Connection, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if not statement.startswith("EXPLAIN"):
            said.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", keep)
    try:
        yield said
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", keep)


def scans(session: Session, statement: Statement) -> list[str]:
    """Return the large tables that a statement would read from end to end."""
    words, parameters = statement
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", parameters).all()
        steps = [row[3].split() for row in plan]
        # "SCAN jobs USING INDEX" walks an index in the order that is asked for, and stops at the limit unless
        # what is asked for is seldom
        is_picky = "WHERE" in words
        return [
            step[1]
            for step in steps
            if step[0] == "SCAN" and step[1] in LARGE and (is_picky or "INDEX" not in step)
        ]
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {words}", parameters).scalar()
    return _sequential(found if isinstance(found, list) else json.loads(str(found)))


def _sequential(node: Any) -> list[str]:
    if isinstance(node, list):
        return [scan for inner in node for scan in _sequential(inner)]
    if not isinstance(node, dict):
        return []
    # what an index is walked for and then looked through may be seldom, too
    is_read = node.get("Node Type") == "Seq Scan" or ("Filter" in node and "Index Cond" not in node)
    own = [node["Relation Name"]] if is_read and "Relation Name" in node else []
    inner = [name for value in node.values() for name in _sequential(value)]
    return [name for name in own if name in LARGE] + inner


@pytest.mark.parametrize("question", questions())
def test_no_table_is_read_from_end_to_end(full: Database, question: str) -> None:
    ask = questions()[question]
    took = []
    for _ in range(TIMES):
        before = time.perf_counter()
        with full.writing() as session:
            ask(session)
        took.append(time.perf_counter() - before)
    with full.writing() as session:
        with watched(session) as said:
            ask(session)
        assert len(said) >= 2
        found = {words: scans(session, (words, parameters)) for words, parameters in said}
    assert {words: names for words, names in found.items() if names} == {}
    kind = "SQLite" if full.is_sqlite else "PostgreSQL"
    print(f"{kind}, {JOBS} jobs, {DATASETS} tables: {question}, {1000 * statistics.median(took):.1f} ms")


def test_a_scan_would_be_seen(full: Database) -> None:
    with full.reading() as session:
        assert scans(session, ("SELECT * FROM jobs WHERE words = 'x'", ())) != []
