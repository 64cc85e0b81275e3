"""Long work as a row: asked for once, watched by people. `job_lease` is the workers' side of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, CheckConstraint, Index, delete, exists, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainText, UtcDateTime, write_json
from app.core.database import clock
from app.core.errors import FieldFault, IdempotencyKeyReused, JobActive, JobNotFound
from app.models.records.base import LONG, SHORT, insert_or, new_id
from app.models.records.paging import ListedRecord, Page, page_of

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
BEFORE_ALL = datetime.fromtimestamp(0, UTC)
_STATUSES = ", ".join(f"'{status}'" for status in get_args(JobStatus))


class JobRecord(ListedRecord):
    """A row of `jobs`.

    Notes
    -----
    `lease_until` says until when nobody may take the job: of a pending job, the moment it came; of a running
    one, until when its worker is believed alive; NULL of one that ended. So one index finds all work. `fence`
    grows with each claim: a worker's word counts only with the number it was given. `failure` is
    ``{"code", "detail", "faults"}``.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        Index(None, "created_at", "id"),
        Index(None, "kind", "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "finished_at"),
        Index(None, "lease_until"),
    )

    kind: Mapped[str] = mapped_column(PlainText(SHORT))
    payload: Mapped[dict[str, Any]]
    status: Mapped[JobStatus] = mapped_column(PlainText(SHORT))
    progress: Mapped[float]
    words: Mapped[str] = mapped_column(PlainText(LONG))
    result: Mapped[dict[str, Any] | None]
    failure: Mapped[dict[str, Any] | None]
    attempts: Mapped[int]
    worker: Mapped[str | None] = mapped_column(PlainText(SHORT))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fence: Mapped[int] = mapped_column(BigInteger)
    cancel_requested: Mapped[bool]
    idempotency_key: Mapped[str | None] = mapped_column(PlainText(SHORT), unique=True)
    body_hash: Mapped[str | None] = mapped_column(PlainText(SHORT))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobStore:
    """The jobs as people see them, within one transaction of the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enqueue(
        self, kind: str, payload: dict[str, Any], key: str | None = None, body: bytes | None = None
    ) -> JobRecord:
        """Ask for work; it commits together with what else the caller writes.

        Parameters
        ----------
        key : str or None
            An idempotency key: asked again with it and the same body, the first job is returned.
        body : bytes or None
            What the key stands for; kind and payload unless given.

        Raises
        ------
        IdempotencyKeyReused
            If the key came before with another body.
        """
        now = clock(self._session)
        body_hash = None if key is None else _hash(kind, payload, body)
        insert = insert_or(self._session, JobRecord).values(
            id=new_id(),
            kind=kind,
            payload=payload,
            status="pending",
            progress=0.0,
            words="",
            attempts=0,
            fence=0,
            cancel_requested=False,
            idempotency_key=key,
            body_hash=body_hash,
            created_at=now,
            lease_until=now,
        )
        # two that ask at once: the second waits here for the first to commit, and gets its job
        statement = insert.on_conflict_do_update(
            index_elements=["idempotency_key"], set_={"idempotency_key": key}
        ).returning(JobRecord)
        job = self._session.scalars(statement, execution_options={"populate_existing": True}).one()
        if job.body_hash != body_hash:
            words = "came before with another body"
            raise IdempotencyKeyReused(
                f"the idempotency key {words}", (FieldFault("/Idempotency-Key", words),)
            )
        return job

    def find_job(self, job_id: str) -> JobRecord | None:
        """Return a job, or None."""
        return self._session.get(JobRecord, job_id, populate_existing=True)

    def is_known(self, key: str) -> bool:
        """Answer whether an idempotency key came before."""
        return bool(self._session.scalar(select(exists().where(JobRecord.idempotency_key == key))))

    def list_unfinished(self) -> list[JobRecord]:
        """Return all jobs that wait or run."""
        # SQLite looks up a range in an index, but not what is no NULL
        is_unfinished = JobRecord.lease_until > BEFORE_ALL
        return list(self._session.scalars(select(JobRecord).where(is_unfinished)))

    def get_job(self, job_id: str, kind: str | None = None) -> JobRecord:
        """Return a job, of this kind if one is given.

        Raises
        ------
        JobNotFound
            If there is none.
        """
        found = self.find_job(job_id)
        if found is None or kind not in (None, found.kind):
            raise JobNotFound("there is no job of this id")
        return found

    def list_jobs(
        self,
        limit: int,
        cursor: str | None = None,
        *,
        kind: str | None = None,
        status: JobStatus | None = None,
    ) -> Page[JobRecord]:
        """Return a page of the jobs, of a kind or status only if one is given, newest first."""
        wanted = {JobRecord.kind: kind, JobRecord.status: status}
        conditions = (column == value for column, value in wanted.items() if value is not None)
        return page_of(self._session, JobRecord, limit, cursor, *conditions)

    def request_cancel(self, job_id: str) -> JobRecord:
        """Stop a job that waits, ask the worker of one that runs; one that ended stays as it is.

        Raises
        ------
        JobNotFound
            If there is none.
        """
        waits = update(JobRecord).where(JobRecord.id == job_id, JobRecord.status == "pending")
        ended = {"status": "cancelled", "lease_until": None, "finished_at": clock(self._session)}
        asked = {"cancel_requested": True}
        runs = update(JobRecord).where(
            JobRecord.id == job_id, JobRecord.status == "running", JobRecord.cancel_requested == false()
        )
        # in this order: a job that is claimed between the two is then seen running
        for statement in (waits.values(**ended, **asked), runs.values(**asked)):
            self._session.execute(statement, execution_options={"synchronize_session": False})
        return self.get_job(job_id)

    def delete_job(self, job_id: str) -> None:
        """Forget a job that has ended.

        Raises
        ------
        JobNotFound
            If there is none.
        JobActive
            If it waits or runs: cancel it first.
        """
        statement = delete(JobRecord).where(JobRecord.id == job_id, _HAS_ENDED).returning(JobRecord.id)
        if self._session.scalars(statement).one_or_none() is None:
            self.get_job(job_id)
            raise JobActive("the job has not ended; cancel it first")

    def delete_ended_jobs(self, age: timedelta, most: int, kind: str | None = None) -> int:
        """Forget jobs that ended so long ago, with their idempotency keys; return how many there were.

        At most so many of them, so that nobody waits long for the end of the transaction.
        """
        # a range with two ends, as in `JobLeases`
        is_old = (JobRecord.finished_at > BEFORE_ALL) & (JobRecord.finished_at < clock(self._session, -age))
        is_it = [_HAS_ENDED, is_old, *([] if kind is None else [JobRecord.kind == kind])]
        # another worker may be at it
        some = select(JobRecord.id).where(*is_it).limit(most).with_for_update(skip_locked=True)
        statement = delete(JobRecord).where(JobRecord.id.in_(some)).returning(JobRecord.id)
        options = {"synchronize_session": False}
        return len(self._session.scalars(statement, execution_options=options).all())


_HAS_ENDED = JobRecord.status.in_(("completed", "failed", "cancelled"))


def _hash(kind: str, payload: dict[str, Any], body: bytes | None) -> str:
    said = write_json([kind, payload if body is None else body.hex()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
