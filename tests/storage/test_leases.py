"""Each job is done once and published once, whatever happens to the workers."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.errors import LeaseLost
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from tests.storage import children
from tests.stress.counts import chosen

JOBS, KILLS, FREEZES = chosen((50, 8, 4), (500, 200, 50))
TAKEOVERS = chosen(3, 20)
SECOND_LEASE = 60.0
WORKERS = 4
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="there are no such signals"),
    pytest.mark.timeout(chosen(300, 3600)),
]


class Crew:
    """Workers that are killed, frozen and replaced."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()
        self.workers: list[BaseProcess] = [self.hire() for _ in range(WORKERS)]
        self.thaws: list[threading.Timer] = []

    def hire(self) -> BaseProcess:
        worker = children.context().Process(target=children.work, args=(self.url,), daemon=True)
        worker.start()
        return worker

    def kill(self) -> None:
        with self.lock:
            worker = self.workers.pop(random.randrange(len(self.workers)))
            worker.kill()
            worker.join()
            self.workers.append(self.hire())

    def freeze(self) -> None:
        """Stop a worker past its lease; whoever it kept from the database has to wait."""
        worker = random.choice(self.workers)
        self.send(worker, signal.SIGSTOP)
        thaw = threading.Timer(3 * children.LEASE_SECONDS, self.send, (worker, signal.SIGCONT))
        thaw.start()
        self.thaws.append(thaw)

    def send(self, worker: BaseProcess, what: signal.Signals) -> None:
        with self.lock:
            if worker in self.workers and worker.pid is not None:  # else killed since
                os.kill(worker.pid, what)

    def wait_for_thaws(self) -> None:
        for thaw in self.thaws:
            thaw.join()

    def dismiss(self) -> None:
        self.wait_for_thaws()
        for worker in self.workers:
            worker.kill()
            worker.join()


@pytest.fixture
def crew(url: str, database: Database) -> Iterator[Crew]:
    with database.writing() as session:
        # no constraint: a job that is published twice must show
        session.execute(text("CREATE TABLE published (job TEXT, fence BIGINT)"))
        for number in range(JOBS):
            JobStore(session).enqueue("count", {"number": number})
    crew = Crew(url)
    yield crew
    crew.dismiss()
    with database.writing() as session:
        session.execute(text("DROP TABLE published"))


def counted(database: Database, query: str) -> dict[str, int]:
    with database.reading() as session:
        return {str(name): int(n) for name, n in session.execute(text(query))}


def test_each_job_once(database: Database, crew: Crew) -> None:
    blows = [crew.kill] * KILLS + [crew.freeze] * FREEZES
    random.shuffle(blows)
    by_status = "SELECT status, count(*) FROM jobs GROUP BY status"
    done = dealt = 0
    while done < JOBS:
        done = counted(database, by_status).get("completed", 0)
        # evenly over the jobs: an idle worker is no target, nor is one that has just been hired
        if dealt < len(blows) and done >= dealt * JOBS / (len(blows) + 1):
            blows[dealt]()
            dealt += 1
        else:
            time.sleep(random.uniform(0.0, 0.05))
        assert [worker.exitcode for worker in crew.workers if worker.exitcode is not None] == []
    crew.wait_for_thaws()
    time.sleep(2 * children.LEASE_SECONDS)  # those that woke up late speak now, if they do
    published = counted(database, "SELECT job, count(*) FROM published GROUP BY job")
    claims = counted(database, "SELECT id, attempts FROM jobs")
    assert Counter(published.values()) == {1: JOBS}
    assert published.keys() == claims.keys()
    assert counted(database, "SELECT job, fence FROM published") == counted(
        database, "SELECT id, fence FROM jobs"
    )
    assert dealt >= 0.95 * len(blows)  # the last jobs may end between two looks
    taken_over = sum(claims.values()) - JOBS
    print(f"{JOBS} jobs, {dealt} kills and freezes: {taken_over} taken over, each published once")


def test_taken_over_in_time(url: str, database: Database) -> None:
    delays = []
    for _ in range(TAKEOVERS):
        with database.writing() as session:
            JobStore(session).enqueue("count", {})
        ours, its = children.context().Pipe(duplex=False)
        worker = children.context().Process(target=children.claim_and_hang, args=(url, its), daemon=True)
        worker.start()
        job_id, fence, lease_until = ours.recv()
        worker.kill()
        worker.join()
        job = claimed_by(database)
        assert job.lease_until is not None
        delays.append((job.lease_until - lease_until).total_seconds() - SECOND_LEASE)
        assert (job.id, job.fence, job.attempts) == (job_id, fence + 1, 2)
        with database.writing() as session:
            JobLeases(session).complete(job.id, job.fence, {})
        with pytest.raises(LeaseLost), database.writing() as session:
            JobLeases(session).complete(job_id, fence, {})
    assert min(delays) >= 0.0
    assert max(delays) < 1.0
    print(f"{TAKEOVERS} takeovers after a kill: at most {max(delays):.3f} s after the lease")


def claimed_by(database: Database) -> JobRecord:
    """Ask for work until there is some."""
    while True:
        with database.writing() as session:
            job = JobLeases(session).claim("another", SECOND_LEASE)
        if job is not None:
            return job
        time.sleep(0.02)
