"""What `/model/info` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.schemas.base import Answer

VerdictCode = Literal["separate_groups", "useful_slices", "nothing_to_see"]


class VerdictRead(Answer):
    """Whether the segments are real, in words."""

    code: VerdictCode
    text: str
    p_value: float = Field(description="The larger of the two null tests' p-values.")


class MetricsRead(Answer):
    """Internal validity of the segments in the training table."""

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float


class FeatureRead(Answer):
    """One feature: what is accepted and what was seen in training."""

    name: str
    label: str
    unit: str
    minimum: float
    maximum: float
    training_min: float
    training_max: float
    mean: float
    scale: float


class DataRead(Answer):
    """The table that the model was trained on."""

    title: str
    rows: int
    fingerprint: str = Field(description="SHA-256 of the values, whatever the headers and the order of rows.")
    has_ids: bool = Field(
        default=False, description="Whether its customers can be followed from table to table by their ids."
    )


class CurvePoint(Answer):
    """The validity measures at one number of segments."""

    k: int
    inertia: float
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float


class ProofRead(Answer):
    """Agreement of the served numbers with the pickled scaler and k-means."""

    points: int
    border_points: int
    disagreements: int
    closest_margin: float


class LineageRead(Answer):
    """Which segments came over from the version before."""

    previous: str | None
    kept: list[int]
    born: list[int]
    retired: list[int]


class ModelInfo(Answer):
    """The model card in numbers."""

    model_version: str
    algorithm: str
    recipe: str
    k: int
    features: list[FeatureRead]
    trained_at: datetime
    seed: int
    data: DataRead
    libraries: dict[str, str]
    metrics: MetricsRead
    verdict: VerdictRead
    curves: list[CurvePoint]
    proof: ProofRead
    lineage: LineageRead
