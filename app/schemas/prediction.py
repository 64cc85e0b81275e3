"""What `/predict` takes and answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from app.schemas.base import Answer, Body

ConfidenceLabel = Literal["settled", "leaning", "borderline"]


class SegmentDistance(Answer):
    """How far a customer is from one segment's centroid, in standard deviations."""

    segment_id: int
    name: str
    distance: float = Field(ge=0, description="Standardised units: 1 is one standard deviation.")


class Confidence(Answer):
    """How firmly the segment's border stands around this customer."""

    value: float = Field(
        ge=0,
        le=1,
        description="Share of models refitted on resampled customers that place the customer here.",
    )
    label: ConfidenceLabel = Field(description="settled from 0.9, borderline below 0.6, else leaning.")


class PredictionRead(Answer):
    """Where a customer is placed, and how surely."""

    segment_id: int = Field(description="Permanent: it survives retraining.")
    name: str
    description: str
    strategy: list[str]
    color: str = Field(pattern="^#[0-9a-f]{6}$", description="The segment's colour on a light page.")
    confidence: Confidence
    distances: list[SegmentDistance] = Field(description="All segments, nearest first.")
    runner_up: SegmentDistance
    outside_training_range: list[str] = Field(description="Features beyond what the model was trained on.")
    model_version: str = Field(examples=["mall/1"])


class OlderPrediction(Answer):
    """What older integrations expect of a prediction."""

    cluster: int = Field(examples=[1])
    label: str = Field(examples=["VIP / Whale"])


def number_field(title: str, minimum: float, maximum: float, example: float) -> Any:
    """Annotation of a finite JSON number within its bounds; text and booleans are not numbers."""
    return Annotated[
        float,
        Field(strict=True, ge=minimum, le=maximum, allow_inf_nan=False, title=title, examples=[example]),
    ]


def text_field(title: str, example: str) -> Any:
    """Annotation of a short text without control characters."""
    pattern = r"^[^\x00-\x1f\x7f]*$"
    return Annotated[str, Field(strict=True, max_length=40, pattern=pattern, title=title, examples=[example])]


def build_body(name: str, doc: str, required: dict[str, Any], optional: dict[str, Any]) -> type[Body]:
    """Make the schema of a request from annotations by field name."""
    fields: dict[str, Any] = {key: (kind, ...) for key, kind in required.items()}
    fields.update({key: (kind | None, None) for key, kind in optional.items()})
    body: type[Body] = create_model(name, __base__=Body, __doc__=doc, **fields)
    return body
