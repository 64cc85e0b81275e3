"""What a training is asked for and what it reports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, StrictBool, WithJsonSchema

from app.schemas.base import Answer, Body, WholeNumber, is_absent
from app.schemas.choice import ChoiceRead
from app.schemas.model_version import DataRead, LineageRead, Merged, MetricsRead, VerdictRead


def _read_segments(value: object) -> object:
    if value is None or value == "auto":
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in range(2, 9):
        raise ValueError("must be a whole number from 2 to 8, or auto")
    return int(value)


Segments = Annotated[
    int | Literal["auto"] | None,
    PlainValidator(_read_segments),  # of a union, each part would tell a fault of its own
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 2, "maximum": 8},
                {"type": "string", "const": "auto"},
                {"type": "null"},
            ]
        }
    ),
]


class TrainingCreate(Body):
    """What to train."""

    recipe: str = Field(max_length=40, description="Name of a recipe.", examples=["mall"])
    dataset_id: str | None = Field(
        default=None, max_length=40, description="Table to train on; the recipe's own file unless given."
    )
    segments: Segments = Field(
        default=None,
        description="Number of segments, or `auto` to have it chosen; the recipe's unless given.",
        examples=[5],
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


class TrainingOutlying(Answer):
    """The segment of the exceptional of a new version: they move no centroid."""

    segment_id: int
    name: str
    size: int
    share: float


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
    choice: ChoiceRead | None = Field(default=None, description="Why so many segments, where it was chosen.")
    segments: list[TrainingSegment]
    exceptional: TrainingOutlying | None = Field(
        default=None, exclude_if=is_absent, description="Only of versions that set somebody apart."
    )
    merged: Merged = None
    lineage: LineageRead
    labelled_table: str | None
