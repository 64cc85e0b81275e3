"""How workers share jobs: each is held for a time by one of them, and its end counts once.

A worker claims a job with a lease, beats while it works, and ends it. One that dies or freezes stops beating;
after its lease another claims the job, with a higher fence. Should the first one wake, its fence is an old
one: nothing that it says counts any more. So whatever a job publishes in the database belongs into the
transaction of `complete`: it is then kept once, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal, null, or_, select, true, update
from sqlalchemy.orm import Session

from app.core.database import clock
from app.core.errors import LeaseLost
from app.models.records.job import BEFORE_ALL, JobRecord

MOST_ATTEMPTS = 3
LOST = {"code": "worker_lost", "detail": "the worker ended or froze at each attempt", "faults": []}
_UNSYNCHRONISED: dict[str, Any] = {"synchronize_session": False}


class JobLeases:
    """The jobs as workers see them, within one transaction of the caller's.

    Parameters
    ----------
    most_attempts : int
        Claims of one job before it counts as failed: a job that kills its worker must not do so for ever.
    """

    def __init__(self, session: Session, most_attempts: int = MOST_ATTEMPTS) -> None:
        self._session = session
        self._most_attempts = most_attempts

    def is_any_free(self) -> bool:
        """Answer whether a job waits or has lost its worker: without one, a claim would find nothing."""
        return self._session.scalar(select(exists().where(self._is_free()))) is True

    def claim(self, worker: str, lease_seconds: float) -> JobRecord | None:
        """Take the oldest job that waits or whose worker is gone; None if there is no work.

        The caller commits before it works, and remembers the job's `fence`.
        """
        self._bury()
        free = (
            select(JobRecord.id)
            .where(self._is_free(), JobRecord.attempts < self._most_attempts)
            .order_by(JobRecord.created_at, JobRecord.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        statement = (
            update(JobRecord)
            .where(JobRecord.id == free)
            .values(
                status="running",
                worker=worker,
                progress=0.0,
                words="",
                fence=JobRecord.fence + 1,
                attempts=JobRecord.attempts + 1,
                lease_until=self._lease(lease_seconds),
                started_at=func.coalesce(JobRecord.started_at, clock(self._session)),
            )
            .returning(JobRecord)
        )
        options = {**_UNSYNCHRONISED, "populate_existing": True}
        return self._session.scalars(statement, execution_options=options).one_or_none()

    def beat(self, job_id: str, fence: int, lease_seconds: float, progress: float, words: str) -> bool:
        """Tell how far a job is and hold it longer; return whether somebody wants it cancelled.

        Raises
        ------
        LeaseLost
            If the job is another worker's by now, or has ended: stop, and publish nothing.
        """
        told = {"progress": min(max(progress, 0.0), 1.0), "words": words}
        return self._say(job_id, fence, lease_until=self._lease(lease_seconds), **told)

    def complete(self, job_id: str, fence: int, result: dict[str, Any]) -> None:
        """End a job well. Raises LeaseLost, upon which the caller's whole transaction must go."""
        self._end(job_id, fence, status="completed", result=result, progress=1.0)

    def fail(
        self, job_id: str, fence: int, code: str, detail: str, faults: Sequence[dict[str, Any]] = ()
    ) -> None:
        """End a job with the reason why it cannot be done, and the fields at fault. Raises LeaseLost."""
        failure = {"code": code, "detail": detail, "faults": list(faults)}
        self._end(job_id, fence, status="failed", failure=failure)

    def cancel(self, job_id: str, fence: int) -> None:
        """End a job that a beat said to cancel. Raises LeaseLost."""
        self._end(job_id, fence, status="cancelled")

    def release(self, job_id: str, fence: int) -> None:
        """Give a job back, as a worker does that is told to stop; the attempt does not count.

        Raises LeaseLost.
        """
        given_back = {"status": "pending", "worker": None, "progress": 0.0, "words": ""}
        free_at_once = {"attempts": JobRecord.attempts - 1, "lease_until": JobRecord.created_at}
        self._say(job_id, fence, **given_back, **free_at_once)

    def _end(self, job_id: str, fence: int, **values: Any) -> None:
        self._say(job_id, fence, lease_until=None, finished_at=clock(self._session), **values)

    def _say(self, job_id: str, fence: int, **values: Any) -> bool:
        is_ours = (JobRecord.id == job_id) & (JobRecord.fence == fence) & (JobRecord.status == "running")
        statement = update(JobRecord).where(is_ours).values(**values).returning(JobRecord.cancel_requested)
        is_cancelled = self._session.scalars(statement, execution_options=_UNSYNCHRONISED).one_or_none()
        if is_cancelled is None:
            raise LeaseLost("the job belongs to another worker by now, or has ended")
        return is_cancelled

    def _bury(self) -> None:
        """End the jobs that nobody works on and nobody shall take again."""
        gone = (
            select(JobRecord.id)
            .where(
                self._is_free(),
                JobRecord.status == "running",
                or_(JobRecord.attempts >= self._most_attempts, JobRecord.cancel_requested == true()),
            )
            # without waiting for each other, two workers cannot lock each other out
            .with_for_update(skip_locked=True)
        )
        is_cancelled = JobRecord.cancel_requested == true()
        lost = literal(LOST, JobRecord.failure.type)
        statement = (
            update(JobRecord)
            .where(JobRecord.id.in_(gone))
            .values(
                status=case((is_cancelled, "cancelled"), else_="failed"),
                failure=case((is_cancelled, null()), else_=lost),
                lease_until=None,
                finished_at=clock(self._session),
            )
        )
        self._session.execute(statement, execution_options=_UNSYNCHRONISED)

    def _is_free(self) -> ColumnElement[bool]:
        # SQLite 3.53, once it was told that nearly all are NULL, looks up only a range with two ends
        return (JobRecord.lease_until > BEFORE_ALL) & (JobRecord.lease_until <= clock(self._session))

    def _lease(self, seconds: float) -> ColumnElement[Any]:
        return clock(self._session, timedelta(seconds=seconds))
