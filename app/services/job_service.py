"""Jobs as people see them: asked for, watched, cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NoReturn

from app.core.database import Database
from app.core.errors import ClienteleError, FieldFault, by_code
from app.models.records.job import JobRecord, JobStore
from app.schemas.job import JobFailure, JobList, JobRead, JobStatus
from app.schemas.problem import ProblemField

FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.02, 0.5


class JobService:
    """The jobs of one database.

    Parameters
    ----------
    wake : callable
        Tells whoever does the jobs that there is one.
    """

    def __init__(self, database: Database, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake

    def submit(self, kind: str, asked: dict[str, Any], key: str | None = None) -> JobRead:
        """Ask for work. With an idempotency key that came before, return the job of then.

        Raises
        ------
        IdempotencyKeyReused
            If the key came before with something else.
        """
        with self._database.writing() as session:
            job = read_job(JobStore(session).enqueue(kind, asked, key))
        if not job.has_ended:
            self._wake()
        return job

    def is_known(self, key: str) -> bool:
        """Answer whether an idempotency key came before."""
        with self._database.reading() as session:
            return JobStore(session).is_known(key)

    def get_job(self, job_id: str, kind: str | None = None) -> JobRead:
        """Return a job, of this kind if one is given.

        Raises
        ------
        JobNotFound
            If there is none.
        """
        with self._database.reading() as session:
            job = read_job(JobStore(session).get_job(job_id, kind))
        if job.status == "pending":
            self._wake()  # its worker may have gone with another server
        return job

    def list_jobs(
        self, limit: int, cursor: str | None = None, kind: str | None = None, status: JobStatus | None = None
    ) -> JobList:
        """Return a page of the jobs, newest first."""
        with self._database.reading() as session:
            page = JobStore(session).list_jobs(limit, cursor, kind=kind, status=status)
        return JobList(jobs=[read_job(row) for row in page.rows], next_cursor=page.next_cursor)

    def cancel_job(self, job_id: str, kind: str | None = None) -> JobRead:
        """Stop a job that waits, ask the worker of one that runs; one that has ended stays as it is.

        Raises
        ------
        JobNotFound
            If there is none.
        """
        with self._database.writing() as session:
            jobs = JobStore(session)
            jobs.get_job(job_id, kind)
            return read_job(jobs.request_cancel(job_id))

    def delete_job(self, job_id: str) -> None:
        """Forget a job that has ended. Raises JobNotFound, or JobActive while it has not ended."""
        with self._database.writing() as session:
            JobStore(session).delete_job(job_id)

    def wait(self, job_id: str, seconds: float) -> JobRead:
        """Return a job when it has ended, or as it is after so many seconds. Raises JobNotFound."""
        end, rest = time.monotonic() + seconds, FIRST_LOOK_SECONDS
        while not (job := self.get_job(job_id)).has_ended and time.monotonic() < end:
            time.sleep(rest)
            rest = min(2 * rest, LOOK_SECONDS)
        return job

    @staticmethod
    def raise_failure(job: JobRead) -> NoReturn:
        """Raise why a job failed, as if it had been done at once."""
        if job.failure is None:
            raise ClienteleError("the job was cancelled")
        faults = tuple(FieldFault(fault.pointer, fault.detail) for fault in job.failure.errors)
        raise by_code(job.failure.type.rpartition(":")[2])(job.failure.detail, faults)


def read_job(row: JobRecord) -> JobRead:
    """Return a job's row as it is answered."""
    return JobRead(
        id=row.id,
        kind=row.kind,
        status=row.status,
        progress=row.progress,
        words=row.words,
        asked=row.payload,
        result=row.result,
        failure=None if row.failure is None else _read_failure(row.failure),
        cancel_requested=row.cancel_requested,
        attempts=row.attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _read_failure(failure: dict[str, Any]) -> JobFailure:
    kind = by_code(failure["code"])
    return JobFailure(
        type=f"urn:clientele:error:{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=failure["detail"],
        errors=[ProblemField.model_validate(fault) for fault in failure["faults"]],
    )
