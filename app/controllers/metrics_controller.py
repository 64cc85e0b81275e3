"""Metrics for whoever runs us, in Prometheus' text format."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from app.controllers.dependencies import Metrics

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def get_metrics(metrics: Metrics) -> PlainTextResponse:
    """Answer the counts of all workers."""
    return PlainTextResponse(
        metrics.text(),
        headers={"Cache-Control": "no-store"},
        media_type="text/plain; version=0.0.4",
    )
