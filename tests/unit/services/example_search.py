"""What searches came to, as their jobs keep it, without the time that they take."""

from __future__ import annotations

from typing import Any

from app.core.database import Database
from app.models.records.job_lease import JobLeases
from app.schemas.search import DraftColumn, SearchDraft, SearchRead

SPEND = DraftColumn(column="Spend", kind="number", transform="log1p", weight=1.0)
AGE = DraftColumn(column="Years", kind="number", transform="none", weight=0.58)
REGION = DraftColumn(column="Region", kind="category", transform="none", weight=0.5)


def draft(**changed: Any) -> SearchDraft:
    known: dict[str, Any] = {
        "key": "suggested",
        "title": "As suggested",
        "columns": [SPEND, AGE, REGION],
        "rows": 2_000,
        "segments": 4,
        "verdict": "useful_slices",
        "p_value": 0.23,
        "silhouette": 0.31,
        "null_silhouette": 0.28,
        "clearness": 0.042,
        "clearness_error": 0.011,
        "stability": 0.787,
        "smallest_share": 0.12,
    }
    return SearchDraft.model_validate(known | changed)


WITHOUT = draft(
    key="without-idle",
    title="Without Region, which shows no groups",
    columns=[SPEND, AGE],
    rows=1_000,
    segments=3,
    verdict="separate_groups",
    p_value=0.01,
    clearness=0.614,
    clearness_error=0.02,
    stability=0.994,
)


def read(**changed: Any) -> SearchRead:
    known: dict[str, Any] = {
        "dataset_id": "a-table",
        "table_rows": 5_000,
        "sampled_rows": 2_000,
        "set_aside": 0,
        "null_tables": 198,
        "chosen": "without-idle",
        "text": "Take it.",
        "drafts": [draft(), WITHOUT],
        "unusable": {},
    }
    return SearchRead.model_validate(known | changed)


def end_search(database: Database, found: SearchRead) -> None:
    """End the job that waits as a worker would that found this."""
    with database.writing() as session:
        leases = JobLeases(session)
        job = leases.claim("test", 60.0)
        assert job is not None
        assert job.kind == "search"
        leases.complete(job.id, job.fence, found.model_dump(mode="json"))
