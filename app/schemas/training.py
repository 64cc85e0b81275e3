"""What a training is asked for and what it reports."""

from __future__ import annotations

from app.schemas.base import Answer
from app.schemas.model_version import DataRead, LineageRead, MetricsRead, VerdictRead


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
