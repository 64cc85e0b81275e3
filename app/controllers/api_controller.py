"""The versioned API: place a customer, tell about segments and the model, say whether we are well."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.controllers.dependencies import Predictions, Recipes, Services
from app.controllers.direct_route import DirectRoute
from app.controllers.problems import MEDIA_TYPE
from app.schemas.base import Answer, Body
from app.schemas.cluster import ClusterInfoList, ClusterList
from app.schemas.health import Health
from app.schemas.model_version import ModelInfo

Responses = dict[int | str, dict[str, Any]]


def problem_responses(*statuses: int) -> Responses:
    """Document the errors that an operation can answer."""
    texts = {
        400: "The body is not JSON",
        403: "A page of another site asks",
        404: "There is nothing of this name",
        409: "Not in the state it is in",
        413: "The body is too large",
        415: "The body is of another type",
        422: "A field is missing or out of bounds",
        503: "No model can answer yet",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": texts[status], "content": content} for status in statuses}


def build_router(customer: type[Body], prediction: type[Answer], explanation: type[Answer]) -> APIRouter:
    """Make the routes of the default recipe, whose customers have the schema `customer`.

    `prediction` and `explanation` are the schemas of what its customers are answered.
    """
    router = APIRouter(prefix="/api/v1")

    async def predict(body: Body, request: Request) -> Answer:
        """Say which segment a customer belongs to, how surely, and what to do."""
        services: Services = request.app.state.services
        return services.predictions.predict(vars(body))

    async def explain(body: Body, request: Request) -> Answer:
        """Say why a customer is placed there, exactly, and what would place it in each other segment."""
        services: Services = request.app.state.services
        return services.explanations.explain(vars(body))

    for handle, summary, answer in (
        (predict, "Place a customer", prediction),
        (explain, "Explain a placement", explanation),
    ):
        # the schemas are the recipe's, known only now
        handle.__annotations__ |= {"body": customer, "return": answer}
        router.add_api_route(
            f"/{handle.__name__}",
            handle,
            methods=["POST"],
            tags=["Prediction"],
            summary=summary,
            operation_id=handle.__name__,
            responses=problem_responses(400, 413, 415, 422, 503),
            route_class_override=DirectRoute,
        )

    @router.get(
        "/clusters",
        tags=["Segments"],
        summary="Numbers of every segment",
        operation_id="list_clusters",
        responses=problem_responses(503),
    )
    async def list_clusters(predictions: Predictions) -> ClusterList:
        """Size, share, stability and column statistics of every segment in the training table."""
        return predictions.clusters()

    @router.get(
        "/clusters/info",
        tags=["Segments"],
        summary="Meaning and strategy of every segment",
        operation_id="list_clusters_info",
        responses=problem_responses(503),
    )
    async def list_clusters_info(predictions: Predictions) -> ClusterInfoList:
        """Name, description, strategy and colour of every segment."""
        return predictions.clusters_info()

    @router.get(
        "/model/info",
        tags=["Model"],
        summary="The model card in numbers",
        operation_id="get_model_info",
        responses=problem_responses(503),
    )
    async def get_model_info(predictions: Predictions) -> ModelInfo:
        """Algorithm, features, data, versions, validity, verdict, lineage and proof of the active model."""
        return predictions.model_info()

    @router.get(
        "/health",
        tags=["Health"],
        summary="Is a model loaded?",
        operation_id="get_health",
        responses=problem_responses(503),
    )
    async def get_health(predictions: Predictions, recipes: Recipes) -> Health:
        """200 while a model answers, 503 with the reason while none does; which recipes are left out."""
        return predictions.health().model_copy(update={"recipes_left_out": recipes.find_faults()})

    return router
