"""One address for shoppers with numbers and categories: the lifestyle recipe, beside the default one."""

from __future__ import annotations

from fastapi import APIRouter

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Shoppers
from app.controllers.strict_json import StrictRoute
from app.schemas.base import Body
from app.schemas.mixed import ShopperPrediction


def build_router(customer: type[Body]) -> APIRouter:
    """Make the route, whose shoppers have the schema `customer`."""
    router = APIRouter(prefix="/api", tags=["Shoppers"], route_class=StrictRoute)

    async def predict_cluster(body: Body, shoppers: Shoppers) -> ShopperPrediction:
        """Say which cluster a shopper belongs to and what it is like.

        Total spend is worked out here, as in training. A word that is unknown counts as "other", and the
        answer says where.
        """
        return shoppers.predict(vars(body))

    predict_cluster.__annotations__["body"] = customer
    router.add_api_route(
        "/predict_cluster",
        predict_cluster,
        methods=["POST"],
        summary="Place a shopper",
        operation_id="predict_cluster",
        responses=problem_responses(400, 413, 415, 422, 503),
    )
    return router
