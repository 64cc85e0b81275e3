"""What handlers ask for by type: the services that `create_app` made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Path, Request

from app.services.explanation_service import ExplanationService
from app.services.metrics_service import MetricsService
from app.services.model_card_service import ModelCardService
from app.services.prediction_service import PredictionService
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.segment_map_service import SegmentMapService
from app.services.storage import Storage
from app.services.version_page_service import VersionPageService

if TYPE_CHECKING:
    from app.services.dataset_page_service import DatasetPageService
    from app.services.dataset_service import DatasetService
    from app.services.import_page_service import ImportPageService
    from app.services.job_service import JobService
else:
    # importing them would load the database's library into every worker: see Storage
    DatasetPageService = DatasetService = ImportPageService = JobService = Any


@dataclass(frozen=True)
class Services:
    """Every service of one application."""

    predictions: PredictionService
    explanations: ExplanationService
    segment_maps: SegmentMapService
    model_cards: ModelCardService
    metrics: MetricsService
    recipes: RecipeService
    storage: Storage
    version_pages: VersionPageService


async def get_services(request: Request) -> Services:
    """Return the application's services."""
    services: Services = request.app.state.services
    return services


async def _predictions(services: Annotated[Services, Depends(get_services)]) -> PredictionService:
    return services.predictions


async def _segment_maps(services: Annotated[Services, Depends(get_services)]) -> SegmentMapService:
    return services.segment_maps


async def _model_cards(services: Annotated[Services, Depends(get_services)]) -> ModelCardService:
    return services.model_cards


async def _metrics(services: Annotated[Services, Depends(get_services)]) -> MetricsService:
    return services.metrics


async def _recipes(services: Annotated[Services, Depends(get_services)]) -> RecipeService:
    return services.recipes


def _jobs(services: Annotated[Services, Depends(get_services)]) -> JobService:
    return services.storage.get_services().jobs


def _datasets(services: Annotated[Services, Depends(get_services)]) -> DatasetService:
    return services.storage.get_services().datasets


def _dataset_pages(services: Annotated[Services, Depends(get_services)]) -> DatasetPageService:
    return services.storage.get_services().dataset_pages


def _import_pages(services: Annotated[Services, Depends(get_services)]) -> ImportPageService:
    return services.storage.get_services().import_pages


async def _version_pages(services: Annotated[Services, Depends(get_services)]) -> VersionPageService:
    return services.version_pages


async def _named_recipe(
    recipe: Annotated[str, Path(description="Name of a recipe.", examples=["mall"])],
    recipes: Annotated[RecipeService, Depends(_recipes)],
) -> RecipeServices:
    return recipes.get_services(recipe)


Predictions = Annotated[PredictionService, Depends(_predictions)]
SegmentMaps = Annotated[SegmentMapService, Depends(_segment_maps)]
ModelCards = Annotated[ModelCardService, Depends(_model_cards)]
Metrics = Annotated[MetricsService, Depends(_metrics)]
Datasets = Annotated[DatasetService, Depends(_datasets)]
DatasetPages = Annotated[DatasetPageService, Depends(_dataset_pages)]
ImportPages = Annotated[ImportPageService, Depends(_import_pages)]
Jobs = Annotated[JobService, Depends(_jobs)]
Recipes = Annotated[RecipeService, Depends(_recipes)]
VersionPages = Annotated[VersionPageService, Depends(_version_pages)]
NamedRecipe = Annotated[RecipeServices, Depends(_named_recipe)]
