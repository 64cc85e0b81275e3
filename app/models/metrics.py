"""How well one partition divides its customers, in numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Interval = tuple[float, float]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SilhouetteBasis(_Document):
    """What a silhouette was measured on; of a sample, the 95 % interval for that of all customers."""

    method: Literal["all_customers", "stratified_sample"]
    rows: int
    ci95: Interval | None


class Metrics(_Document):
    """Internal validity of one partition, in standardised units."""

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float
    silhouette_of: SilhouetteBasis


class MetricIntervals(_Document):
    """How far each measure may be off, as its customers are only some of all who might have come: 95 %."""

    silhouette: Interval
    calinski_harabasz: Interval
    davies_bouldin: Interval
    inertia: Interval


class CurvePoint(Metrics):
    """The measures of a partition into k segments, with their intervals."""

    k: int
    ci95: MetricIntervals
