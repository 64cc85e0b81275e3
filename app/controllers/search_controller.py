"""Searches: jobs that try other columns and preparations of a table."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Jobs, Searches, SearchForms
from app.controllers.page_form import FormFields
from app.controllers.resource_route import CHANGE_FAULTS, SHOW_FAULTS, Cursor, Limit, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render
from app.schemas.base import EXAMPLE_ID
from app.schemas.job import JobList, JobRead, JobStatus
from app.schemas.search import SearchCreate

KIND = "search"
LONGEST_KEY = 40

router = APIRouter(prefix="/api/v1/searches", tags=["Searches"], route_class=ResourceRoute)

pages = APIRouter(include_in_schema=False)

IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="Sent again with the same body, it answers the first search."),
]
SearchId = Annotated[str, Path(description="Id of a search.", examples=[EXAMPLE_ID])]


@router.post(
    "", status_code=202, summary="Search a table", dependencies=[SAME_ORIGIN], responses=CHANGE_FAULTS
)
def create_search(
    body: SearchCreate, response: Response, searches: Searches, idempotency_key: IdempotencyKey = None
) -> JobRead:
    """Begin to try other columns and preparations than `GET /datasets/{id}/recipe` suggests, each with its k.

    `Location` says where to watch it; its `result` is a `SearchRead`.
    """
    job = searches.submit(body, idempotency_key)
    response.headers["Location"] = f"/api/v1/searches/{job.id}"
    return job


@router.get("", summary="Searches, newest first", responses=problem_responses(422, 503))
def list_searches(
    jobs: Jobs, limit: Limit = 50, cursor: Cursor = None, status: JobStatus | None = None
) -> JobList:
    """All searches, or those of one status."""
    return jobs.list_jobs(limit, cursor, KIND, status)


@router.get("/{search_id}", summary="One search", responses=SHOW_FAULTS)
def get_search(search_id: SearchId, jobs: Jobs) -> JobRead:
    """How far it is; at the end what was tried and what to take, or why it failed."""
    return jobs.get_job(search_id, KIND)


@router.post(
    "/{search_id}/cancel",
    summary="Cancel a search",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 422, 503),
)
def cancel_search(search_id: SearchId, jobs: Jobs) -> JobRead:
    """Stop it; nothing was changed by it."""
    return jobs.cancel_job(search_id, KIND)


@pages.post("/datasets/{dataset_id}/searches", dependencies=[SAME_ORIGIN])
def begin_search(dataset_id: str, fields: FormFields, searches: SearchForms) -> Response:
    """Begin a search and go to it."""
    key = fields.get("key", [""])[0][:LONGEST_KEY]
    return _go(searches.begin(dataset_id, key).id)


@pages.get("/searches/{search_id}", response_class=HTMLResponse)
def show_search(request: Request, search_id: str, searches: SearchForms) -> HTMLResponse:
    """Show how far a search is, or what came of it."""
    return render(request, "search.html", searches.show(search_id))


@pages.post("/searches/{search_id}/cancel", dependencies=[SAME_ORIGIN])
def stop_search(search_id: str, searches: SearchForms) -> Response:
    """Stop a search and show it again."""
    searches.cancel(search_id)
    return _go(search_id)


def _go(search_id: str) -> Response:
    return RedirectResponse(f"/searches/{search_id}", status_code=303)
