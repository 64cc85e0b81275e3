"""The files of a model version that serving reads, each with its schema.

``model.json`` says what the model is and places customers; ``confidence.json`` holds the refitted centroid
sets; ``analysis.json`` holds what the pages show. Numbers are finite and shapes agree, or nothing loads.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.models.choice_document import ChoiceDocument, MergedState
from app.models.encoding.document import NO_VALUE, OTHER, EncodingDocument, level_key
from app.models.encoding.transforms import TransformName
from app.models.metrics import CurvePoint, Metrics
from app.models.reach import DISTANCE_SHARES

FORMAT: Literal[1] = 1
MODEL, MODEL_HASH = "model.json", "model.json.sha256"
CONFIDENCE, ANALYSIS = "confidence.json", "analysis.json"
SCALER, KMEANS, MOVES, CURVES_IMAGE = "scaler.pkl", "kmeans_model.pkl", "moves.json", "curves.svg"

# a mean of fewer customers tells of persons, and its interval claims too much
LEAST_TOLD = 5

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Numbers = tuple[float, ...]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _is_default(default: Any) -> Any:
    """Return a test by which a field of its default is left out: plain models' files stay as they were."""
    return lambda value: value == default


class FeatureState(_Document):
    """One feature as the model learned it: ``z = (x - mean) / scale``, unless the model has an encoding.

    With an encoding `mean` and `scale` are those of the known values in their own unit, and only describe. A
    category has `levels`, and its values are places in them; the place behind the last stands for any other
    word, `mean` is the most frequent one's. `derived` names the features whose product it is.
    """

    kind: Literal["number", "category"] = Field(default="number", exclude_if=_is_default("number"))
    name: str
    label: str
    unit: str
    transform: TransformName = "none"
    levels: tuple[str, ...] = Field(default=(), exclude_if=_is_default(()))
    derived: tuple[str, ...] = Field(default=(), exclude_if=_is_default(()))
    minimum: float
    maximum: float
    decimals: int
    step: float
    mean: float
    scale: float = Field(gt=0)
    training_min: float
    training_max: float

    def word_of(self, place: float) -> str | None:
        """Return the word of a category's value, None where it is missing."""
        if math.isnan(place):
            return None
        return self.levels[int(place)] if place < len(self.levels) else OTHER

    def place_of(self, word: str) -> float:
        """Return the value of a category's word, in any spelling; NaN for a blank one."""
        key = level_key(word)
        if key in ("", NO_VALUE):
            return math.nan
        places = [place for place, level in enumerate(self.levels) if level_key(level) == key]
        return float(places[0] if places else len(self.levels))


class SegmentState(_Document):
    """One segment: its permanent id, its persona's texts, its centroid in standardised units.

    `reach` holds its training customers' distances to the centroid at each of `DISTANCE_SHARES`.
    """

    segment_id: int = Field(ge=0)
    persona: str | None
    name: str
    description: str
    strategy: tuple[str, ...]
    slot: int = Field(ge=1, le=8)
    centroid: Numbers
    size: int = Field(ge=1)
    reach: Numbers = Field(min_length=len(DISTANCE_SHARES), max_length=len(DISTANCE_SHARES))


class ExceptionalState(_Document):
    """The segment of customers farther than `threshold`, in standardised units, from every centroid.

    `scaled_by` the others: means, deviations and what training saw are those of the others alone.
    """

    segment_id: int = Field(ge=0)
    name: str
    description: str
    strategy: tuple[str, ...]
    slot: int = Field(ge=1, le=8)
    size: int = Field(ge=1)
    threshold: float = Field(gt=0)
    scaled_by: Literal["everybody", "others"] = Field(
        default="everybody", exclude_if=_is_default("everybody")
    )


class DataState(_Document):
    """The training table: what it is called, how many customers, the fingerprint of its values.

    `has_ids`: its customers had ids of their own, so that they can be found in another table.
    """

    title: str
    rows: int
    fingerprint: Hash
    has_ids: bool = False


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
    encoding: EncodingDocument | None = Field(default=None, exclude_if=_is_default(None))
    segments: tuple[SegmentState, ...] = Field(min_length=2)
    exceptional: ExceptionalState | None = Field(default=None, exclude_if=_is_default(None))
    merged: MergedState | None = Field(default=None, exclude_if=_is_default(None))
    data: DataState
    libraries: dict[str, str]
    metrics: Metrics
    verdict: Verdict
    proof: Proof
    lineage: Lineage
    training_id: str | None = Field(default=None, exclude_if=_is_default(None))
    files: dict[str, Hash]

    @property
    def label(self) -> str:
        """Name of the version, such as ``mall/3``."""
        return f"{self.recipe}/{self.version}"

    @property
    def width(self) -> int:
        """How many coordinates a customer has."""
        return self.encoding.width if self.encoding else len(self.features)

    @model_validator(mode="after")
    def _shapes_agree(self) -> Self:
        ids = [segment.segment_id for segment in self.segments]
        if ids != sorted(set(ids)):
            raise ValueError("segments must be in order of their unique ids")
        if self.exceptional and (self.encoding is None or self.exceptional.segment_id in ids):
            raise ValueError("the exceptional need an encoding and an id of their own")
        if self.merged and self.merged.segments <= len(ids):
            raise ValueError("merging leaves fewer segments than were asked for")
        if any(len(segment.centroid) != self.width for segment in self.segments):
            raise ValueError("each centroid needs one number per feature")
        if self.encoding:
            described = [(feature.name, feature.kind) for feature in self.features]
            if [(feature.name, feature.kind) for feature in self.encoding.features] != described:
                raise ValueError("the encoding must have the features in their order")
        elif any(feature.kind != "number" or feature.transform != "none" for feature in self.features):
            raise ValueError("without an encoding every feature is a plain number")
        return self


class ConfidenceDocument(_Document):
    """``confidence.json``: centroid sets of models refitted on resampled customers, B × k × d, rounded."""

    refits: tuple[tuple[Numbers, ...], ...] = Field(min_length=1)


class ColumnStatistics(_Document):
    """One column over `n` customers; `ci95` is the bootstrap interval of the mean, `sd` the sample's."""

    n: int = Field(ge=1)
    mean: float
    sd: float
    median: float
    min: float
    max: float
    ci95: tuple[float, float]


class SegmentAnalysis(_Document):
    """One segment's numbers in the training table; a column that fewer than `LEAST_TOLD` have is left out."""

    segment_id: int
    size: int
    share: float
    stability: float
    columns: dict[str, ColumnStatistics]


class ExceptionalAnalysis(_Document):
    """The same for the exceptional, whom no resampling makes."""

    segment_id: int
    size: int
    share: float
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
    """``analysis.json``; `inertia_shares` tells of an encoding how much each feature counts, in all 1."""

    curves: tuple[CurvePoint, ...]
    segments: tuple[SegmentAnalysis, ...]
    exceptional: ExceptionalAnalysis | None = Field(default=None, exclude_if=_is_default(None))
    columns: tuple[ColumnAnalysis, ...]
    null_test: NullTest
    refits: int
    sample: Sample
    inertia_shares: dict[str, float] | None = Field(default=None, exclude_if=_is_default(None))
    choice: ChoiceDocument | None = Field(default=None, exclude_if=_is_default(None))
