"""The page of a search over columns and preparations, and what its drafts fill into the form."""

from __future__ import annotations

from app.core.errors import DatasetNotFound
from app.schemas.job import JobRead
from app.schemas.search import DraftColumn, SearchCreate, SearchDraft, SearchRead
from app.schemas.search_page import SearchPage, SearchResult, TriedDraft
from app.services.dataset_service import DatasetService
from app.services.job_kinds import SEARCH
from app.services.job_service import JobService
from app.services.search_service import SearchService
from app.utils.quantities import counted, listing, number_text

TITLES = {
    "pending": "Trying other columns and preparations",
    "running": "Trying other columns and preparations",
    "completed": "What other columns and preparations show",
    "failed": "The search failed",
    "cancelled": "The search was cancelled",
}
VERDICTS = {
    "separate_groups": "Separate groups",
    "useful_slices": "Useful slices",
    "nothing_to_see": "No groups",
}
TRANSFORMS = {"none": "", "log1p": "logarithm", "yeo_johnson": "Yeo-Johnson"}
NO_NUMBER = "–"


class SearchPages:
    """Tells a person of searches, and begins them."""

    def __init__(self, searches: SearchService, datasets: DatasetService, jobs: JobService) -> None:
        self._searches = searches
        self._datasets = datasets
        self._jobs = jobs

    def begin(self, dataset_id: str, key: str) -> JobRead:
        """Begin a search; the same key for the same table answers the first one again.

        Raises
        ------
        DatasetNotFound
        """
        once = f"search:{key}:{dataset_id}" if key else None
        return self._searches.submit(SearchCreate(dataset_id=dataset_id), once)

    def cancel(self, search_id: str) -> None:
        """Stop a search. Raises JobNotFound."""
        self._jobs.cancel_job(search_id, SEARCH)

    def show(self, search_id: str) -> SearchPage:
        """Build the page of a search. Raises JobNotFound."""
        job = self._jobs.get_job(search_id, SEARCH)
        dataset_id: str = job.asked["dataset_id"]
        return SearchPage(
            title=TITLES[job.status],
            job=job,
            dataset_id=dataset_id,
            dataset_name=self._name_of(dataset_id),
            percent=int(100 * job.progress),
            words="stopping" if job.cancel_requested else job.words or "waiting for its turn",
            result=None if job.result is None else _in_words(SearchRead.model_validate(job.result)),
        )

    def _name_of(self, dataset_id: str) -> str:
        try:
            return self._datasets.get_dataset(dataset_id).name
        except DatasetNotFound:
            return ""


def _in_words(read: SearchRead) -> SearchResult:
    chosen = next(draft for draft in read.drafts if draft.key == read.chosen)
    notes = [_compared(read), _drawn(read)]
    notes += [f"{name} was left out: {reason}." for name, reason in read.unusable.items()]
    return SearchResult(
        text=read.text,
        verdict_code=chosen.verdict,
        chosen=chosen.key,
        drafts=[_tried(draft, read) for draft in read.drafts],
        notes=notes,
    )


def _tried(draft: SearchDraft, read: SearchRead) -> TriedDraft:
    clear = draft.clearness
    return TriedDraft(
        key=draft.key,
        title=draft.title,
        columns=listing([_column(column) for column in draft.columns]),
        judged_on="" if draft.rows == read.sampled_rows else f"judged on {number_text(draft.rows)} customers",
        segments=str(draft.segments) if draft.segments > 1 else NO_NUMBER,
        clear=NO_NUMBER if clear is None else _percent(max(clear, 0.0)),
        clear_doubt="" if not clear or clear < 0.0 else f"± {_percent(2.0 * (draft.clearness_error or 0.0))}",
        stable=NO_NUMBER if draft.stability is None else _percent(draft.stability),
        verdict=VERDICTS[draft.verdict],
        verdict_code=draft.verdict,
        is_chosen=draft.key == read.chosen,
    )


def _column(column: DraftColumn) -> str:
    how = [TRANSFORMS[column.transform]] if TRANSFORMS[column.transform] else []
    how += [] if column.weight == 1.0 else [f"weight {number_text(column.weight, 2)}"]
    return f"{column.column} ({', '.join(how)})" if how else column.column


def _compared(read: SearchRead) -> str:
    if not read.null_tables:
        return (
            "No draft was worth a test: in each, some segment does not come back when customers are drawn "
            "again, is too small, or has its border among its customers."
        )
    return (
        f"A verdict holds for the whole search: {counted(read.null_tables, 'table')} without groups went "
        f"through the same {counted(len(read.drafts), 'draft')}, and the best that any of them showed is "
        "what a draft has to exceed."
    )


def _drawn(read: SearchRead) -> str:
    rows = number_text(read.sampled_rows)
    if read.sampled_rows < read.table_rows:
        rows = f"{rows} of {number_text(read.table_rows)}"
    half = ""
    if any(draft.rows < read.sampled_rows for draft in read.drafts):
        half = (
            "; which columns show no groups was found on one half of them, and what is left without these "
            "columns was judged on the other"
        )
    aside = ""
    if read.set_aside:
        are = "is" if read.set_aside == 1 else "are"
        far = f"{counted(read.set_aside, 'customer')} far from all others"
        aside = f" {far} {are} left out here, for the form keeps them apart."
    return f"Tried on {rows} customers{half}.{aside}"


def _percent(share: float) -> str:
    return f"{number_text(100.0 * share, 0)} %"
