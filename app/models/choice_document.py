"""How a version's number of segments was chosen, as ``analysis.json`` keeps it, and why fewer may serve."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# as sentences call the criteria, by the names that the answers have
CRITERIA = {
    "elbow": "the elbow of the inertia",
    "silhouette": "silhouette",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "gap": "the gap statistic",
    "stability": "stability",
}


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AlternativeState(_Document):
    """Another way to cluster the same rows: see `app/models/segment_count/alternatives.py`."""

    method: str
    rows: int
    sizes: tuple[int, ...]
    noise_share: float
    silhouette: float | None
    stability: float | None
    agreement: float | None


class ChoiceDocument(_Document):
    """How the number of segments was chosen, where the program chose it; `answers` are the criteria's own.

    `p_value` is that of the whole scan against tables without groups, None where no number was worth a test.
    """

    segments: int
    code: Literal["separate_groups", "useful_slices", "nothing_to_see"]
    p_value: float | None
    text: str
    reasons: tuple[str, ...]
    is_disputed: bool
    answers: dict[str, int | None]
    alternatives: tuple[AlternativeState, ...]


class MergedState(_Document):
    """Why fewer segments serve than were asked for: some would have held fewer than `least_size` customers.

    `segments` were begun with the inertia `inertia_before`; those that serve have `inertia`, each in squared
    standardised units over the customers that make the segments.
    """

    segments: int = Field(ge=3)
    least_size: int = Field(ge=2)
    inertia_before: float = Field(ge=0)
    inertia: float = Field(ge=0)
