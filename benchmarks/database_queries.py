"""What the questions cost that pages, the API and workers ask a database which remembers much.

Run from the top of the repository: ``python -m benchmarks.database_queries``, with ``--database
postgresql://…`` for an empty database on a server, else on a SQLite file. Each question is asked in a
transaction of its own, after all jobs and tables were put in and the planner was told.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.core.database import Database
from app.models.records.base import new_id
from app.models.records.dataset import DatasetRecord, DatasetStore
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from app.models.records.upgrade import upgrade

BATCH, COLUMNS = 5_000, 20
# one job of a thousand failed, all of them long ago
SELDOM = 1_000
AGE = timedelta(days=20)

VERSION_OF = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}

Question = Callable[[Session], Any]


def main() -> None:
    """Fill a database and print the median and the 95th percentile of each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="URL of an empty database; a SQLite file unless given")
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--tables", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(asked.database or f"sqlite:///{Path(folder) / 'clientele.db'}")
        upgrade(database)
        fill(database, asked.jobs, asked.tables)
        kind = database.url.get_backend_name()
        with database.reading() as session:
            version = session.scalar(text(VERSION_OF[kind]))
        print(f"{kind} {version}, {asked.jobs:,} jobs, {asked.tables:,} tables, ms")
        for name, is_writer, question in questions(database):
            took = sorted(measure(database, is_writer, question) for _ in range(asked.runs))
            p95 = took[int(0.95 * (len(took) - 1))]
            print(f"{name:<44} {statistics.median(took):8.2f} {p95:8.2f}")
        database.close()


def fill(database: Database, jobs: int, tables: int) -> None:
    """Put in what years leave: jobs that ended, a few of them badly, and tables that follow each other."""
    moment = datetime.now(UTC) - AGE - timedelta(seconds=jobs)
    for first in range(0, jobs, BATCH):
        rows = [ended_job(nth, jobs, moment) for nth in range(first, min(first + BATCH, jobs))]
        with database.writing() as session:
            session.execute(insert(JobRecord), rows)
    ids = [new_id() for _ in range(tables)]
    with database.writing() as session:
        session.execute(insert(DatasetRecord), [table(nth, ids, moment) for nth in range(tables)])
    with database.writing() as session:
        session.execute(text("ANALYZE"))


def ended_job(nth: int, jobs: int, moment: datetime) -> dict[str, Any]:
    """Return a row of `jobs`; only the first half knows of failures."""
    failed = nth % SELDOM == 0 and nth < jobs // 2
    at = moment + timedelta(seconds=nth)
    return {
        "id": new_id(),
        "kind": ("training", "import", "dry_run")[nth % 3],
        "payload": {"recipe": "mall", "dataset_id": None, "segments": 5, "seed": nth, "activate": True},
        "status": "failed" if failed else "completed",
        "progress": 1.0,
        "words": "",
        "failure": {"code": "table_invalid", "detail": "no rows", "faults": []} if failed else None,
        "result": None if failed else {"model_version": f"mall/{nth}", "text": "x" * 500},
        "attempts": 1,
        "worker": "host:1",
        "fence": 1,
        "cancel_requested": False,
        "idempotency_key": f"key {nth}",
        "body_hash": "0" * 64,
        "created_at": at,
        "started_at": at,
        "finished_at": at,
    }


def table(nth: int, ids: list[str], moment: datetime) -> dict[str, Any]:
    """Return a row of `datasets`; each second table follows the one before it."""
    return {
        "id": ids[nth], "created_at": moment + timedelta(seconds=nth), "name": f"Table {nth}", "rows": 200,
        "columns": [{"name": f"column {n}", "kind": "number", "off_because": None} for n in range(COLUMNS)],
        "fingerprint": f"{nth:064d}", "header_fingerprint": "0" * 64, "file_name": f"table-{nth}.csv",
        "source": {"encoding": "utf-8", "rejected": 0}, "parent_id": ids[nth - 1] if nth % 2 else None,
        "lineage": "replaced" if nth % 2 else None,
    }  # fmt: skip


def questions(database: Database) -> Iterator[tuple[str, bool, Question]]:
    """Yield what is asked: its name, whether it writes, and how."""
    with database.reading() as session:
        jobs, tables = JobStore(session).list_jobs(50), DatasetStore(session).list_datasets(50)
        far = jobs.next_cursor
        for _ in range(20):
            far = JobStore(session).list_jobs(200, far).next_cursor or far
    job, one, parent = jobs.rows[7].id, tables.rows[3].id, tables.rows[1].id
    for name, question in {
        "first page of the jobs": lambda s: JobStore(s).list_jobs(50),
        "a page far behind": lambda s: JobStore(s).list_jobs(50, far),
        "first page of the trainings": lambda s: JobStore(s).list_jobs(50, kind="training"),
        "first page of the failed jobs, which are old": lambda s: JobStore(s).list_jobs(50, status="failed"),
        "the running jobs, of which there is none": lambda s: JobStore(s).list_jobs(50, status="running"),
        "one job": lambda s: JobStore(s).get_job(job),
        "what is unfinished": lambda s: JobStore(s).list_unfinished(),
        "is an idempotency key known": lambda s: JobStore(s).is_known("key 7"),
        "first page of the tables": lambda s: DatasetStore(s).list_datasets(50),
        "next page of the tables": lambda s: DatasetStore(s).list_datasets(50, tables.next_cursor),
        "the 200 newest tables, as /models has them": lambda s: DatasetStore(s).list_datasets(200),
        "one table": lambda s: DatasetStore(s).get_dataset(one),
        "the same table again": lambda s: DatasetStore(s).find_same("7".zfill(64)),
        "what followed a table": lambda s: DatasetStore(s).list_successors(parent),
    }.items():
        yield name, False, question
    for name, question in {
        "look for work where there is none": lambda s: JobLeases(s).claim("worker", 30.0),
        "ask for a job": lambda s: JobStore(s).enqueue("training", {"recipe": "mall"}),
        "claim one": lambda s: JobLeases(s).claim("worker", 30.0),
        "forget old jobs where there is none": lambda s: JobStore(s).delete_ended_jobs(2 * AGE, 100),
        "forget 100 old jobs": lambda s: JobStore(s).delete_ended_jobs(AGE, 100),
    }.items():
        yield name, True, question


def measure(database: Database, is_writer: bool, question: Question) -> float:
    """Return how long one question took with its transaction, in milliseconds."""
    begun = time.perf_counter()
    with database.writing() if is_writer else database.reading() as session:
        question(session)
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
