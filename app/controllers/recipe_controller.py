"""Recipes, and what each of them answers: the addresses of `/api/v1`, below the recipe's name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import Drafts, NamedRecipe, Recipes
from app.controllers.resource_route import SHOW_FAULTS, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.strict_json import check_body, read_strictly
from app.schemas.cluster import ClusterInfoList, ClusterList
from app.schemas.explanation import ExplanationRead
from app.schemas.health import Health
from app.schemas.mixed import MixedExplanationRead, MixedPredictionRead
from app.schemas.model_version import ModelInfo
from app.schemas.prediction import PredictionRead
from app.schemas.recipe import RecipeCreate, RecipeList, RecipeRead

router = APIRouter(prefix="/api/v1/recipes", tags=["Recipes"], route_class=ResourceRoute)

changes = APIRouter(prefix="/api/v1/recipes", tags=["Recipes"], route_class=ResourceRoute)

# the schema is the recipe's, which the address names
CUSTOMER: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "title": "Customer",
                    "description": "The recipe's fields: see `customer` of `GET /api/v1/recipes/{recipe}`.",
                },
                "example": {"annual_income": 60.0, "spending_score": 42.0},
            }
        },
    }
}
ASKED = problem_responses(400, 404, 413, 415, 422, 503)


@router.get("", summary="Every recipe")
def list_recipes(recipes: Recipes) -> RecipeList:
    """Name, features and active version of every recipe, shipped or your own."""
    return recipes.list_recipes()


@changes.post(
    "",
    status_code=201,
    summary="Make a recipe",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(400, 403, 404, 409, 413, 415, 422, 503),
)
def create_recipe(body: RecipeCreate, drafts: Drafts, response: Response) -> RecipeRead:
    """Out of a customer table and a choice of its columns; `GET /datasets/{id}/recipe` proposes one."""
    recipe = drafts.create(body)
    response.headers["Location"] = f"/api/v1/recipes/{recipe.name}"
    return recipe


@changes.delete(
    "/{recipe}",
    status_code=204,
    summary="Forget a recipe",
    dependencies=[SAME_ORIGIN],
    responses=problem_responses(403, 404, 409, 422),
)
def delete_recipe(
    recipe: Annotated[str, Path(description="Name of a recipe.", examples=["outlet"])], recipes: Recipes
) -> None:
    """One of your own; its model versions stay on disk and come back with its name."""
    recipes.delete_recipe(recipe)


@router.get("/{recipe}", summary="One recipe", responses=problem_responses(404, 422))
def get_recipe(
    recipe: Annotated[str, Path(description="Name of a recipe.", examples=["mall"])], recipes: Recipes
) -> RecipeRead:
    """Features with their bounds, and the schema of the body that predict and explain take."""
    return recipes.get_recipe(recipe)


@router.post(
    "/{recipe}/predict", summary="Place a customer by a recipe", responses=ASKED, openapi_extra=CUSTOMER
)
async def predict_by_recipe(named: NamedRecipe, request: Request) -> PredictionRead | MixedPredictionRead:
    """Say which segment a customer belongs to, how surely, and what to do."""
    body = check_body(named.body, await read_strictly(request))
    return named.predictions.predict(vars(body))


@router.post(
    "/{recipe}/explain", summary="Explain a placement by a recipe", responses=ASKED, openapi_extra=CUSTOMER
)
async def explain_by_recipe(named: NamedRecipe, request: Request) -> ExplanationRead | MixedExplanationRead:
    """Say why a customer is placed there, exactly, and what would place it in each other segment."""
    body = check_body(named.body, await read_strictly(request))
    return named.explanations.explain(vars(body))


@router.get("/{recipe}/clusters", summary="Numbers of every segment of a recipe", responses=SHOW_FAULTS)
async def list_clusters_by_recipe(named: NamedRecipe) -> ClusterList:
    """Size, share, stability and column statistics of every segment in the training table."""
    return named.predictions.clusters()


@router.get(
    "/{recipe}/clusters/info",
    summary="Meaning and strategy of every segment of a recipe",
    responses=SHOW_FAULTS,
)
async def list_clusters_info_by_recipe(named: NamedRecipe) -> ClusterInfoList:
    """Name, description, strategy and colour of every segment."""
    return named.predictions.clusters_info()


@router.get("/{recipe}/model/info", summary="The model card of a recipe in numbers", responses=SHOW_FAULTS)
async def get_model_info_by_recipe(named: NamedRecipe) -> ModelInfo:
    """Algorithm, features, data, versions, validity, verdict, lineage and proof of the active model."""
    return named.predictions.model_info()


@router.get("/{recipe}/health", summary="Is a recipe's model loaded?", responses=SHOW_FAULTS)
async def get_health_by_recipe(named: NamedRecipe) -> Health:
    """200 while the recipe's model answers, 503 with the reason while none does."""
    return named.predictions.health()
