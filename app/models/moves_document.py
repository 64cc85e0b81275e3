"""``moves.json``, which a version has where customers could be followed: who moved since the one before."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NamedSegment(_Document):
    """A segment as the versions called it; `is_exceptional`: of those who lie far from every other."""

    segment_id: int
    name: str
    persona: str | None
    slot: int
    # left out of plain versions' files, which stay as they were
    is_exceptional: bool = Field(default=False, exclude_if=lambda value: not value)


class SegmentCount(_Document):
    """How many customers of one segment."""

    segment_id: int
    customers: int


class Move(_Document):
    """Customers who went from one segment to another, by what alone would have moved them."""

    from_segment: int
    to_segment: int
    by_data: int
    by_model: int
    by_both: int


class MovesDocument(_Document):
    """``moves.json``: who moved from one version to the next, in counts.

    `basis`: the customers of both training tables, joined by their ids; or all rows of the newer one, or a
    sample of them, where only the model can have moved anybody. `moves` holds what is not zero.
    """

    from_version: str
    to_version: str
    basis: Literal["joined", "newer_table", "newer_sample"]
    segments: tuple[NamedSegment, ...]
    born: tuple[int, ...]
    retired: tuple[int, ...]
    customers: int
    stayed: tuple[SegmentCount, ...]
    moves: tuple[Move, ...]
    new: tuple[SegmentCount, ...] = ()
    gone: tuple[SegmentCount, ...] = ()
