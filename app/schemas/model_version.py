"""What `/model/info` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Answer, is_absent
from app.schemas.choice import ChoiceRead

VerdictCode = Literal["separate_groups", "useful_slices", "nothing_to_see"]


class VerdictRead(Answer):
    """Whether the segments are real, in words."""

    code: VerdictCode
    text: str
    p_value: float = Field(description="The larger of the two null tests' p-values.")


Interval = Annotated[list[float], Field(min_length=2, max_length=2)]


class SilhouetteBasis(Answer):
    """What a silhouette was measured on."""

    method: Literal["all_customers", "stratified_sample"]
    rows: int = Field(description="Customers measured: of a sample, from each segment its share.")
    ci95: Interval | None = Field(
        description="Of a sample, the 95 % interval for the silhouette of all customers: low, high."
    )


class MetricsRead(Answer):
    """Internal validity of the segments in the training table."""

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float
    silhouette_of: SilhouetteBasis


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


class NumberFeatureRead(FeatureRead):
    """A number of an encoded model: `mean` and `scale` are those of the known values, untransformed."""

    kind: Literal["number"]
    transform: Literal["none", "log1p", "yeo_johnson"]
    weight: float = Field(description="How much it counts: 1 is one standardised number.")
    missing: int = Field(description="Training customers without a value: they count as the median.")
    median: float
    derived: list[str] = Field(description="The features whose product it is.")
    inertia_share: float = Field(description="Its share of the total inertia; all add up to 1.")


class LevelRead(Answer):
    """One level of a category."""

    name: str
    share: float
    merged: list[str] = Field(description="Rare levels that count as this one.")


class CategoryFeatureRead(Answer):
    """A category of an encoded model: no order between its levels."""

    kind: Literal["category"]
    name: str
    label: str
    weight: float = Field(description="How much it counts: of L levels, weight² · (L - 1) numbers.")
    levels: list[LevelRead]
    missing: int = Field(description="Training customers without a level.")
    missing_as: Literal["mean", "most_frequent", "own_level"]
    unplaced: int = Field(description="Training customers of levels too rare: they lie at the mean.")
    inertia_share: float = Field(description="Its share of the total inertia; all add up to 1.")


class OutlyingRead(Answer):
    """What became of outliers: they move no centroid, and are a segment of their own."""

    segment_id: int
    name: str
    size: int = Field(description="Training customers that were set apart.")
    threshold: float = Field(description="Standardised distance from every centroid beyond which one is.")


class MergedRead(Answer):
    """Why fewer segments serve than were asked for: some would have held too few customers."""

    text: str = Field(
        examples=[
            "4 segments serve instead of 5: one held fewer than 10 customers and was merged with the "
            "neighbour where that costs least. The inertia is 12.5 % higher for it (450 instead of 400)."
        ]
    )
    segments: int = Field(description="How many were asked for, or chosen.", examples=[5])
    least_size: int = Field(description="Fewest customers that a segment may hold.", examples=[10])
    inertia_before: float = Field(description="Of the segments before any was merged.", examples=[400.0])
    inertia: float = Field(description="Of those that serve.", examples=[450.0])


Merged = Annotated[
    MergedRead | None,
    Field(exclude_if=is_absent, description="Only of versions in which segments were merged."),
]


class DataRead(Answer):
    """The table that the model was trained on."""

    title: str
    rows: int
    fingerprint: str = Field(description="SHA-256 of the values, whatever the headers and the order of rows.")
    has_ids: bool = Field(
        default=False, description="Whether its customers can be followed from table to table by their ids."
    )


class MetricIntervals(Answer):
    """95 % intervals, low and high: these customers are only some of all who might have come."""

    silhouette: Interval
    calinski_harabasz: Interval
    davies_bouldin: Interval
    inertia: Interval


class CurvePoint(MetricsRead):
    """The validity measures at one number of segments."""

    k: int
    ci95: MetricIntervals


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

    model_version: str = Field(examples=["mall/3"])
    algorithm: str
    recipe: str
    k: int
    features: list[FeatureRead | NumberFeatureRead | CategoryFeatureRead]
    trained_at: datetime
    seed: int
    data: DataRead
    libraries: dict[str, str]
    metrics: MetricsRead
    verdict: VerdictRead
    curves: list[CurvePoint]
    proof: ProofRead
    lineage: LineageRead
    exceptional: OutlyingRead | None = Field(
        default=None, exclude_if=is_absent, description="Only of models that set somebody apart."
    )
    merged: Merged = None
    choice: ChoiceRead | None = Field(
        default=None,
        exclude_if=is_absent,
        description="Why so many segments, where the training chose the number.",
    )
