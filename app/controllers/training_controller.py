"""Trainings: jobs that make a model version."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Datasets, Jobs, Recipes
from app.controllers.resource_route import CHANGE_FAULTS, SHOW_FAULTS, Cursor, Limit, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.schemas.base import EXAMPLE_ID
from app.schemas.job import JobList, JobRead, JobStatus
from app.schemas.training import TrainingCreate

KIND = "training"

router = APIRouter(prefix="/api/v1/trainings", tags=["Trainings"], route_class=ResourceRoute)

IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="Sent again with the same body, it answers the first training."),
]


TrainingId = Annotated[str, Path(description="Id of a training.", examples=[EXAMPLE_ID])]


@router.post(
    "", status_code=202, summary="Train a recipe", dependencies=[SAME_ORIGIN], responses=CHANGE_FAULTS
)
def create_training(
    body: TrainingCreate,
    response: Response,
    jobs: Jobs,
    recipes: Recipes,
    datasets: Datasets,
    idempotency_key: IdempotencyKey = None,
) -> JobRead:
    """Begin a training; `Location` says where to watch it."""
    recipes.get_services(body.recipe)
    if body.dataset_id is not None:
        datasets.get_dataset(body.dataset_id)
    job = jobs.submit(KIND, body.model_dump(), idempotency_key)
    response.headers["Location"] = f"/api/v1/trainings/{job.id}"
    return job


@router.get("", summary="Trainings, newest first", responses=problem_responses(422, 503))
def list_trainings(
    jobs: Jobs, limit: Limit = 50, cursor: Cursor = None, status: JobStatus | None = None
) -> JobList:
    """All trainings, or those of one status."""
    return jobs.list_jobs(limit, cursor, KIND, status)


@router.get("/{training_id}", summary="One training", responses=SHOW_FAULTS)
def get_training(training_id: TrainingId, jobs: Jobs) -> JobRead:
    """How far it is; at the end the version that it made, or why it failed."""
    return jobs.get_job(training_id, KIND)


@router.post(
    "/{training_id}/cancel",
    summary="Cancel a training",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 422, 503),
)
def cancel_training(training_id: TrainingId, jobs: Jobs) -> JobRead:
    """Stop it; the version in use stays in use."""
    return jobs.cancel_job(training_id, KIND)
