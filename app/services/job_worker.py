"""Does jobs one after another: claims, beats while the work goes on, ends each once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.core import process_limits
from app.core.database import Database
from app.core.errors import ClienteleError, LeaseLost, WorkTooLarge
from app.core.process_limits import ProcessLimits, ProcessWatch
from app.models.records.job import JobRecord
from app.models.records.job_lease import JobLeases

LEASE_SECONDS = 10.0
BEAT_SECONDS = 1.0
# how long a job that was cancelled may tell nothing before its process ends with it
SILENT_SECONDS = 2.0
# told by work that has computed all and is about to keep it: from here on it is not ended
KEEPING = 1.0
REMEDY = "JOB_SECONDS, JOB_CPU_SECONDS and JOB_MEMORY_BYTES set what a job may take"

log = structlog.get_logger("clientele.jobs")


class _JobStopped(BaseException):
    """The worker was told to stop: its job goes back to the others."""


class _JobCancelled(BaseException):
    """Somebody wants the job cancelled."""


Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Outcome:
    """What a job comes to.

    Attributes
    ----------
    result : dict
        For whoever asked, as JSON.
    publish : callable
        Writes what the job made into the database, in the transaction in which the job ends: once or never.
    afterwards : callable
        Takes away what the job needed, once its end is kept. A crash may skip it, so somebody else has to
        find the same.
    """

    result: dict[str, Any]
    publish: Callable[[Session], None] = lambda session: None
    afterwards: Callable[[], None] = lambda: None


Work = Callable[[JobRecord, Tell], Outcome]
"""Does one kind of job. It calls `tell` with how far it is and what it does, and often: this is where a
job that was cancelled or lost ends. With `KEEPING` it tells that it will now put what it made where others
see it. It may be begun again after a crash at any point."""


class JobWorker:
    """One worker over one database.

    Parameters
    ----------
    kinds : mapping of str to callable
        Gives what is done for each kind of job, and may take its time at the first call.
    name : str
        Tells workers apart in the table of jobs.
    stop : threading.Event
        Once it is set, the job at hand is given back where it next tells of its progress, and no other is
        begun.
    limits : ProcessLimits, optional
        What one job may take. One that takes more fails, and this process ends with it; so it does with one
        that was cancelled and tells nothing. Without limits the process never ends so.
    """

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, Callable[[], Work]],
        name: str,
        stop: threading.Event | None = None,
        lease_seconds: float = LEASE_SECONDS,
        limits: ProcessLimits | None = None,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._name = name
        self._stop = stop or threading.Event()
        self._lease = lease_seconds
        self._limits = limits

    def work_off(self) -> int:
        """Do jobs until there is none that waits, or it is told to stop; return how many there were."""
        done = 0
        while not self._stop.is_set() and (job := self._claim()) is not None:
            self._do(job)
            done += 1
        return done

    def _claim(self) -> JobRecord | None:
        with self._database.reading() as session:  # with nothing to do it stands in no writer's way
            if not JobLeases(session).is_any_free():
                return None
        with self._database.writing() as session:
            return JobLeases(session).claim(self._name, self._lease)

    def _do(self, job: JobRecord) -> None:
        give_up = partial(self._give_up, job) if self._limits is not None else None
        pulse = _Pulse(self._database, job, self._lease, self._stop, give_up)
        try:
            with self._watch(job), pulse:
                outcome = self._kinds[job.kind]()(job, pulse.tell)
            complete = partial(JobLeases.complete, job_id=job.id, fence=job.fence, result=outcome.result)
            if self._end(job, complete, outcome.publish):
                log.info("job_completed", job=job.id, kind=job.kind)
                outcome.afterwards()
        except _JobCancelled:
            self._end(job, lambda leases: leases.cancel(job.id, job.fence))
        except _JobStopped:
            self._end(job, lambda leases: leases.release(job.id, job.fence))
        except LeaseLost:
            log.warning("job_lost", job=job.id, kind=job.kind)
        except ClienteleError as error:
            self._fail(job, error)
        except MemoryError:
            self._refuse(job, "the memory that it may have")
        except Exception:
            log.exception("job_failed", job=job.id, kind=job.kind)
            self._fail(job, ClienteleError("something went wrong on the server; its log says what"))

    def _watch(self, job: JobRecord) -> AbstractContextManager[None]:
        return (
            nullcontext() if self._limits is None else ProcessWatch(self._limits, partial(self._refuse, job))
        )

    def _refuse(self, job: JobRecord, passed: str) -> None:
        log.warning("job_too_large", job=job.id, kind=job.kind, detail=passed)
        self._fail(job, WorkTooLarge(f"the work was ended: it took more than {passed}; {REMEDY}"))

    def _give_up(self, job: JobRecord) -> None:
        if self._end(job, lambda leases: leases.cancel(job.id, job.fence)):
            log.warning("job_cancelled_while_silent", job=job.id, kind=job.kind)
            process_limits.end_process()

    def _fail(self, job: JobRecord, error: ClienteleError) -> None:
        faults = [{"pointer": fault.pointer, "detail": fault.sentence} for fault in error.faults]
        self._end(job, lambda leases: leases.fail(job.id, job.fence, error.code, error.detail, faults))

    def _end(
        self,
        job: JobRecord,
        say: Callable[[JobLeases], None],
        publish: Callable[[Session], None] = lambda session: None,
    ) -> bool:
        """End the job; return whether it was still ours to end."""
        try:
            with self._database.writing() as session:
                publish(session)
                say(JobLeases(session))
        except LeaseLost:
            log.warning("job_lost", job=job.id, kind=job.kind)
            return False
        return True


@dataclass
class _Pulse:
    """Beats in a thread while the work goes on, and brings back what the beats are told."""

    database: Database
    job: JobRecord
    lease: float
    stop: threading.Event
    give_up: Callable[[], None] | None
    _told: tuple[float, str] = (0.0, "")
    _verdict: BaseException | None = None
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._beat_on, name="job-pulse", daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def tell(self, progress: float, words: str) -> None:
        """Remember how far the work is; raise what was decided about the job meanwhile."""
        self._told = (round(progress, 3), words)
        if self._verdict is not None:
            raise self._verdict
        if self.stop.is_set():
            raise _JobStopped

    def _beat_on(self) -> None:
        cancelled_at: float | None = None
        while not self._is_over.wait(min(BEAT_SECONDS, self.lease / 3)):
            try:
                with self.database.writing() as session:
                    is_cancelled = JobLeases(session).beat(
                        self.job.id, self.job.fence, self.lease, *self._told
                    )
                if is_cancelled:
                    cancelled_at = cancelled_at or time.monotonic()
                    self._cancel(time.monotonic() - cancelled_at)
            except LeaseLost as lost:
                self._verdict = lost
                return
            except ClienteleError as error:  # the database is away: the lease goes on for a while
                log.warning("job_beat_failed", job=self.job.id, detail=error.detail)

    def _cancel(self, silent_seconds: float) -> None:
        # in this order: work that told of `KEEPING` before it could see the verdict is seen doing so
        self._verdict = self._verdict or _JobCancelled()
        is_silent = silent_seconds >= SILENT_SECONDS and self._told[0] < KEEPING
        if is_silent and self.give_up is not None:
            self.give_up()
