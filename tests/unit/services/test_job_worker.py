from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import process_limits
from app.core.database import Database, clock
from app.core.errors import FieldFault, TableInvalid
from app.core.process_limits import ProcessLimits
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from app.services import job_worker
from app.services.job_worker import JobWorker, Outcome, Tell, Work

LEASE = 0.3
AMPLE = ProcessLimits(3_600.0, 3_600.0, 2**40)


def enqueue(database: Database, *kinds: str) -> list[str]:
    with database.writing() as session:
        return [JobStore(session).enqueue(kind, {"n": place}).id for place, kind in enumerate(kinds)]


def job_of(database: Database, job_id: str) -> JobRecord:
    with database.reading() as session:
        return JobStore(session).get_job(job_id)


def worker(database: Database, work: Work, lease: float = 15.0) -> JobWorker:
    return JobWorker(database, {"count": lambda: work}, "a worker", lease_seconds=lease)


def until(condition: Callable[[], bool], tell: Tell) -> None:
    """Work on until something is so; the work is ended by what `tell` raises, or fails the test."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        tell(0.5, "working on")
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


class TestWorkOff:
    def test_with_nothing_to_do_it_takes_no_turn_of_the_writers(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "writing", lambda: pytest.fail("it writes"))
        assert worker(database, lambda job, tell: Outcome({})).work_off() == 0

    def test_the_oldest_first_until_none_is_left(self, database: Database) -> None:
        done: list[int] = []

        def work(job: JobRecord, tell: Tell) -> Outcome:
            done.append(job.payload["n"])
            tell(0.5, "half")
            return Outcome({"n": job.payload["n"]})

        ids = enqueue(database, "count", "count", "count")
        assert worker(database, work).work_off() == 3
        assert done == [0, 1, 2]
        assert [job_of(database, job_id).result for job_id in ids] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert worker(database, work).work_off() == 0

    def test_what_it_publishes_is_kept_with_its_end(self, database: Database) -> None:
        def publish(session: Session) -> None:
            ColumnMappingStore(session).save_mapping("a header", {"income": 1})

        (job_id,) = enqueue(database, "count")
        worker(database, lambda job, tell: Outcome({}, publish)).work_off()
        with database.reading() as session:
            assert ColumnMappingStore(session).find_mapping("a header") == {"income": 1}
        assert job_of(database, job_id).status == "completed"

    def test_what_it_needed_goes_after_its_end(self, database: Database) -> None:
        seen: list[str] = []

        def work(job: JobRecord, tell: Tell) -> Outcome:
            return Outcome({}, afterwards=lambda: seen.append(job_of(database, job.id).status))

        enqueue(database, "count")
        worker(database, work).work_off()
        assert seen == ["completed"]

    def test_our_own_errors_are_told_with_their_fields(self, database: Database) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            raise TableInvalid("no good", (FieldFault("Income", "is no number", 3),))

        (job_id,) = enqueue(database, "count")
        worker(database, work).work_off()
        job = job_of(database, job_id)
        assert job.status == "failed"
        assert job.failure == {
            "code": "table_invalid",
            "detail": "no good",
            "faults": [{"pointer": "Income", "detail": "line 3: is no number"}],
        }

    def test_other_errors_are_told_without_their_words(self, database: Database) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            raise ZeroDivisionError("of Anna's income")

        first, second = enqueue(database, "count", "unheard of")
        worker(database, work).work_off()
        for job_id in (first, second):
            failure = job_of(database, job_id).failure or {}
            assert failure["code"] == "internal_error"
            assert "Anna" not in failure["detail"]

    def test_progress_is_seen_while_it_works(self, database: Database) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            until(lambda: job_of(database, job.id).words == "working on", tell)
            return Outcome({})

        (job_id,) = enqueue(database, "count")
        worker(database, work, LEASE).work_off()
        assert job_of(database, job_id).status == "completed"


class TestEnds:
    def test_a_cancelled_job_stops_where_it_tells(self, database: Database) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            with database.writing() as session:
                JobStore(session).request_cancel(job.id)
            until(lambda: False, tell)
            return Outcome({})

        (job_id,) = enqueue(database, "count")
        worker(database, work, LEASE).work_off()
        assert job_of(database, job_id).status == "cancelled"

    def test_a_worker_that_is_stopped_gives_its_job_back(self, database: Database) -> None:
        stop = threading.Event()

        def work(job: JobRecord, tell: Tell) -> Outcome:
            stop.set()
            tell(0.5, "half")
            raise AssertionError("it goes on")

        ids = enqueue(database, "count", "count")
        assert JobWorker(database, {"count": lambda: work}, "a worker", stop).work_off() == 1
        jobs = [job_of(database, job_id) for job_id in ids]
        assert [(job.status, job.attempts) for job in jobs] == [("pending", 0)] * 2

    def test_a_job_that_another_has_by_now_is_left_to_it(self, database: Database) -> None:
        def lose(job: JobRecord) -> None:
            with database.writing() as session:
                row = JobStore(session).get_job(job.id)
                row.fence += 1
                row.lease_until = session.scalar(select(clock(session, timedelta(hours=1))))

        def work(job: JobRecord, tell: Tell) -> Outcome:
            lose(job)
            if job.payload["n"] == 0:
                until(lambda: False, tell)
            return Outcome({"published": True}, afterwards=lambda: pytest.fail("it is another's by now"))

        ids = enqueue(database, "count", "count")
        worker(database, work, LEASE).work_off()
        assert [(job_of(database, i).status, job_of(database, i).result) for i in ids] == [
            ("running", None),
            ("running", None),
        ]


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the process would have ended."""
    event = threading.Event()
    monkeypatch.setattr(process_limits, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(process_limits, "GRACE_SECONDS", 600.0)
    monkeypatch.setattr(process_limits, "end_process", event.set)
    return event


class TestSilence:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(job_worker, "SILENT_SECONDS", 0.2)
        monkeypatch.setattr(job_worker, "BEAT_SECONDS", 0.05)

    def cancel(self, database: Database, job: JobRecord) -> None:
        with database.writing() as session:
            JobStore(session).request_cancel(job.id)

    def run(self, database: Database, work: Work, limits: ProcessLimits | None = AMPLE) -> JobRecord:
        (job_id,) = enqueue(database, "count")
        JobWorker(database, {"count": lambda: work}, "a worker", limits=limits).work_off()
        return job_of(database, job_id)

    def test_a_cancelled_job_that_tells_nothing_ends_with_its_process(
        self, database: Database, ended: threading.Event
    ) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            self.cancel(database, job)
            assert ended.wait(20)  # in a real one, nothing comes after this
            assert job_of(database, job.id).status == "cancelled"
            return Outcome({"n": 1}, afterwards=lambda: pytest.fail("it was cancelled"))

        job = self.run(database, work)
        assert (job.status, job.result) == ("cancelled", None)

    @pytest.mark.parametrize("limits", [AMPLE, None])
    def test_one_that_tells_again_ends_alone(
        self, database: Database, ended: threading.Event, limits: ProcessLimits | None
    ) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            self.cancel(database, job)
            time.sleep(0.1 if limits else 0.5)
            until(lambda: False, tell)
            return Outcome({})

        assert self.run(database, work, limits).status == "cancelled"
        assert not ended.is_set()

    def test_one_that_keeps_what_it_made_is_let_finish(
        self, database: Database, ended: threading.Event
    ) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            tell(job_worker.KEEPING, "keeping it")
            self.cancel(database, job)
            time.sleep(0.6)
            return Outcome({"n": 1})

        assert self.run(database, work).status == "completed"
        assert not ended.is_set()

    def test_one_that_ends_at_this_very_moment_is_let_be(
        self, database: Database, ended: threading.Event
    ) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            self.cancel(database, job)
            with database.writing() as session:
                JobLeases(session).complete(job.id, job.fence, {"n": 1})
            worker(database, work)._give_up(job)
            return Outcome({"n": 2})

        assert self.run(database, work).result == {"n": 1}
        assert not ended.is_set()


@pytest.mark.usefixtures("ended")
class TestLimits:
    def test_a_job_that_takes_too_much_fails_with_its_process(
        self, database: Database, ended: threading.Event
    ) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            assert ended.wait(20)  # in a real one, nothing comes after this
            return Outcome({}, afterwards=lambda: pytest.fail("it has failed"))

        (job_id,) = enqueue(database, "count")
        limits = ProcessLimits(0.05, 3_600.0, 2**40)
        JobWorker(database, {"count": lambda: work}, "a worker", limits=limits).work_off()
        job = job_of(database, job_id)
        assert job.status == "failed"
        assert job.failure == {
            "code": "work_too_large",
            "detail": "the work was ended: it took more than 0 seconds; "
            "JOB_SECONDS, JOB_CPU_SECONDS and JOB_MEMORY_BYTES set what a job may take",
            "faults": [],
        }

    @pytest.mark.slow
    def test_memory_that_was_refused(self, database: Database) -> None:
        def work(job: JobRecord, tell: Tell) -> Outcome:
            raise MemoryError

        (job_id,) = enqueue(database, "count")
        worker(database, work).work_off()
        failure = job_of(database, job_id).failure or {}
        assert failure["code"] == "work_too_large"
