from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.database import Database, clock
from app.core.errors import LeaseLost
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import LOST, MOST_ATTEMPTS, JobLeases

LEASE = 60.0
Word = Callable[[JobLeases, str, int], object]
WORDS: dict[str, Word] = {
    "beat": lambda leases, job_id, fence: leases.beat(job_id, fence, LEASE, 0.5, "half"),
    "complete": lambda leases, job_id, fence: leases.complete(job_id, fence, {"version": 3}),
    "fail": lambda leases, job_id, fence: leases.fail(job_id, fence, "table_invalid", "no rows"),
    "cancel": lambda leases, job_id, fence: leases.cancel(job_id, fence),
    "release": lambda leases, job_id, fence: leases.release(job_id, fence),
}


def asked(database: Database, number: int = 1) -> str:
    with database.writing() as session:
        return JobStore(session).enqueue("train", {"number": number}).id


def claimed(database: Database, worker: str = "worker") -> JobRecord:
    job = perhaps_claimed(database, worker)
    assert job is not None
    return job


def perhaps_claimed(database: Database, worker: str = "worker") -> JobRecord | None:
    with database.writing() as session:
        return JobLeases(session).claim(worker, LEASE)


def lapse(database: Database) -> None:
    """Let all leases end now."""
    with database.writing() as session:
        past = clock(session, timedelta(seconds=-1))
        session.execute(update(JobRecord).where(JobRecord.status == "running").values(lease_until=past))


def now(database: Database, job_id: str) -> JobRecord:
    with database.reading() as session:
        return JobStore(session).get_job(job_id)


def say(database: Database, word: str, job: JobRecord) -> object:
    with database.writing() as session:
        return WORDS[word](JobLeases(session), job.id, job.fence)


class TestIsAnyFree:
    def test_what_waits_and_what_lost_its_worker(self, database: Database) -> None:
        def is_any_free() -> bool:
            with database.reading() as session:
                return JobLeases(session).is_any_free()

        assert not is_any_free()
        asked(database)
        assert is_any_free()
        claimed(database)
        assert not is_any_free()
        lapse(database)
        assert is_any_free()


class TestClaim:
    def test_no_work(self, database: Database) -> None:
        assert perhaps_claimed(database) is None

    def test_it_is_held(self, database: Database) -> None:
        job_id = asked(database)
        job = claimed(database, "ann")
        assert (job.id, job.status, job.worker, job.fence, job.attempts) == (job_id, "running", "ann", 1, 1)
        assert job.started_at is not None
        assert job.lease_until is not None
        seconds = (job.lease_until - job.started_at).total_seconds()
        assert seconds == pytest.approx(LEASE, abs=1.0)
        assert perhaps_claimed(database, "bob") is None

    def test_oldest_first(self, database: Database) -> None:
        made = [asked(database, number) for number in range(3)]
        assert [claimed(database).id for _ in made] == made

    def test_oldest_first_also_after_a_lapse(self, database: Database) -> None:
        first, _ = asked(database), asked(database)
        claimed(database)
        lapse(database)
        assert claimed(database).id == first

    def test_a_lapsed_lease_gets_a_higher_fence(self, database: Database) -> None:
        asked(database)
        before = claimed(database, "ann")
        say(database, "beat", before)
        lapse(database)
        after = claimed(database, "bob")
        assert (after.id, after.worker, after.fence, after.attempts) == (before.id, "bob", 2, 2)
        assert (after.progress, after.words) == (0.0, "")
        assert after.started_at == before.started_at

    def test_not_for_ever(self, database: Database) -> None:
        job_id = asked(database)
        for _ in range(MOST_ATTEMPTS):
            claimed(database)
            lapse(database)
        assert perhaps_claimed(database) is None
        job = now(database, job_id)
        assert (job.status, job.failure, job.lease_until) == ("failed", LOST, None)
        assert job.finished_at is not None

    def test_a_lapsed_job_that_was_to_be_cancelled(self, database: Database) -> None:
        job_id = asked(database)
        claimed(database)
        with database.writing() as session:
            JobStore(session).request_cancel(job_id)
        lapse(database)
        assert perhaps_claimed(database) is None
        job = now(database, job_id)
        assert (job.status, job.failure) == ("cancelled", None)


class TestWords:
    def test_beat(self, database: Database) -> None:
        asked(database)
        job = claimed(database)
        with database.writing() as session:
            assert JobLeases(session).beat(job.id, job.fence, 2 * LEASE, 0.25, "fitting") is False
        after = now(database, job.id)
        assert (after.progress, after.words, after.status) == (0.25, "fitting", "running")
        assert after.lease_until is not None
        assert job.lease_until is not None
        assert after.lease_until > job.lease_until

    @pytest.mark.parametrize(("told", "kept"), [(-0.1, 0.0), (1.1, 1.0)])
    def test_progress_has_bounds(self, database: Database, told: float, kept: float) -> None:
        asked(database)
        job = claimed(database)
        with database.writing() as session:
            JobLeases(session).beat(job.id, job.fence, LEASE, told, "")
        assert now(database, job.id).progress == kept

    def test_beat_tells_of_a_cancellation(self, database: Database) -> None:
        job_id = asked(database)
        job = claimed(database)
        with database.writing() as session:
            JobStore(session).request_cancel(job_id)
        assert say(database, "beat", job) is True
        say(database, "cancel", job)
        after = now(database, job_id)
        assert (after.status, after.lease_until, after.failure) == ("cancelled", None, None)

    def test_complete(self, database: Database) -> None:
        asked(database)
        job = claimed(database)
        say(database, "complete", job)
        after = now(database, job.id)
        assert (after.status, after.result, after.progress) == ("completed", {"version": 3}, 1.0)
        assert after.finished_at is not None
        assert perhaps_claimed(database) is None

    def test_fail(self, database: Database) -> None:
        asked(database)
        job = claimed(database)
        say(database, "fail", job)
        after = now(database, job.id)
        assert (after.status, after.result) == ("failed", None)
        assert after.failure == {"code": "table_invalid", "detail": "no rows", "faults": []}
        assert perhaps_claimed(database) is None

    def test_release(self, database: Database) -> None:
        first, _ = asked(database), asked(database)
        job = claimed(database)
        say(database, "release", job)
        after = now(database, first)
        assert (after.status, after.worker, after.attempts) == ("pending", None, 0)
        assert claimed(database).id == first  # it keeps its place
        assert now(database, first).fence == 2


@pytest.mark.parametrize("word", WORDS)
class TestOldFence:
    def test_after_a_takeover(self, database: Database, word: str) -> None:
        asked(database)
        before = claimed(database, "ann")
        lapse(database)
        after = claimed(database, "bob")
        with pytest.raises(LeaseLost):
            say(database, word, before)
        assert vars_of(now(database, after.id)) == vars_of(after)

    def test_after_the_end(self, database: Database, word: str) -> None:
        for end in ("complete", "fail", "cancel", "release"):
            asked(database)
            job = claimed(database)
            say(database, end, job)
            before = vars_of(now(database, job.id))
            with pytest.raises(LeaseLost):
                say(database, word, job)
            assert vars_of(now(database, job.id)) == before

    def test_no_such_job(self, database: Database, word: str) -> None:
        with pytest.raises(LeaseLost), database.writing() as session:
            WORDS[word](JobLeases(session), "x", 1)

    def test_what_was_written_beside_it_is_gone(self, database: Database, word: str) -> None:
        asked(database)
        before = claimed(database)
        lapse(database)
        claimed(database)
        with pytest.raises(LeaseLost):
            publish_and_say(database, word, before)
        with database.reading() as session:
            assert [job.kind for job in JobStore(session).list_jobs(10).rows] == ["train"]


def publish_and_say(database: Database, word: str, job: JobRecord) -> None:
    with database.writing() as session:
        JobStore(session).enqueue("publish", {})
        WORDS[word](JobLeases(session), job.id, job.fence)


def vars_of(job: JobRecord) -> dict[str, object]:
    return {column.key: getattr(job, column.key) for column in JobRecord.__table__.columns}
