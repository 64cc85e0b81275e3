"""What `/explain` answers."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer
from app.schemas.prediction import SegmentDistance


class OwnDistance(Answer):
    """How far out a customer lies: its distance to the nearest segment's centroid."""

    value: float = Field(ge=0, description="Standardised units: 1 is one standard deviation.")
    farther_than: float = Field(
        ge=0,
        le=1,
        description="Share of that segment's training customers who lie nearer to the centroid; "
        "1 is as far as the farthest, or beyond.",
    )


class ReasonRead(Answer):
    """What one feature adds to the margin between the runner-up and the customer's own segment."""

    feature: str
    raw: float = Field(description="The customer's value, in the feature's own unit.")
    standardised: float
    contribution: float = Field(description="Squared standardised units; negative speaks for the runner-up.")


class PathRead(Answer):
    """The cheapest change with which a customer would be classified into another segment."""

    segment_id: int
    name: str
    to: dict[str, float] | None = Field(
        description="Null where no customer within the bounds is placed there."
    )
    cost: float | None = Field(description="Standardised distance of that place.")
    single: dict[str, float | None] = Field(
        description="Per feature the value that alone would do; null where none does."
    )


class ExplanationRead(Answer):
    """Why a customer is placed where it is, and what would place it elsewhere."""

    segment_id: int
    name: str
    distance: OwnDistance
    runner_up: SegmentDistance
    margin: float = Field(
        description="Squared distance to the runner-up minus that to the own one: the reasons' sum."
    )
    reasons: list[ReasonRead]
    paths: list[PathRead]
    model_version: str = Field(examples=["mall/3"])
