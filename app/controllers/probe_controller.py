"""Probes for whoever runs us: alive, ready."""

from __future__ import annotations

from fastapi import APIRouter

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Predictions
from app.schemas.health import Health, Liveness

router = APIRouter(tags=["Health"])


@router.get("/livez", summary="Is the process alive?", operation_id="get_livez")
async def get_livez() -> Liveness:
    """Answer 200 as long as the process can answer at all."""
    return Liveness()


@router.get(
    "/readyz", summary="Can it take traffic?", operation_id="get_readyz", responses=problem_responses(503)
)
async def get_readyz(predictions: Predictions) -> Health:
    """Answer 200 while a model is loaded, else 503 with the reason."""
    return predictions.health()
