"""How well one partition divides its customers, in numbers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Metrics(BaseModel):
    """Internal validity of one partition, in standardised units."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float
