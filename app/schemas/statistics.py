"""What `/stats` answers to older integrations."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer


class FeatureStatistics(Answer):
    """One column over all customers."""

    mean: float
    median: float
    sd: float
    min: float
    max: float


class OlderCluster(Answer):
    """One segment with the mean of every column."""

    cluster: int
    label: str
    size: int
    means: dict[str, float]


class Statistics(Answer):
    """Number of customers, columns over all of them, means by segment."""

    count: int = Field(examples=[200])
    features: dict[str, FeatureStatistics]
    clusters: list[OlderCluster]
