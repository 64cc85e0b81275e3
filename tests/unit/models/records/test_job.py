from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import update

from app.core.database import Database, clock
from app.core.errors import IdempotencyKeyReused, InputInvalid, JobActive, JobNotFound
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases

PAYLOAD = {"recipe": "mall", "k": 5, "columns": ["Größe", "a\x00b"]}
HOUR = timedelta(hours=1)


def asked(database: Database, key: str | None = None, k: int = 5, body: bytes | None = None) -> str:
    with database.writing() as session:
        return JobStore(session).enqueue("train", PAYLOAD | {"k": k}, key, body).id


def job_of(database: Database, job_id: str) -> JobRecord:
    with database.reading() as session:
        return JobStore(session).get_job(job_id)


def ended(database: Database) -> str:
    job_id = asked(database)
    with database.writing() as session:
        job = JobLeases(session).claim("worker", 60.0)
        assert job is not None
        JobLeases(session).complete(job.id, job.fence, {})
    return job_id


class TestEnqueue:
    def test_it_waits(self, database: Database) -> None:
        job = job_of(database, asked(database))
        assert (job.kind, job.payload, job.status) == ("train", PAYLOAD, "pending")
        assert (job.progress, job.words, job.attempts, job.fence) == (0.0, "", 0, 0)
        assert (job.result, job.failure, job.worker, job.started_at, job.finished_at) == (None,) * 5
        assert job.lease_until == job.created_at
        assert job.cancel_requested is False

    def test_asked_again(self, database: Database) -> None:
        first = asked(database, "key")
        assert asked(database, "key") == first
        assert asked(database, "another key") != first
        assert asked(database) != asked(database)

    def test_asked_again_after_the_end(self, database: Database) -> None:
        first = asked(database, "key")
        with database.writing() as session:
            JobStore(session).request_cancel(first)
        assert asked(database, "key") == first
        assert job_of(database, first).status == "cancelled"

    def test_another_body(self, database: Database) -> None:
        asked(database, "key")
        with pytest.raises(IdempotencyKeyReused) as caught:
            asked(database, "key", k=6)
        assert [fault.pointer for fault in caught.value.faults] == ["/Idempotency-Key"]

    def test_the_body_is_what_the_caller_says(self, database: Database) -> None:
        first = asked(database, "key", k=5, body=b'{"k": "best"}')
        assert asked(database, "key", k=6, body=b'{"k": "best"}') == first
        with pytest.raises(IdempotencyKeyReused):
            asked(database, "key", k=5, body=b'{"k": "least"}')

    def test_the_order_of_names_is_no_other_body(self, database: Database) -> None:
        with database.writing() as session:
            store = JobStore(session)
            first = store.enqueue("train", {"k": 5, "recipe": "mall"}, "key")
            assert store.enqueue("train", {"recipe": "mall", "k": 5}, "key").id == first.id

    @pytest.mark.parametrize("key", [None, "key"])
    def test_half_a_character(self, database: Database, key: str | None) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            JobStore(session).enqueue("\ud800", {}, key)

    def test_asked_at_once(self, database: Database) -> None:
        found: list[str] = []
        threads = [Thread(target=lambda: found.append(asked(database, "key"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1


class TestFind:
    def test_nothing(self, database: Database) -> None:
        with database.reading() as session:
            assert JobStore(session).find_job("x") is None
            with pytest.raises(JobNotFound):
                JobStore(session).get_job("x")

    def test_lists(self, database: Database) -> None:
        with database.writing() as session:
            store = JobStore(session)
            made = [store.enqueue(kind, {}).id for kind in ("train", "score", "train")]
            store.request_cancel(made[0])
        with database.reading() as session:
            store = JobStore(session)
            assert [job.id for job in store.list_jobs(10).rows] == made[::-1]
            assert [job.id for job in store.list_jobs(10, kind="score").rows] == [made[1]]
            assert [job.id for job in store.list_jobs(10, status="pending").rows] == [made[2], made[1]]
            assert [job.id for job in store.list_jobs(10, kind="train", status="cancelled").rows] == [made[0]]


class TestCancel:
    def test_one_that_waits_ends(self, database: Database) -> None:
        job_id = asked(database)
        with database.writing() as session:
            job = JobStore(session).request_cancel(job_id)
        assert (job.status, job.lease_until, job.cancel_requested) == ("cancelled", None, True)
        assert job.finished_at is not None
        with database.writing() as session:
            assert JobLeases(session).claim("worker", 60.0) is None

    def test_one_that_runs_is_asked_to(self, database: Database) -> None:
        job_id = asked(database)
        with database.writing() as session:
            JobLeases(session).claim("worker", 60.0)
        with database.writing() as session:
            job = JobStore(session).request_cancel(job_id)
        assert (job.status, job.cancel_requested) == ("running", True)

    def test_one_that_ended_stays_as_it_is(self, database: Database) -> None:
        job_id = ended(database)
        with database.writing() as session:
            job = JobStore(session).request_cancel(job_id)
        assert (job.status, job.cancel_requested) == ("completed", False)

    def test_one_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(JobNotFound), database.writing() as session:
            JobStore(session).request_cancel("x")


def test_what_has_not_ended(database: Database) -> None:
    ended(database)
    waiting, running = asked(database, "a key"), asked(database)
    with database.writing() as session:
        JobLeases(session).claim("worker", 60.0)
    with database.reading() as session:
        jobs = JobStore(session)
        assert {job.id for job in jobs.list_unfinished()} == {waiting, running}
        assert [jobs.is_known(key) for key in ("a key", "another key")] == [True, False]


class TestDelete:
    def test_one_that_ended(self, database: Database) -> None:
        job_id = ended(database)
        with database.writing() as session:
            JobStore(session).delete_job(job_id)
        with pytest.raises(JobNotFound):
            job_of(database, job_id)

    def test_one_that_has_not(self, database: Database) -> None:
        job_id = asked(database)
        with pytest.raises(JobActive), database.writing() as session:
            JobStore(session).delete_job(job_id)
        assert job_of(database, job_id).status == "pending"

    def test_one_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(JobNotFound), database.writing() as session:
            JobStore(session).delete_job("x")

    def test_old_ones_with_their_keys(self, database: Database) -> None:
        old, waiting = asked(database, "old"), asked(database, "waiting")
        with database.writing() as session:
            JobStore(session).request_cancel(old)
            long_ago = update(JobRecord).where(JobRecord.id == old)
            session.execute(long_ago.values(finished_at=clock(session, -2 * HOUR)))
        recent = ended(database)
        with database.writing() as session:
            assert JobStore(session).delete_ended_jobs(3 * HOUR, 10) == 0
            assert JobStore(session).delete_ended_jobs(HOUR, 10, "import") == 0
            assert JobStore(session).delete_ended_jobs(HOUR, 10) == 1
        assert asked(database, "old") != old
        assert {job_of(database, recent).id, job_of(database, waiting).id} == {recent, waiting}

    def test_so_many_at_most(self, database: Database) -> None:
        for key in "abc":
            with database.writing() as session:
                JobStore(session).request_cancel(JobStore(session).enqueue("train", {}, key).id)
        with database.writing() as session:
            session.execute(update(JobRecord).values(finished_at=clock(session, -2 * HOUR)))
        for gone in (2, 1, 0):
            with database.writing() as session:
                assert JobStore(session).delete_ended_jobs(HOUR, 2) == gone
