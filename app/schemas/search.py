"""What a search over columns and preparations is asked for and what it reports."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.schemas.base import EXAMPLE_ID, Answer, Body, WholeNumber

VerdictCode = Literal["separate_groups", "useful_slices", "nothing_to_see"]


class SearchCreate(Body):
    """Which table to search."""

    dataset_id: str = Field(max_length=40, examples=[EXAMPLE_ID])
    seed: WholeNumber = Field(default=42, ge=0, le=2**31 - 1, description="Seed of all draws.")


class DraftColumn(Answer):
    """A column of a draft, as `POST /api/v1/recipes` takes it."""

    column: str = Field(examples=["Annual income"])
    kind: Literal["number", "category"]
    transform: Literal["none", "log1p", "yeo_johnson"]
    weight: float


class SearchAsked(SearchCreate):
    """The same, with the columns that the table suggested when the search was asked for."""

    columns: list[DraftColumn]
    exceptional: bool = Field(
        default=False, description="Whether the table suggests to keep exceptional customers apart."
    )


class SearchDraft(Answer):
    """One draft that was tried: its columns, and what its segments are like."""

    key: str = Field(description="Tells the drafts of a search apart.", examples=["suggested"])
    title: str = Field(examples=["As suggested"])
    columns: list[DraftColumn]
    rows: int = Field(description="Customers that it was judged on.")
    segments: int = Field(description="The number that suits it; 1 where nothing can be divided.")
    verdict: VerdictCode = Field(description="Held to the whole search.")
    p_value: float | None = Field(
        description="Against the best of all drafts, at all numbers of segments, in tables without groups; "
        "null where no draft was worth a test."
    )
    silhouette: float | None
    null_silhouette: float | None = Field(description="The same of tables without groups.")
    clearness: float | None = Field(
        description="Where the silhouette lies between that of tables without groups, 0, and 1: it compares "
        "drafts, which silhouettes do not."
    )
    clearness_error: float | None = Field(description="Its standard error.")
    stability: float | None = Field(
        description="What the least steady segment has in common when customers are drawn again, 0 to 1."
    )
    smallest_share: float = Field(description="Share of the customers in the smallest segment.")


class SearchRead(Answer):
    """Every draft that was tried, the suggested one first, and the one to take."""

    dataset_id: str
    table_rows: int
    sampled_rows: int = Field(description="Customers drawn at random for the search, and not set aside.")
    set_aside: int = Field(
        description="Customers far from all others, who would be kept apart and had no say in any draft."
    )
    null_tables: int = Field(description="Tables without groups that were searched in the same way.")
    chosen: str = Field(description="Key of the draft to take.")
    text: str = Field(description="What to do, in words.")
    drafts: list[SearchDraft]
    unusable: dict[str, str] = Field(description="Suggested columns that could not be tried, and why.")
