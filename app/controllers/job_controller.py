"""Jobs: long pieces of work, watched and cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Jobs
from app.controllers.resource_route import SHOW_FAULTS, Cursor, Limit, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.schemas.base import EXAMPLE_ID
from app.schemas.job import JobList, JobRead, JobStatus

router = APIRouter(prefix="/api/v1/jobs", tags=["Jobs"], route_class=ResourceRoute)

LOOK_SECONDS = 0.3
# a page that goes on watching asks again by itself; a server that restarts need not wait for it
STREAM_SECONDS = 60.0

JobId = Annotated[str, Path(description="Id of a job.", examples=[EXAMPLE_ID])]


@router.get("", summary="Jobs, newest first", responses=problem_responses(422, 503))
def list_jobs(
    jobs: Jobs,
    limit: Limit = 50,
    cursor: Cursor = None,
    kind: Annotated[str | None, Query(max_length=40, examples=["training"])] = None,
    status: JobStatus | None = None,
) -> JobList:
    """All jobs, or those of one kind or status."""
    return jobs.list_jobs(limit, cursor, kind, status)


@router.get("/{job_id}", summary="One job", responses=SHOW_FAULTS)
def get_job(job_id: JobId, jobs: Jobs) -> JobRead:
    """How far it is, and its result or the reason why it failed."""
    return jobs.get_job(job_id)


@router.post(
    "/{job_id}/cancel",
    summary="Cancel a job",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 422, 503),
)
def cancel_job(job_id: JobId, jobs: Jobs) -> JobRead:
    """Stop it if it waits, ask its worker if it runs; one that has ended stays as it is."""
    return jobs.cancel_job(job_id)


@router.delete(
    "/{job_id}",
    status_code=204,
    summary="Forget a job",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 409, 422, 503),
)
def delete_job(job_id: JobId, jobs: Jobs) -> None:
    """Forget a job that has ended; what it made stays."""
    jobs.delete_job(job_id)


def _existing(job_id: JobId, jobs: Jobs) -> JobRead:
    return jobs.get_job(job_id)


@router.get(
    "/{job_id}/events", summary="Watch a job", response_class=EventSourceResponse, responses=SHOW_FAULTS
)
async def watch_job(
    job: Annotated[JobRead, Depends(_existing)], jobs: Jobs
) -> AsyncIterable[ServerSentEvent]:
    """Server-sent events: the job as of `get_job`, at once and at each change, until it has ended."""
    yield ServerSentEvent(event="job", data=job)
    with anyio.move_on_after(STREAM_SECONDS):
        while not job.has_ended:
            await anyio.sleep(LOOK_SECONDS)
            now = await anyio.to_thread.run_sync(jobs.get_job, job.id)
            if now != job:
                job = now
                yield ServerSentEvent(event="job", data=job)
