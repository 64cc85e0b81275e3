"""What `/predict` and `/explain` answer where values may be words, missing or worked out."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer
from app.schemas.cluster import ColumnSummary
from app.schemas.explanation import OwnDistance
from app.schemas.prediction import Confidence, PredictionRead, SegmentDistance

Value = float | str


class MixedPredictionRead(PredictionRead):
    """Where a customer is placed, how surely, and what had to be supposed.

    An exceptional customer is in the segment of the exceptional; `runner_up` is then the nearest other.
    """

    exceptional: bool = Field(description="Whether the customer lies too far from every other segment.")
    imputed: list[str] = Field(
        description="Features without a value: the median, or what the recipe says of a category."
    )
    mapped_to_other: list[str] = Field(description='Columns whose word is unknown and counts as "other".')
    derived: dict[str, float | None] = Field(
        description="What was worked out from other values, as in training; null where one is missing."
    )


class Characteristics(Answer):
    """What a segment's customers were like in the training table."""

    size: int
    share: float
    columns: dict[str, ColumnSummary]


class ShopperPrediction(Answer):
    """Which cluster a shopper belongs to, what its customers are like, and what had to be supposed."""

    cluster: int = Field(description="The segment's permanent id.")
    label: str
    description: str
    strategy: list[str]
    characteristics: Characteristics
    confidence: Confidence
    exceptional: bool = False
    imputed: list[str] = Field(default=[], description="Columns without a value.")
    mapped_to_other: list[str] = Field(default=[], description='Columns whose word counts as "other".')
    derived: dict[str, float | None] = Field(default={}, description="What was worked out, as in training.")
    model_version: str = Field(examples=["lifestyle/1"])


class MixedReasonRead(Answer):
    """What one column adds to the margin, a category's coordinates added up."""

    feature: str
    raw: Value | None = Field(description="The customer's value, null where it is missing.")
    standardised: float | None = Field(description="Null for a category, which has several coordinates.")
    contribution: float = Field(description="Squared standardised units; negative speaks for the runner-up.")


class MixedPathRead(Answer):
    """The cheapest change of numbers with which a customer would be classified into another segment."""

    segment_id: int
    name: str
    to: dict[str, Value | None] | None = Field(
        description="Categories stay as they are; null where no customer with them is placed there."
    )
    cost: float | None = Field(description="Standardised distance of that place.")
    single: dict[str, Value | None] = Field(
        description="Per column the value that alone would do; null where none does, or it is worked out."
    )


class MixedExplanationRead(Answer):
    """Why a customer is placed where it is, and what would place it elsewhere."""

    segment_id: int
    name: str
    distance: OwnDistance
    runner_up: SegmentDistance
    margin: float = Field(
        description="Squared distance to the runner-up minus that to the own segment; of the exceptional: "
        "squared distance to the nearest segment minus the square of the threshold. The reasons' sum."
    )
    reasons: list[MixedReasonRead]
    paths: list[MixedPathRead]
    model_version: str = Field(examples=["lifestyle/1"])
