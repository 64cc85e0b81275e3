"""What handlers ask for by type: the services that `create_app` made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Path, Request

from app.services.explanation_service import ExplanationService
from app.services.metrics_service import MetricsService
from app.services.prediction_service import PredictionService
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.shopper_service import ShopperService
from app.services.storage import Storage
from app.services.training_pages import TrainingPages
from app.services.version_page_service import VersionPageService

if TYPE_CHECKING:
    from app.services.dataset_page_service import DatasetPageService
    from app.services.dataset_service import DatasetService
    from app.services.import_page_service import ImportPageService
    from app.services.job_service import JobService
    from app.services.recipe_draft import RecipeDrafts
    from app.services.search_pages import SearchPages
    from app.services.search_service import SearchService
    from app.services.segment_service import SegmentService
    from app.services.segmenting_pages import SegmentingPages
    from app.services.segments_pages import SegmentsPages
else:
    # importing them would load the database's library into every worker: see Storage
    DatasetPageService = DatasetService = ImportPageService = JobService = Any
    RecipeDrafts = SearchPages = SearchService = SegmentService = SegmentingPages = SegmentsPages = Any


@dataclass(frozen=True)
class Services:
    """Every service of one application."""

    predictions: PredictionService
    explanations: ExplanationService
    default: RecipeServices
    metrics: MetricsService
    recipes: RecipeService
    storage: Storage
    version_pages: VersionPageService
    shoppers: ShopperService
    trainings: TrainingPages


async def get_services(request: Request) -> Services:
    """Return the application's services."""
    services: Services = request.app.state.services
    return services


async def _predictions(services: Annotated[Services, Depends(get_services)]) -> PredictionService:
    return services.predictions


async def _default(services: Annotated[Services, Depends(get_services)]) -> RecipeServices:
    return services.default


async def _metrics(services: Annotated[Services, Depends(get_services)]) -> MetricsService:
    return services.metrics


async def _recipes(services: Annotated[Services, Depends(get_services)]) -> RecipeService:
    return services.recipes


def _jobs(services: Annotated[Services, Depends(get_services)]) -> JobService:
    return services.storage.get_services().jobs


def _datasets(services: Annotated[Services, Depends(get_services)]) -> DatasetService:
    return services.storage.get_services().datasets


def _drafts(services: Annotated[Services, Depends(get_services)]) -> RecipeDrafts:
    return services.storage.get_services().drafts


def _searches(services: Annotated[Services, Depends(get_services)]) -> SearchService:
    return services.storage.get_services().searches


def _search_pages(services: Annotated[Services, Depends(get_services)]) -> SearchPages:
    return services.storage.get_services().search_pages


def _segments(services: Annotated[Services, Depends(get_services)]) -> SegmentService:
    return services.storage.get_services().segments


def _dataset_pages(services: Annotated[Services, Depends(get_services)]) -> DatasetPageService:
    return services.storage.get_services().dataset_pages


def _import_pages(services: Annotated[Services, Depends(get_services)]) -> ImportPageService:
    return services.storage.get_services().import_pages


def _segmenting(services: Annotated[Services, Depends(get_services)]) -> SegmentingPages:
    return services.storage.get_services().segmenting


def _segment_pages(services: Annotated[Services, Depends(get_services)]) -> SegmentsPages:
    return services.storage.get_services().segment_pages


async def _trainings(services: Annotated[Services, Depends(get_services)]) -> TrainingPages:
    return services.trainings


async def _version_pages(services: Annotated[Services, Depends(get_services)]) -> VersionPageService:
    return services.version_pages


async def _named_recipe(
    recipe: Annotated[str, Path(description="Name of a recipe.", examples=["mall"])],
    recipes: Annotated[RecipeService, Depends(_recipes)],
) -> RecipeServices:
    return recipes.get_services(recipe)


async def _shoppers(services: Annotated[Services, Depends(get_services)]) -> ShopperService:
    return services.shoppers


Predictions = Annotated[PredictionService, Depends(_predictions)]
DefaultRecipe = Annotated[RecipeServices, Depends(_default)]
Shoppers = Annotated[ShopperService, Depends(_shoppers)]
Metrics = Annotated[MetricsService, Depends(_metrics)]
Datasets = Annotated[DatasetService, Depends(_datasets)]
Drafts = Annotated[RecipeDrafts, Depends(_drafts)]
DatasetPages = Annotated[DatasetPageService, Depends(_dataset_pages)]
ImportPages = Annotated[ImportPageService, Depends(_import_pages)]
Jobs = Annotated[JobService, Depends(_jobs)]
Searches = Annotated[SearchService, Depends(_searches)]
SearchForms = Annotated[SearchPages, Depends(_search_pages)]
Segments = Annotated[SegmentService, Depends(_segments)]
Segmenting = Annotated[SegmentingPages, Depends(_segmenting)]
SegmentForms = Annotated[SegmentsPages, Depends(_segment_pages)]
Trainings = Annotated[TrainingPages, Depends(_trainings)]
Recipes = Annotated[RecipeService, Depends(_recipes)]
VersionPages = Annotated[VersionPageService, Depends(_version_pages)]
NamedRecipe = Annotated[RecipeServices, Depends(_named_recipe)]
