"""Segments as people edit them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from app.schemas.base import Answer, Body, WholeNumber

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class SegmentChange(Body):
    """What changes; a field that is left out stays, null goes back to the model version's own."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)] | None = (
        Field(default=None, examples=["Our best"])
    )
    slot: WholeNumber | None = Field(default=None, ge=1, le=8, description="Colour: a place in the palette.")
    description: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)] | None
    ) = None
    strategy: list[Line] | None = Field(default=None, min_length=1, max_length=12)


class SegmentRead(Answer):
    """One segment of the active version as people see it."""

    segment_id: int = Field(examples=[1])
    name: str = Field(examples=["Our best"])
    slot: int
    color: str
    description: str
    strategy: list[str]
    edited: list[str] = Field(description="Fields that a person wrote over the model version's own.")


class SegmentList(Answer):
    """Every segment of the active version."""

    model_version: str = Field(examples=["mall/3"])
    segments: list[SegmentRead]
