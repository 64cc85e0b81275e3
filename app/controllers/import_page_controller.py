"""The pages that bring a customer table in: send the file, look at what it holds, answer, take it in."""

from __future__ import annotations

from urllib.parse import urlencode

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.controllers.dependencies import DatasetPages, Datasets, ImportPages, Jobs
from app.controllers.import_controller import await_job
from app.controllers.page_form import read_fields
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render
from app.controllers.upload import read_form
from app.core.errors import ClienteleError, FieldFault, InputInvalid
from app.schemas.import_page import TakenIn, UnderstoodPage
from app.schemas.job import JobRead
from app.services.job_kinds import IMPORT

router = APIRouter(prefix="/datasets", include_in_schema=False)

# a small file is done by then, and nobody sees a page that only waits
WAIT_SECONDS = 1.5
KEPT = ("name", "lineage")


@router.post("", dependencies=[SAME_ORIGIN])
async def send_file(
    request: Request, datasets: Datasets, imports: ImportPages, jobs: Jobs, lists: DatasetPages
) -> Response:
    """Take a form's file and have it looked at; nothing of it becomes a table yet."""
    upload, path = await anyio.to_thread.run_sync(datasets.make_upload)
    try:
        form = await read_form(request, path)
        if form.file_name is None or not path.stat().st_size:
            path.unlink(missing_ok=True)
            words = "Choose a file first." if form.file_name in (None, "file") else "The file is empty."
            raise InputInvalid(words, (FieldFault("/file", words),))
    except ClienteleError as error:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        page = await anyio.to_thread.run_sync(lists.list_tables, None, None, error)
        return render(request, "datasets/list.html", page, error.status)
    job = await anyio.to_thread.run_sync(imports.begin, upload, form.file_name)
    return await _go_on(jobs, job)


@router.get("/imports/{job_id}")
def show_import(request: Request, job_id: str, imports: ImportPages) -> Response:
    """Show how far an import is, what the file holds, or why it stopped."""
    page = imports.show(job_id, dict(request.query_params))
    if isinstance(page, TakenIn):
        return RedirectResponse(f"/datasets/{page.dataset_id}?done=taken", status_code=303)
    return render(request, page.template, page)


@router.post("/imports/{job_id}", dependencies=[SAME_ORIGIN])
async def answer_questions(request: Request, job_id: str, imports: ImportPages, jobs: Jobs) -> Response:
    """Look again with the form's answers, take the file in, or throw it away."""
    fields = await read_fields(request)
    if fields.get("wish") == "discard":
        await anyio.to_thread.run_sync(imports.discard, job_id)
        return RedirectResponse("/datasets?done=discarded", status_code=303)
    found = await anyio.to_thread.run_sync(imports.answer, job_id, fields)
    if isinstance(found, UnderstoodPage):
        return render(request, found.template, found, 422)
    if found.kind == IMPORT:
        return await _go_on(jobs, found)
    kept = {key: fields[key] for key in KEPT if fields.get(key)}
    # what was to be taken in and is looked at first says so
    changed = {"changed": "yes"} if fields.get("wish") == "take" else {}
    return await _go_on(jobs, found, kept | changed)


@router.post("/imports/{job_id}/again", dependencies=[SAME_ORIGIN])
async def look_again(job_id: str, imports: ImportPages, jobs: Jobs) -> Response:
    """Look again at the file of an import that has stopped."""
    return await _go_on(jobs, await anyio.to_thread.run_sync(imports.look_again, job_id))


@router.post("/imports/{job_id}/cancel", dependencies=[SAME_ORIGIN])
def cancel_import(job_id: str, imports: ImportPages) -> Response:
    """Stop an import, and show that it stops."""
    imports.cancel(job_id)
    return RedirectResponse(f"/datasets/imports/{job_id}", status_code=303)


async def _go_on(jobs: Jobs, job: JobRead, kept: dict[str, str] | None = None) -> Response:
    await await_job(jobs, job, WAIT_SECONDS)
    query = f"?{urlencode(kept)}" if kept else ""
    return RedirectResponse(f"/datasets/imports/{job.id}{query}", status_code=303)
