"""How a version's number of segments was chosen, where the program chose it."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer


class AlternativeRead(Answer):
    """Another way to cluster the same customers, beside the k-means that serves."""

    method: str = Field(examples=["ward"])
    rows: int = Field(description="Customers that were compared.")
    sizes: list[int] = Field(description="Customers of each segment, the largest first, without noise.")
    noise_share: float = Field(description="Share of the customers that belong to no segment.")
    silhouette: float | None
    stability: float | None
    agreement: float | None = Field(description="Adjusted Rand index with k-means.")


class ChoiceRead(Answer):
    """How the number of segments was chosen."""

    segments: int
    code: str
    p_value: float | None = Field(
        description="Of all numbers tried, against tables without groups; null where none was worth a test."
    )
    text: str
    reasons: list[str]
    is_disputed: bool = Field(description="Whether some criterion by itself names another number.")
    answers: dict[str, int | None] = Field(description="What each criterion says by itself.")
    alternatives: list[AlternativeRead]


class Opinion(Answer):
    """What one criterion says of the number of segments by itself, in words."""

    criterion: str
    looks_at: str
    answer: str
    agrees: bool


class OtherWay(Answer):
    """What one way of clustering makes of the same customers, in words; `is_ours`: the one that serves."""

    name: str
    is_ours: bool
    segments: str
    sizes: str
    apart: str
    agreement: str
    meaning: str
    silhouette: str
    stability: str


class ChoiceStory(Answer):
    """An automatic choice of the number of segments as pages tell it."""

    text: str
    reasons: list[str]
    is_disputed: bool
    opinions: list[Opinion]
    ways: list[OtherWay]
    compared: str
