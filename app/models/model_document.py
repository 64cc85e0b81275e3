"""The files of a model version that serving reads, each with its schema.

``model.json`` says what the model is and places customers; ``confidence.json`` holds the refitted centroid
sets; ``analysis.json`` holds what the pages show; ``moves.json``, where there is one, who moved since the
version before. Numbers are finite and shapes agree, or nothing loads.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT: Literal[1] = 1
MODEL, MODEL_HASH, CONFIDENCE, ANALYSIS = (
    "model.json",
    "model.json.sha256",
    "confidence.json",
    "analysis.json",
)
SCALER, KMEANS, MOVES = "scaler.pkl", "kmeans_model.pkl", "moves.json"

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Numbers = tuple[float, ...]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FeatureState(_Document):
    """One feature as the model learned it: ``z = (x - mean) / scale``."""

    name: str
    label: str
    unit: str
    transform: Literal["none"] = "none"
    minimum: float
    maximum: float
    decimals: int
    step: float
    mean: float
    scale: float = Field(gt=0)
    training_min: float
    training_max: float


class SegmentState(_Document):
    """One segment: its permanent id, its persona's texts, its centroid in standardised units."""

    segment_id: int = Field(ge=0)
    persona: str | None
    name: str
    description: str
    strategy: tuple[str, ...]
    slot: int = Field(ge=1, le=8)
    centroid: Numbers
    size: int = Field(ge=1)


class DataState(_Document):
    """The training table: what it is called, how many customers, the fingerprint of its values.

    `has_ids`: its customers had ids of their own, so that they can be found in another table.
    """

    title: str
    rows: int
    fingerprint: Hash
    has_ids: bool = False


class Metrics(_Document):
    """Internal validity of one partition, in standardised units."""

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float


class CurvePoint(Metrics):
    """The same at another number of segments."""

    k: int


class Verdict(_Document):
    """Whether the segments are real; `p_value` is the larger of the two null tests'."""

    code: Literal["separate_groups", "useful_slices", "nothing_to_see"]
    text: str
    p_value: float


class Proof(_Document):
    """Agreement of these numbers with the pickled pair wherever the margin exceeds 1e-9."""

    points: int
    border_points: int
    disagreements: int
    closest_margin: float


class Lineage(_Document):
    """Which segment ids came over from `previous`, were born, or were retired."""

    previous: str | None
    kept: tuple[int, ...]
    born: tuple[int, ...]
    retired: tuple[int, ...]


class ModelDocument(_Document):
    """``model.json``."""

    format: Literal[1]
    recipe: str
    version: int = Field(ge=1)
    trained_at: datetime
    seed: int
    features: tuple[FeatureState, ...] = Field(min_length=1)
    segments: tuple[SegmentState, ...] = Field(min_length=2)
    data: DataState
    libraries: dict[str, str]
    metrics: Metrics
    verdict: Verdict
    proof: Proof
    lineage: Lineage
    files: dict[str, Hash]

    @property
    def label(self) -> str:
        """Name of the version, such as ``mall/3``."""
        return f"{self.recipe}/{self.version}"

    @model_validator(mode="after")
    def _shapes_agree(self) -> Self:
        ids = [segment.segment_id for segment in self.segments]
        if ids != sorted(set(ids)):
            raise ValueError("segments must be in order of their unique ids")
        if any(len(segment.centroid) != len(self.features) for segment in self.segments):
            raise ValueError("each centroid needs one number per feature")
        return self


class ConfidenceDocument(_Document):
    """``confidence.json``: centroid sets of models refitted on resampled customers, B × k × d, rounded."""

    refits: tuple[tuple[Numbers, ...], ...] = Field(min_length=1)


class ColumnStatistics(_Document):
    """One column over one segment; `ci95` is the bootstrap interval of the mean, `sd` the sample's."""

    mean: float
    sd: float
    median: float
    min: float
    max: float
    ci95: tuple[float, float]


class SegmentAnalysis(_Document):
    """One segment's numbers in the training table."""

    segment_id: int
    size: int
    share: float
    stability: float
    columns: dict[str, ColumnStatistics]


class ColumnAnalysis(_Document):
    """One column over all customers; `effect_size` is the share of its variance between segments (η²)."""

    name: str
    label: str
    unit: str
    is_feature: bool
    effect_size: float
    overall: ColumnStatistics


class NullTest(_Document):
    """How the observed silhouette compares with tables that have no groups, of `rows` customers each."""

    draws: int
    rows: int
    observed: float
    gaussian_mean: float
    gaussian_max: float
    gaussian_p: float
    uniform_mean: float
    uniform_max: float
    uniform_p: float


class Sample(_Document):
    """At most 2,000 customers for the maps: features in own units and segment ids, never an identifier."""

    features: tuple[Numbers, ...]
    segment_ids: tuple[int, ...]
    is_all: bool


class AnalysisDocument(_Document):
    """``analysis.json``."""

    curves: tuple[CurvePoint, ...]
    segments: tuple[SegmentAnalysis, ...]
    columns: tuple[ColumnAnalysis, ...]
    null_test: NullTest
    refits: int
    sample: Sample


class NamedSegment(_Document):
    """A segment as the versions called it."""

    segment_id: int
    name: str
    persona: str | None
    slot: int


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
