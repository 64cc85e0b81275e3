"""What a training is asked for and what it reports."""

from __future__ import annotations

from pydantic import Field, StrictBool

from app.schemas.base import Answer, Body, WholeNumber
from app.schemas.model_version import DataRead, LineageRead, MetricsRead, VerdictRead


class TrainingCreate(Body):
    """What to train."""

    recipe: str = Field(max_length=40, description="Name of a recipe.", examples=["mall"])
    dataset_id: str | None = Field(
        default=None, max_length=40, description="Table to train on; the recipe's own file unless given."
    )
    segments: WholeNumber | None = Field(
        default=None, ge=2, le=8, description="Number of segments; the recipe's unless given.", examples=[5]
    )
    seed: WholeNumber = Field(default=42, ge=0, le=2**31 - 1, description="Seed of all draws.")
    activate: StrictBool = Field(default=True, description="Whether the version is put into use.")


class TrainingSegment(Answer):
    """One segment of a new version."""

    segment_id: int
    name: str
    size: int
    share: float
    stability: float
    centroid: dict[str, float | str]


class TrainingRead(Answer):
    """The version that a training made."""

    model_version: str
    activated: bool
    recipe: str
    k: int
    seed: int
    data: DataRead
    metrics: MetricsRead
    verdict: VerdictRead
    segments: list[TrainingSegment]
    lineage: LineageRead
    labelled_table: str | None
