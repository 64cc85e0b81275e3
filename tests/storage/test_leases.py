"""Each job is done once and published once, whatever happens to the workers."""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.models.records.job import JobStore
from tests.storage import children
from tests.stress.counts import chosen

log = logging.getLogger("storage")
JOBS, KILLS, FREEZES = chosen((50, 8, 4), (500, 200, 50))
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
        self.workers: list[BaseProcess] = [self.hire() for _ in range(WORKERS)]
        self.frozen: list[tuple[float, BaseProcess]] = []

    def hire(self) -> BaseProcess:
        worker = children.context().Process(target=children.work, args=(self.url,), daemon=True)
        worker.start()
        return worker

    def kill(self) -> None:
        worker = self.workers.pop(random.randrange(len(self.workers)))
        worker.kill()
        worker.join()
        self.workers.append(self.hire())

    def freeze(self) -> None:
        worker = random.choice(self.workers)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        self.frozen.append((time.monotonic() + 3 * children.LEASE_SECONDS, worker))

    def thaw(self) -> None:
        for moment, worker in list(self.frozen):
            if worker not in self.workers:  # killed since
                self.frozen.remove((moment, worker))
            elif time.monotonic() >= moment and worker.pid is not None:
                os.kill(worker.pid, signal.SIGCONT)
                self.frozen.remove((moment, worker))

    def dismiss(self) -> None:
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


def counted(database: Database, query: str) -> dict[str, int]:
    with database.reading() as session:
        return {str(name): int(n) for name, n in session.execute(text(query))}


def test_each_job_once(database: Database, crew: Crew) -> None:
    blows = [crew.kill] * KILLS + [crew.freeze] * FREEZES
    random.shuffle(blows)
    by_status = "SELECT status, count(*) FROM jobs GROUP BY status"
    while counted(database, by_status) != {"completed": JOBS} or crew.frozen:
        time.sleep(random.uniform(0.02, 0.2))
        if blows:
            blows.pop()()
        crew.thaw()
        assert [worker.exitcode for worker in crew.workers if worker.exitcode is not None] == []
    time.sleep(2 * children.LEASE_SECONDS)  # those that woke up late speak now, if they do
    published = counted(database, "SELECT job, count(*) FROM published GROUP BY job")
    claims = counted(database, "SELECT id, attempts FROM jobs")
    assert Counter(published.values()) == {1: JOBS}
    assert published.keys() == claims.keys()
    assert counted(database, "SELECT job, fence FROM published") == counted(
        database, "SELECT id, fence FROM jobs"
    )
    log.info(
        f"{JOBS} jobs, {KILLS + FREEZES - len(blows)} blows, {sum(claims.values())} claims, each published once"
    )
