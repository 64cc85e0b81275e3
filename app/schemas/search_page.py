"""What the page of a search is given."""

from __future__ import annotations

from app.schemas.base import Answer
from app.schemas.job import JobRead


class TriedDraft(Answer):
    """One draft in words."""

    key: str
    title: str
    columns: str
    judged_on: str
    segments: str
    clear: str
    clear_doubt: str
    stable: str
    verdict: str
    verdict_code: str
    is_chosen: bool


class SearchResult(Answer):
    """What a search came to, in words; `notes` tell on what it rests."""

    text: str
    verdict_code: str
    chosen: str
    drafts: list[TriedDraft]
    notes: list[str]


class SearchPage(Answer):
    """One search: how far it is, what came of it, or why it failed."""

    title: str
    job: JobRead
    dataset_id: str
    dataset_name: str
    percent: int
    words: str
    result: SearchResult | None
