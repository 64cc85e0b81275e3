"""Customer tables: their API."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Datasets, Jobs
from app.controllers.strict_json import StrictRoute, parse_strictly
from app.controllers.upload import UploadForm, read_form
from app.core.errors import FieldFault, InputInvalid, JsonMalformed
from app.schemas.dataset import (
    DatasetChange,
    DatasetList,
    DatasetRead,
    DatasetRows,
    DatasetSummary,
    ImportChoices,
    Understanding,
)
from app.schemas.job import JobRead

router = APIRouter(prefix="/api/v1/datasets", tags=["Datasets"], route_class=StrictRoute)
# its body is a form, which is read as it comes
uploads = APIRouter(prefix="/api/v1/datasets", tags=["Datasets"])

UPLOAD_PATHS = ("/api/v1/datasets",)
# a job that is done by then is answered with its result, a longer one with where to watch it
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.05
MOST_NAME = 100
FIELDS = {"file", "upload", "name", "choices", "replaces", "appends_to"}

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV (also gzipped), XLSX or Parquet.",
                        },
                        "upload": {
                            "type": "string",
                            "description": "In place of the file: what a dry run called it.",
                        },
                        "name": {"type": "string", "maxLength": MOST_NAME},
                        "choices": {
                            "type": "string",
                            "description": "JSON: answers in place of guesses, see ImportChoices.",
                        },
                        "replaces": {
                            "type": "string",
                            "description": "Id of the table that this one follows.",
                        },
                        "appends_to": {
                            "type": "string",
                            "description": "Id of the table to put the rows behind.",
                        },
                    },
                }
            }
        },
    }
}


@uploads.post(
    "",
    status_code=201,
    summary="Bring a customer table",
    operation_id="create_dataset",
    response_model=DatasetRead,
    responses=problem_responses(400, 404, 413, 415, 422, 503)
    | {
        200: {"model": Understanding, "description": "A dry run"},
        202: {"model": JobRead, "description": "It takes longer: watch the job"},
    },
    openapi_extra=FORM,
)
async def create_dataset(
    request: Request,
    datasets: Datasets,
    jobs: Jobs,
    dry_run: Annotated[bool, Query(description="Tell what the file holds, and keep nothing.")] = False,
) -> Response:
    """Take a file in, or tell what it holds. What two readings fit is asked and never guessed."""
    upload, path = await anyio.to_thread.run_sync(datasets.make_upload)
    form = await read_form(request, path)
    wanted = _Wanted(form, upload)
    if dry_run:
        job = await anyio.to_thread.run_sync(
            datasets.try_out, wanted.upload, wanted.file_name, wanted.choices
        )
    else:
        job = await anyio.to_thread.run_sync(
            lambda: datasets.take_in(
                wanted.upload, wanted.file_name, wanted.choices, wanted.name, wanted.parent_id, wanted.lineage
            )
        )
    job = await _wait(jobs, job)
    if not job.has_ended:
        return _json(job, 202, f"/api/v1/jobs/{job.id}")
    if job.result is None:
        jobs.raise_failure(job)
    if dry_run:
        return _json(Understanding.model_validate(job.result), 200)
    dataset = await anyio.to_thread.run_sync(datasets.get_dataset, job.id)
    return _json(dataset, 201, f"/api/v1/datasets/{job.id}")


@router.get(
    "",
    summary="Customer tables, newest first",
    operation_id="list_datasets",
    responses=problem_responses(422, 503),
)
def list_datasets(
    datasets: Datasets,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> DatasetList:
    """All tables that were taken in."""
    return datasets.list_datasets(limit, cursor)


@router.get(
    "/{dataset_id}",
    summary="One customer table",
    operation_id="get_dataset",
    responses=problem_responses(404, 422, 503),
)
def get_dataset(dataset_id: str, datasets: Datasets) -> DatasetRead:
    """Its size, its columns, how its file was read."""
    return datasets.get_dataset(dataset_id)


@router.patch(
    "/{dataset_id}",
    summary="Rename a customer table",
    operation_id="rename_dataset",
    responses=problem_responses(400, 404, 413, 415, 422, 503),
)
def rename_dataset(dataset_id: str, body: DatasetChange, datasets: Datasets) -> DatasetRead:
    """Give it another name; nothing else of a table changes."""
    return datasets.rename_dataset(dataset_id, body.name)


@router.delete(
    "/{dataset_id}",
    status_code=204,
    summary="Delete a customer table",
    operation_id="delete_dataset",
    responses=problem_responses(404, 422, 503),
)
def delete_dataset(dataset_id: str, datasets: Datasets) -> Response:
    """Remove it with its rows; models that were trained on it stay."""
    datasets.delete_dataset(dataset_id)
    return Response(status_code=204)


@router.get(
    "/{dataset_id}/summary",
    summary="What a table's columns look like",
    operation_id="get_dataset_summary",
    responses=problem_responses(404, 422, 503),
)
def get_summary(dataset_id: str, datasets: Datasets) -> DatasetSummary:
    """Distributions, missing values, correlations and a sample for scatter plots."""
    return datasets.get_summary(dataset_id)


@router.get(
    "/{dataset_id}/rows",
    summary="Rows of a table",
    operation_id="list_dataset_rows",
    responses=problem_responses(404, 422, 503),
)
def list_rows(
    dataset_id: str,
    datasets: Datasets,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    search: Annotated[str, Query(max_length=200, description="Only rows that hold it in a cell.")] = "",
) -> DatasetRows:
    """Page by page, in the order of the file."""
    return datasets.read_rows(dataset_id, after, limit, search)


@router.get(
    "/{dataset_id}/file",
    summary="Download a table",
    operation_id="download_dataset",
    response_class=FileResponse,
    responses=problem_responses(404, 422, 503),
)
def download_table(dataset_id: str, datasets: Datasets) -> Response:
    """The rows as CSV in UTF-8."""
    name, path = datasets.write_csv(dataset_id)
    task = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type="text/csv", filename=_file_name(name), background=task)


@router.get(
    "/{dataset_id}/rejected",
    summary="Download the rows that were rejected",
    operation_id="download_rejected_rows",
    response_class=FileResponse,
    responses=problem_responses(404, 422, 503),
)
def download_rejected(dataset_id: str, datasets: Datasets) -> Response:
    """As CSV: line, column and reason, then the row's own cells."""
    name, path = datasets.rejected_rows(dataset_id)
    return FileResponse(path, media_type="text/csv", filename=_file_name(name, " rejected"))


class _Wanted:
    """What a form asks for, checked."""

    def __init__(self, form: UploadForm, upload: str) -> None:
        unknown = sorted(form.fields.keys() - FIELDS)
        if unknown:
            raise _fault("form", f"holds a field that is not known; known are {', '.join(sorted(FIELDS))}")
        sent = form.fields.get("upload")
        if (form.file_name is None) == (sent is None):
            raise _fault("file", "send either a file or the upload of a dry run")
        self.upload = sent or upload
        self.file_name = form.file_name or form.fields.get("name") or "upload"
        self.name = (form.fields.get("name") or self.file_name).strip()[:MOST_NAME] or "table"
        replaces, appends_to = form.fields.get("replaces"), form.fields.get("appends_to")
        if replaces and appends_to:
            raise _fault("appends_to", "a table either follows another or is put behind it")
        self.parent_id = replaces or appends_to or None
        self.lineage: Literal["replaced", "appended"] | None = (
            "replaced" if replaces else "appended" if appends_to else None
        )
        self.choices = _read_choices(form.fields.get("choices") or "{}")


def _read_choices(text: str) -> ImportChoices:
    try:
        return ImportChoices.model_validate(parse_strictly(text.encode("utf-8")))
    except JsonMalformed:
        raise _fault("choices", "is not valid JSON") from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [fault | {"loc": ("choices", *fault["loc"])} for fault in faults]
        ) from None


def _fault(name: str, words: str) -> InputInvalid:
    return InputInvalid(f"{name}: {words}", (FieldFault(f"/{name}", words),))


async def _wait(jobs: Jobs, job: JobRead) -> JobRead:
    with anyio.move_on_after(WAIT_SECONDS):
        while not job.has_ended:
            await anyio.sleep(LOOK_SECONDS)
            job = await anyio.to_thread.run_sync(jobs.get_job, job.id)
    return job


def _json(answer: Any, status: int, location: str | None = None) -> Response:
    headers = {"Location": location} if location else None
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")


def _file_name(name: str, more: str = "") -> str:
    stem = re.sub(r"[^\w -]+", "-", name.rpartition(".")[0] or name).strip(" -")
    return f"{stem or 'table'}{more}.csv"
