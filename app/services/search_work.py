"""The job that searches a table for the columns and preparations that make segments best."""

from __future__ import annotations

from app.core.errors import DatasetNotFound
from app.models.datasets.sample import draw_columns
from app.models.records.job import JobRecord
from app.models.search.drafts import DraftColumn as Column
from app.models.search.drafts import without_far
from app.models.search.search import SEARCH_ROWS, Found, Trial, search_drafts
from app.schemas.search import DraftColumn, SearchAsked, SearchDraft, SearchRead
from app.services.dataset_files import DatasetFiles
from app.services.job_worker import Outcome, Tell

DRAWN = 0.02


class SearchWork:
    """Searches the table that a job names; begun again, it begins anew and finds the same."""

    def __init__(self, files: DatasetFiles) -> None:
        self._files = files

    def __call__(self, job: JobRecord, tell: Tell) -> Outcome:
        """Do one search."""
        asked = SearchAsked.model_validate(job.payload)
        tell(0.0, "drawing customers")
        path = self._files.table_of(asked.dataset_id)
        if not path.is_file():
            raise DatasetNotFound("the table was deleted meanwhile")
        suggested = [_column(column) for column in asked.columns]
        drawn, rows = draw_columns(path, [column.name for column in suggested], SEARCH_ROWS, asked.seed)
        columns, aside = without_far(drawn, suggested) if asked.exceptional else (drawn, 0)
        found = search_drafts(
            columns,
            suggested,
            asked.seed,
            progress=lambda share, words: tell(DRAWN + (1.0 - DRAWN) * share, words),
        )
        read = SearchRead(
            dataset_id=asked.dataset_id,
            table_rows=rows,
            sampled_rows=min(rows, SEARCH_ROWS) - aside,
            set_aside=aside,
            null_tables=found.null_tables,
            chosen=found.trials[found.chosen].draft.key,
            text=advice(found),
            drafts=[_draft(trial) for trial in found.trials],
            unusable=found.unusable,
        )
        return Outcome(read.model_dump(mode="json"))


def advice(found: Found) -> str:
    """Say which draft to take, and why."""
    chosen, suggested = found.trials[found.chosen], found.trials[0]
    if chosen.code != "separate_groups":
        return (
            "No combination of columns shows separate groups, so there is no reason to leave the suggested "
            "draft: its segments are slices, and their borders are a choice."
        )
    groups = f"{chosen.segments} separate groups"
    if chosen is suggested:
        return f"Keep the draft as suggested: it shows {groups}, and nothing else parts them more clearly."
    beside = (
        f"it shows {groups}, clearly farther apart than the {suggested.segments} of the suggested draft"
        if suggested.code == "separate_groups"
        else f"it shows {groups}, and the suggested draft shows none"
    )
    return f"Take “{chosen.draft.title}”: {beside}."


def _column(asked: DraftColumn) -> Column:
    return Column(asked.column, asked.kind == "number", asked.transform, asked.weight)


def _draft(trial: Trial) -> SearchDraft:
    return SearchDraft(
        key=trial.draft.key,
        title=trial.draft.title,
        columns=[
            DraftColumn(
                column=column.name,
                kind="number" if column.is_number else "category",
                transform=column.transform,
                weight=column.weight,
            )
            for column in trial.draft.columns
        ],
        rows=trial.rows,
        segments=trial.segments,
        verdict=trial.code,
        p_value=trial.p_value,
        silhouette=trial.at.silhouette,
        null_silhouette=trial.at.null_silhouette,
        clearness=trial.clearness,
        clearness_error=trial.error,
        stability=trial.at.stability,
        smallest_share=trial.at.smallest_share,
    )
