"""What `/jobs` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.schemas.base import EXAMPLE_ID, Answer
from app.schemas.problem import ProblemField

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]


class JobFailure(Answer):
    """Why a job could not be done."""

    type: str = Field(examples=["urn:clientele:error:table_invalid"])
    title: str
    status: int = Field(description="The status that a request at fault in the same way is answered with.")
    detail: str
    errors: list[ProblemField] = Field(default_factory=list)


class JobRead(Answer):
    """A long piece of work: how far it is, and what came of it."""

    id: str = Field(examples=[EXAMPLE_ID])
    kind: str = Field(examples=["training"])
    status: JobStatus
    progress: float = Field(ge=0, le=1, description="Share that is done.")
    words: str = Field(description="What is being done.", examples=["comparing with tables without groups"])
    asked: dict[str, Any] = Field(description="What was asked for.")
    result: dict[str, Any] | None = None
    failure: JobFailure | None = None
    cancel_requested: bool
    attempts: int = Field(description="How often a worker began it; more than one after a crash.")
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in ("completed", "failed", "cancelled")


class JobList(Answer):
    """Jobs, newest first."""

    jobs: list[JobRead]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")
