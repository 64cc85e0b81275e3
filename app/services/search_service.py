"""Searches over a table's columns and preparations: asked for, and their drafts found again."""

from __future__ import annotations

from app.core.errors import JobNotFound
from app.schemas.job import JobRead
from app.schemas.search import DraftColumn, SearchAsked, SearchCreate, SearchDraft, SearchRead
from app.services.job_kinds import SEARCH
from app.services.job_service import JobService
from app.services.recipe_draft import RecipeDrafts


class SearchService:
    """The searches of one database."""

    def __init__(self, drafts: RecipeDrafts, jobs: JobService) -> None:
        self._drafts = drafts
        self._jobs = jobs

    def submit(self, wish: SearchCreate, key: str | None = None) -> JobRead:
        """Ask for a search around what a table suggests.

        What a suggestion leaves out, such as identifiers, dates or sensitive columns, is never brought in.

        Raises
        ------
        DatasetNotFound, IdempotencyKeyReused
        """
        suggestion = self._drafts.suggest(wish.dataset_id)
        columns = [
            DraftColumn(column=f.column, kind=f.kind, transform=f.transform, weight=f.weight)
            for f in suggestion.features
            if f.use
        ]
        apart = suggestion.exceptional.use
        asked = SearchAsked(**wish.model_dump(), columns=columns, exceptional=apart)
        return self._jobs.submit(SEARCH, asked.model_dump(), key)

    def find_draft(self, dataset_id: str, search_id: str, key: str) -> SearchDraft | None:
        """Return a draft of a search of this table, or None where there is no such search or draft."""
        try:
            job = self._jobs.get_job(search_id, SEARCH)
        except JobNotFound:
            return None
        if job.result is None or job.asked["dataset_id"] != dataset_id:
            return None
        drafts = SearchRead.model_validate(job.result).drafts
        return next((draft for draft in drafts if draft.key == key), None)
