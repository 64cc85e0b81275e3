"""What handlers ask for by type: the services that `create_app` made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.services.explanation_service import ExplanationService
from app.services.metrics_service import MetricsService
from app.services.model_card_service import ModelCardService
from app.services.prediction_service import PredictionService
from app.services.segment_map_service import SegmentMapService
from app.services.shopper_service import ShopperService


@dataclass(frozen=True)
class Services:
    """Every service of one application."""

    predictions: PredictionService
    explanations: ExplanationService
    segment_maps: SegmentMapService
    model_cards: ModelCardService
    metrics: MetricsService
    shoppers: ShopperService


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


async def _shoppers(services: Annotated[Services, Depends(get_services)]) -> ShopperService:
    return services.shoppers


Predictions = Annotated[PredictionService, Depends(_predictions)]
SegmentMaps = Annotated[SegmentMapService, Depends(_segment_maps)]
ModelCards = Annotated[ModelCardService, Depends(_model_cards)]
Shoppers = Annotated[ShopperService, Depends(_shoppers)]
Metrics = Annotated[MetricsService, Depends(_metrics)]
