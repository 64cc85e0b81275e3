"""What `/clusters` and `/clusters/info` answer."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer, is_absent


class ColumnSummary(Answer):
    """One column over the customers of one segment."""

    n: int = Field(description="Customers with a value: `columns` leaves out what fewer than 5 have.")
    mean: float
    sd: float = Field(description="Sample standard deviation.")
    median: float
    min: float
    max: float
    ci95: list[float] = Field(
        min_length=2, max_length=2, description="95 % bootstrap interval of the mean: low, high."
    )


class ClusterRead(Answer):
    """The numbers of one segment in the training table."""

    segment_id: int
    name: str
    size: int
    share: float
    stability: float = Field(
        description="Mean Jaccard similarity with the same segment over resampled customers."
    )
    columns: dict[str, ColumnSummary]


class ExceptionalRead(Answer):
    """The numbers of the exceptional in the training table: no resampling makes this segment."""

    segment_id: int
    name: str
    size: int
    share: float
    columns: dict[str, ColumnSummary]


class ClusterList(Answer):
    """Every segment's numbers."""

    model_version: str = Field(examples=["mall/3"])
    segments: list[ClusterRead]
    exceptional: ExceptionalRead | None = Field(
        default=None, exclude_if=is_absent, description="Only of models that set somebody apart."
    )


class ClusterInfo(Answer):
    """What one segment means and what to do with it."""

    segment_id: int
    name: str
    description: str
    strategy: list[str]
    color: str
    in_training: str = Field(description="What else was true of these customers in the training table.")


class ClusterInfoList(Answer):
    """Every segment's texts."""

    model_version: str = Field(examples=["mall/3"])
    segments: list[ClusterInfo]
    exceptional: ClusterInfo | None = Field(
        default=None, exclude_if=is_absent, description="Only of models that set somebody apart."
    )
