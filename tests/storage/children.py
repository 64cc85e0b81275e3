"""What the stress tests' own processes do; they are killed and frozen while they do it."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event, text

from app.core.database import Database
from app.core.errors import ClienteleError, LeaseLost
from app.models.records import upgrade as upgrades
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.dataset import DatasetFacts, DatasetStore
from app.models.records.job import JobStore
from app.models.records.job_lease import JobLeases
from app.models.records.upgrade import upgrade

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext  # not there on Windows

LEASE_SECONDS = 0.5
# each kill costs a job one attempt
ATTEMPTS = 10_000


def context() -> ForkServerContext:
    """Return what starts children quickly: from a process that has imported everything once."""
    chosen = get_context("forkserver")
    chosen.set_forkserver_preload(["tests.storage.children", "psycopg"])
    return chosen


def facts(name: str) -> DatasetFacts:
    return DatasetFacts(
        name=name,
        rows=200,
        columns=[{"name": "income", "kind": "number"}],
        fingerprint=f"values of {name}",
        header_fingerprint="header",
        source={"encoding": "utf-8", "rejected": 0},
        file_name=f"{name}.csv",
    )


def write_pairs(url: str, told: Connection) -> None:
    """Write the same name to two tables, and tell it once it is committed."""
    database = Database(url)
    while True:
        name = f"{os.getpid()}-{random.getrandbits(64)}"
        with database.writing() as session:
            DatasetStore(session).create_dataset(facts(name))
            ColumnMappingStore(session).save_mapping(name, {"income": "annual_income"})
        told.send(name)


def write_from_threads(url: str, threads: int, writes: int, told: Connection) -> None:
    """Write from several threads; tell how long each write took, or which error a caller would see."""
    database = Database(url)

    def write(thread: int) -> None:
        for number in range(writes):
            begun = time.perf_counter()
            try:
                with database.writing() as session:
                    job = JobStore(session).enqueue("count", {}, key=f"{os.getpid()}-{thread}-{number}")
                with database.reading() as session:
                    JobStore(session).get_job(job.id)
            except Exception as error:  # whatever it is, the test must see it
                told.send(repr(error))
            else:
                told.send(time.perf_counter() - begun)

    running = [threading.Thread(target=write, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    told.send(None)


def claim_and_hang(url: str, told: Connection) -> None:
    """Claim a job, tell which, and do nothing more."""
    with Database(url).writing() as session:
        job = JobLeases(session).claim(f"{os.getpid()}", LEASE_SECONDS)
    assert job is not None
    told.send((job.id, job.fence, job.lease_until))
    time.sleep(60.0)


def work(url: str) -> None:
    """Do jobs for ever: publish each in the transaction that completes it."""
    database = Database(url)
    while True:
        with database.writing() as session:
            job = JobLeases(session, ATTEMPTS).claim(f"{os.getpid()}", LEASE_SECONDS)
        if job is None:
            time.sleep(0.02)
            continue
        try:
            do(database, job.id, job.fence)
        except LeaseLost:
            continue


def do(database: Database, job_id: str, fence: int) -> None:
    for step in range(3):
        time.sleep(random.uniform(0.0, 0.05))
        with database.writing() as session:
            JobLeases(session).beat(job_id, fence, LEASE_SECONDS, step / 3, "working")
    with database.writing() as session:
        publish(session, job_id, fence)


def publish(session: Any, job_id: str, fence: int) -> None:
    session.execute(text("INSERT INTO published VALUES (:job, :fence)"), {"job": job_id, "fence": fence})
    JobLeases(session).complete(job_id, fence, {"fence": fence})


def upgrade_together(url: str, gate: Any, told: Connection) -> None:
    """Start an upgrade at the same moment as others; tell what it found."""
    gate.wait()
    try:
        before = upgrade(Database(url))
    except ClienteleError as error:
        told.send(repr(error))
    else:
        told.send(before.revision)


def upgrade_until(url: str, statement: int, migrations: Path) -> None:
    """Upgrade by these migrations, and be killed before the nth statement that is sent to the database."""
    upgrades.MIGRATIONS = migrations
    countdown = iter_down(statement)

    def before(*_: object) -> None:
        if next(countdown) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", before)
    upgrade(Database(url))


def iter_down(number: int) -> Iterator[int]:
    while True:
        yield number
        number -= 1
