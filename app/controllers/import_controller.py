"""Brings customer tables in: the form with the file, the dry run, the import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Datasets, Jobs
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.strict_json import parse_strictly
from app.controllers.upload import UploadForm, read_form
from app.core.errors import FieldFault, InputInvalid, JsonMalformed
from app.schemas.dataset import DatasetRead, ImportChoices, Understanding
from app.schemas.job import JobRead

router = APIRouter(prefix="/api/v1/datasets", tags=["Datasets"])
UPLOAD_PATHS = ("/api/v1/datasets", "/datasets")

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
                        "name": {
                            "type": "string",
                            "maxLength": MOST_NAME,
                            "examples": ["customers-2026.csv"],
                        },
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


ANSWERS = problem_responses(400, 403, 404, 413, 415, 422, 503) | {
    200: {"model": Understanding, "description": "A dry run"},
    202: {"model": JobRead, "description": "It takes longer: watch the job"},
}


@router.post(
    "",
    status_code=201,
    summary="Bring a customer table",
    dependencies=[SAME_ORIGIN],
    operation_id="create_dataset",
    response_model=DatasetRead,
    responses=ANSWERS,
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
    ask = read_wishes(form, upload).ask
    job = await await_job(jobs, await anyio.to_thread.run_sync(ask, datasets, dry_run))
    if not job.has_ended:
        return _json(job, 202, f"/api/v1/jobs/{job.id}")
    if job.result is None:
        jobs.raise_failure(job)
    if dry_run:
        return _json(Understanding.model_validate(job.result), 200)
    dataset = await anyio.to_thread.run_sync(datasets.get_dataset, job.id)
    return _json(dataset, 201, f"/api/v1/datasets/{job.id}")


@dataclass(frozen=True)
class Wishes:
    """What a form asks for, checked."""

    upload: str
    file_name: str
    name: str
    choices: ImportChoices
    parent_id: str | None
    lineage: Literal["replaced", "appended"] | None

    def ask(self, datasets: Datasets, dry_run: bool) -> JobRead:
        """Ask for it to be done, or tried."""
        if dry_run:
            return datasets.try_out(self.upload, self.file_name, self.choices)
        return datasets.take_in(
            self.upload, self.file_name, self.choices, self.name, self.parent_id, self.lineage
        )


def read_wishes(form: UploadForm, upload: str) -> Wishes:
    """Check a form whose file, if it holds one, was kept as `upload`.

    Raises
    ------
    InputInvalid, RequestValidationError
        With the field that is at fault.
    """
    fields = form.fields
    if fields.keys() - FIELDS:
        raise _fault("form", f"holds a field that is not known; known are {', '.join(sorted(FIELDS))}")
    sent = fields.get("upload")
    if (form.file_name is None) == (sent is None):
        raise _fault("file", "send either a file or the upload of a dry run")
    replaces, appends_to = fields.get("replaces"), fields.get("appends_to")
    if replaces and appends_to:
        raise _fault("appends_to", "a table either follows another or is put behind it")
    file_name = form.file_name or fields.get("name") or "upload"
    return Wishes(
        upload=sent or upload,
        file_name=file_name,
        name=(fields.get("name") or file_name).strip()[:MOST_NAME] or "table",
        choices=_read_choices(fields.get("choices") or "{}"),
        parent_id=replaces or appends_to or None,
        lineage="replaced" if replaces else "appended" if appends_to else None,
    )


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


async def await_job(jobs: Jobs, job: JobRead, seconds: float = WAIT_SECONDS) -> JobRead:
    """Return a job when it has ended, or as it is after so many seconds."""
    with anyio.move_on_after(seconds):
        while not job.has_ended:
            await anyio.sleep(LOOK_SECONDS)
            job = await anyio.to_thread.run_sync(jobs.get_job, job.id)
    return job


def _json(answer: Any, status: int, location: str | None = None) -> Response:
    headers = {"Location": location} if location else None
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")
