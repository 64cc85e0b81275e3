"""Addresses of older integrations; new ones use /api/v1."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Predictions
from app.controllers.strict_json import StrictRoute
from app.schemas.base import Body
from app.schemas.prediction import OlderPrediction
from app.schemas.statistics import Statistics

# RFC 9745: the day from which on these addresses are deprecated, 2026-11-21
DEPRECATED_SINCE = "@1795219200"


def build_router(customer: type[Body]) -> APIRouter:
    """Make the older routes, whose customers have the schema `customer`."""
    router = APIRouter(tags=["Older addresses"], route_class=StrictRoute)

    async def predict_older(body: Body, predictions: Predictions, response: Response) -> OlderPrediction:
        """Place a customer given under the older names. Use `POST /api/v1/predict`."""
        _point_to(response, "/api/v1/predict")
        return predictions.predict_for_older(body.model_dump())

    predict_older.__annotations__["body"] = customer
    router.add_api_route(
        "/predict",
        predict_older,
        methods=["POST"],
        summary="Place a customer (older names)",
        operation_id="predict_older",
        deprecated=True,
        responses=problem_responses(400, 413, 415, 422, 503),
    )

    @router.get(
        "/stats",
        summary="Statistics (older names)",
        operation_id="get_stats",
        deprecated=True,
        responses=problem_responses(503),
    )
    async def get_stats(predictions: Predictions, response: Response) -> Statistics:
        """Count, columns and means by segment. Use `GET /api/v1/clusters`."""
        _point_to(response, "/api/v1/clusters")
        return predictions.statistics_for_older()

    return router


def _point_to(response: Response, successor: str) -> None:
    response.headers["Deprecation"] = DEPRECATED_SINCE
    response.headers["Link"] = f'<{successor}>; rel="successor-version"'
