"""Customer tables: their API. `import_controller` brings them in."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Datasets, Drafts
from app.controllers.resource_route import CHANGE_FAULTS, SHOW_FAULTS, Cursor, Limit, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.schemas.base import EXAMPLE_ID
from app.schemas.dataset import DatasetChange, DatasetList, DatasetRead, DatasetRows, DatasetSummary
from app.schemas.recipe import RecipeSuggestion

router = APIRouter(prefix="/api/v1/datasets", tags=["Datasets"], route_class=ResourceRoute)


DatasetId = Annotated[str, Path(description="Id of a table.", examples=[EXAMPLE_ID])]


@router.get("", summary="Customer tables, newest first", responses=problem_responses(422, 503))
def list_datasets(
    datasets: Datasets,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DatasetList:
    """All tables that were taken in."""
    return datasets.list_datasets(limit, cursor)


@router.get("/{dataset_id}", summary="One customer table", responses=SHOW_FAULTS)
def get_dataset(dataset_id: DatasetId, datasets: Datasets) -> DatasetRead:
    """Its size, its columns, how its file was read."""
    return datasets.get_dataset(dataset_id)


@router.patch(
    "/{dataset_id}", summary="Rename a customer table", dependencies=[SAME_ORIGIN], responses=CHANGE_FAULTS
)
def rename_dataset(dataset_id: DatasetId, body: DatasetChange, datasets: Datasets) -> DatasetRead:
    """Give it another name; nothing else of a table changes."""
    return datasets.rename_dataset(dataset_id, body.name)


@router.delete(
    "/{dataset_id}",
    status_code=204,
    summary="Delete a customer table",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 422, 503),
)
def delete_dataset(dataset_id: DatasetId, datasets: Datasets) -> None:
    """Remove it with its rows; models that were trained on it stay."""
    datasets.delete_dataset(dataset_id)


@router.get("/{dataset_id}/summary", summary="What a table's columns look like", responses=SHOW_FAULTS)
def get_dataset_summary(dataset_id: DatasetId, datasets: Datasets) -> DatasetSummary:
    """Distributions, missing values, correlations and a sample for scatter plots."""
    return datasets.get_summary(dataset_id)


@router.get("/{dataset_id}/recipe", summary="A recipe as the table suggests it", responses=SHOW_FAULTS)
def suggest_recipe(dataset_id: DatasetId, drafts: Drafts) -> RecipeSuggestion:
    """Which columns should make segments, with which transform and weight, and why others should not."""
    return drafts.suggest(dataset_id)


@router.get("/{dataset_id}/rows", summary="Rows of a table", responses=SHOW_FAULTS)
def list_dataset_rows(
    dataset_id: DatasetId,
    datasets: Datasets,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only rows behind this one.", examples=[50])] = 0,
    limit: Limit = 50,
    search: Annotated[str, Query(max_length=200, description="Only rows that hold it in a cell.")] = "",
) -> DatasetRows:
    """Page by page, in the order of the file."""
    return datasets.read_rows(dataset_id, after, limit, search)


@router.get(
    "/{dataset_id}/file", summary="Download a table", response_class=FileResponse, responses=SHOW_FAULTS
)
def download_dataset(dataset_id: DatasetId, datasets: Datasets) -> Response:
    """The rows as CSV in UTF-8."""
    name, path = datasets.write_csv(dataset_id)
    task = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type="text/csv", filename=_file_name(name), background=task)


@router.get(
    "/{dataset_id}/rejected",
    summary="Download the rows that were rejected",
    response_class=FileResponse,
    responses=SHOW_FAULTS,
)
def download_rejected_rows(dataset_id: DatasetId, datasets: Datasets) -> Response:
    """As CSV: line, column and reason, then the row's own cells."""
    name, path = datasets.rejected_rows(dataset_id)
    return FileResponse(path, media_type="text/csv", filename=_file_name(name, " rejected"))


def _file_name(name: str, more: str = "") -> str:
    stem = re.sub(r"[^\w -]+", "-", name.rpartition(".")[0] or name).strip(" -")
    return f"{stem or 'table'}{more}.csv"
