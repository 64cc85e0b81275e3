"""What `/recipes/{recipe}/versions` answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Answer, is_absent
from app.schemas.model_version import (
    DataRead,
    LineageRead,
    Merged,
    MetricsRead,
    ModelInfo,
    VerdictCode,
    VerdictRead,
)


class VersionSegment(Answer):
    """One segment of a version: its size in the training table, and how well it comes back on resamples."""

    segment_id: int = Field(examples=[1])
    name: str = Field(examples=["VIP / Whale"])
    slot: int = Field(description="Place in the palette, 1 to 8.", examples=[2])
    color: str = Field(examples=["#e86b0c"])
    size: int = Field(examples=[39])
    share: float = Field(examples=[0.195])
    stability: float = Field(examples=[0.97])


class VersionOutlying(Answer):
    """The segment of the exceptional, whom no resampling makes: they move no centroid."""

    segment_id: int
    name: str
    slot: int = Field(description="Place in the palette, 1 to 8.")
    color: str
    size: int
    share: float


Outlying = Annotated[
    VersionOutlying | None,
    Field(exclude_if=is_absent, description="Only of versions that set somebody apart."),
]


class VersionChoice(Answer):
    """What the training said that chose the number of segments."""

    segments: int = Field(description="The number it recommended; at least 2, also where none divides well.")
    code: VerdictCode
    is_disputed: bool = Field(description="Whether some criterion by itself names another number.")


class VersionCard(Answer):
    """A version in its main numbers, to be laid beside others."""

    trained_at: datetime
    seed: int
    k: int
    data: DataRead
    metrics: MetricsRead
    verdict: VerdictRead
    lineage: LineageRead
    segments: list[VersionSegment]
    exceptional: Outlying = None
    merged: Merged = None
    choice: VersionChoice | None = Field(
        default=None, exclude_if=is_absent, description="Only where the training chose the number."
    )


class VersionSummary(Answer):
    """One version on disk; `fault` says why one cannot be trusted, which then has no card."""

    version: int = Field(examples=[3])
    model_version: str = Field(examples=["mall/3"])
    is_active: bool = Field(description="Whether the pointer stands on it.")
    card: VersionCard | None
    fault: str | None = None


class VersionList(Answer):
    """Versions of a recipe, the newest first."""

    recipe: str
    active: int | None = Field(description="The version in use; null where none is.")
    rollback_to: int | None = Field(description="The version that a rollback would put into use.")
    versions: list[VersionSummary]
    next_cursor: int | None = Field(description="Where the next page begins; null on the last one.")


class NullTestRead(Answer):
    """How the silhouette compares with tables of `rows` customers that have no groups."""

    draws: int
    rows: int
    observed: float
    gaussian_mean: float
    gaussian_max: float
    gaussian_p: float
    uniform_mean: float
    uniform_max: float
    uniform_p: float


class VersionRead(Answer):
    """One version in full: its model card, evidence and files."""

    version: int = Field(examples=[3])
    model_version: str = Field(examples=["mall/3"])
    is_active: bool
    model: ModelInfo
    segments: list[VersionSegment]
    exceptional: Outlying = None
    null_test: NullTestRead
    files: dict[str, str] = Field(description="SHA-256 of each file, in hexadecimal.")


class MovedSegment(Answer):
    """A segment of either version."""

    segment_id: int
    name: str
    slot: int
    color: str
    change: Literal["kept", "born", "retired"]
    is_exceptional: bool = Field(
        default=False, exclude_if=is_absent, description="Only of the segment of those who are set apart."
    )


class MoveCell(Answer):
    """Customers of one segment in the older version and one in the newer."""

    from_segment: int = Field(examples=[0])
    to_segment: int = Field(examples=[1])
    customers: int = Field(examples=[3])
    by_data: int = Field(examples=[2])
    by_model: int = Field(examples=[1])
    by_both: int = Field(examples=[0])


class SegmentTally(Answer):
    """How many customers of one segment."""

    segment_id: int
    customers: int


class MovesRead(Answer):
    """Who moved between two versions, in counts, and what moved them."""

    from_version: str = Field(examples=["mall/2"])
    to_version: str = Field(examples=["mall/3"])
    basis: Literal["joined", "newer_table", "newer_sample"] = Field(
        description="`joined`: the customers of both training tables, by their ids. `newer_table` and "
        "`newer_sample`: rows of the newer table, or a sample of them, placed by both models, so that only "
        "the model can have moved anybody."
    )
    text: str = Field(
        examples=["3 of 200 customers moved: 2 because they changed, 1 because the model changed."]
    )
    customers: int
    moved: int
    by_data: int = Field(description="Moved because the customer's own numbers changed.")
    by_model: int = Field(description="Moved because the model changed.")
    by_both: int = Field(description="Moved where either change alone would have, or only both together.")
    segments: list[MovedSegment]
    cells: list[MoveCell] = Field(
        description="Every pair of segments that has customers; who stayed is included."
    )
    new_customers: list[SegmentTally] = Field(description="By the segment they came into.")
    gone_customers: list[SegmentTally] = Field(description="By the segment they left from.")
