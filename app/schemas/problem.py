"""Every error's shape: RFC 9457 problem details."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer


class ProblemField(Answer):
    """One field that is not acceptable, by JSON pointer; the rejected value is never repeated."""

    pointer: str = Field(examples=["/annual_income"])
    detail: str = Field(examples=["Input should be less than or equal to 1000"])


class Problem(Answer):
    """An error: what happened, what to do, and the id to ask about it."""

    type: str = Field(examples=["urn:clientele:error:input_invalid"])
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[ProblemField] = Field(default_factory=list)
