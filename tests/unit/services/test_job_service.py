from __future__ import annotations

import threading

import pytest

from app.core.database import Database
from app.core.errors import IdempotencyKeyReused, JobNotFound
from app.services.job_service import JobService
from app.services.job_worker import JobWorker, Outcome


@pytest.fixture
def knocks() -> list[str]:
    return []


@pytest.fixture
def jobs(database: Database, knocks: list[str]) -> JobService:
    return JobService(database, lambda: knocks.append("knock"))


def work_off(database: Database) -> None:
    JobWorker(database, {"count": lambda: lambda job, tell: Outcome({"n": 1})}, "a worker").work_off()


class TestSubmit:
    def test_it_wakes_who_does_the_work(self, jobs: JobService, knocks: list[str]) -> None:
        job = jobs.submit("count", {"n": 1})
        assert (job.status, job.asked, knocks) == ("pending", {"n": 1}, ["knock"])

    def test_the_same_key_is_the_same_job(self, jobs: JobService) -> None:
        assert jobs.submit("count", {"n": 1}, "key").id == jobs.submit("count", {"n": 1}, "key").id
        with pytest.raises(IdempotencyKeyReused):
            jobs.submit("count", {"n": 2}, "key")


class TestGet:
    def test_one_that_waits_is_told_again(self, jobs: JobService, knocks: list[str]) -> None:
        job = jobs.submit("count", {})
        jobs.get_job(job.id)
        assert len(knocks) == 2

    def test_one_that_has_ended_is_not(self, jobs: JobService, database: Database, knocks: list[str]) -> None:
        job = jobs.submit("count", {})
        work_off(database)
        assert jobs.get_job(job.id).result == {"n": 1}
        assert len(knocks) == 1

    def test_of_another_kind_there_is_none(self, jobs: JobService) -> None:
        job = jobs.submit("count", {})
        with pytest.raises(JobNotFound):
            jobs.get_job(job.id, "training")
        with pytest.raises(JobNotFound):
            jobs.cancel_job(job.id, "training")


class TestWait:
    def test_until_it_has_ended(self, jobs: JobService, database: Database) -> None:
        job = jobs.submit("count", {})
        thread = threading.Timer(0.2, work_off, (database,))
        thread.start()
        assert jobs.wait(job.id, 30).status == "completed"
        thread.join()

    def test_no_longer_than_asked(self, jobs: JobService) -> None:
        assert jobs.wait(jobs.submit("count", {}).id, 0.05).status == "pending"
