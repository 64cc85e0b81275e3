"""Puts the application together: settings → services → routers → layers."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app.controllers import (
    api_controller,
    docs_controller,
    metrics_controller,
    older_controller,
    probe_controller,
    problems,
    shopper_controller,
    static_assets,
    view_controller,
)
from app.controllers.dependencies import Services
from app.controllers.direct_route import DirectRoutes
from app.controllers.middleware.head_requests import HeadRequests
from app.controllers.middleware.https_only import HttpsOnly
from app.controllers.middleware.proxy_trust import ProxyTrust
from app.controllers.middleware.rate_limiter import RateLimiter
from app.controllers.middleware.request_context import RequestContext
from app.controllers.middleware.request_guard import RequestGuard
from app.controllers.middleware.security_headers import SecurityHeaders
from app.controllers.openapi import TAGS, describe_errors
from app.core.config import Settings
from app.core.errors import ClienteleError, RecipeNotFound, SettingsInvalid
from app.core.logging import configure_logging
from app.core.rate_limit import RateLimit
from app.core.request_log import RequestLog
from app.core.request_metrics import EVERY_SECONDS, RequestMetrics
from app.core.run_folder import shared_folder
from app.core.version import VERSION
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import Recipe, get_recipe, shipped_names
from app.services.explanation_service import ExplanationService
from app.services.metrics_service import MetricsService
from app.services.model_card_service import ModelCardService
from app.services.prediction_service import PredictionService
from app.services.segment_map_service import SegmentMapService
from app.services.shopper_service import RECIPE as SHOPPERS
from app.services.shopper_service import ShopperService

DESCRIPTION = (
    "Finds segments in customers, proves that they are real, keeps their identity through retraining and "
    "explains every placement. Errors are `application/problem+json`; JSON is read strictly."
)


def create_app(settings: Settings) -> FastAPI:
    """Make the application for these settings; nothing else reads them.

    Raises
    ------
    SettingsInvalid, RecipeInvalid
        If there is no such default recipe, or it cannot be used. A missing model is no error: the answers
        say so.
    """
    configure_logging(settings)
    request_log, metrics = RequestLog.from_settings(settings), RequestMetrics(shared_folder())
    services = _services(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # what lives as long as the process need not be looked through at every collection
        gc.collect()
        gc.freeze()
        sharing = asyncio.create_task(_share(metrics)) if metrics.folder else None
        yield
        if sharing is not None:
            sharing.cancel()
            metrics.write()
        gc.unfreeze()
        request_log.flush()

    app = FastAPI(
        title="Clientele",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # /metrics and the log are what the service tells of itself; FastAPI's own would ask at every request
        telemetry={"tracing": False, "metrics": False, "logs": False},
        openapi_tags=TAGS,
        lifespan=lifespan,
    )
    app.state.services = services
    form = services.predictions.form
    api = api_controller.build_router(form.body(), *form.answers())
    _add_routes(app, services, api)
    for kind, handler in (
        (ClienteleError, problems.answer_clientele_error),
        (RequestValidationError, problems.answer_invalid_fields),
        (HTTPException, problems.answer_http_error),
    ):
        app.add_exception_handler(kind, handler)
    _add_layers(app, settings, api, request_log, metrics)
    describe_errors(app)
    return app


async def _share(metrics: RequestMetrics) -> None:
    while True:
        metrics.write()
        await asyncio.sleep(EVERY_SECONDS)


def _services(settings: Settings, metrics: RequestMetrics) -> Services:
    recipe = _default_recipe(settings)
    predictions = _predictions(settings, recipe)
    shoppers = predictions
    if recipe.name != SHOPPERS:
        shoppers = _predictions(settings, get_recipe(SHOPPERS, settings.recipes_dir))
    return Services(
        predictions=predictions,
        explanations=ExplanationService(predictions),
        segment_maps=SegmentMapService(predictions),
        model_cards=ModelCardService(predictions),
        metrics=MetricsService(metrics, predictions),
        shoppers=ShopperService(shoppers),
    )


def _predictions(settings: Settings, recipe: Recipe) -> PredictionService:
    log = structlog.get_logger("clientele.model")
    active = ActiveModel(
        ArtifactStore(settings.artifacts_dir, recipe.name),
        recipe.feature_names,
        lambda event, detail: log.info(event, detail=detail),
    )
    return PredictionService(recipe, active)


def _default_recipe(settings: Settings) -> Recipe:
    try:
        return get_recipe(settings.default_recipe, settings.recipes_dir)
    except RecipeNotFound:
        shipped = ", ".join(shipped_names())
        raise SettingsInvalid(
            f"cannot start: DEFAULT_RECIPE: there is no such recipe; shipped: {shipped}"
        ) from None


def _add_routes(app: FastAPI, services: Services, api: APIRouter) -> None:
    app.include_router(api)
    app.include_router(probe_controller.router)
    app.include_router(metrics_controller.router)
    app.include_router(shopper_controller.build_router(services.shoppers.predictions.form.body("Shopper")))
    older = services.predictions.form.older_body()
    if older is not None:
        app.include_router(older_controller.build_router(older))
    for controller in (view_controller, docs_controller, static_assets):
        app.include_router(controller.router)


def _add_layers(
    app: FastAPI, settings: Settings, api: APIRouter, request_log: RequestLog, metrics: RequestMetrics
) -> None:
    """Add the layers, the innermost first."""
    app.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=6)
    app.add_middleware(HeadRequests)
    # a placement fits into one packet, so compressing it would save nobody anything
    app.add_middleware(DirectRoutes, router=api)
    if settings.force_https:
        app.add_middleware(HttpsOnly)
    app.add_middleware(RequestGuard, max_body_bytes=settings.max_body_bytes)
    if settings.rate_limit:
        limit = RateLimit(settings.rate_limit, settings.rate_window_seconds, shared_folder())
        app.add_middleware(RateLimiter, limit=limit)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID"],
        )
    app.add_middleware(RequestContext, request_log=request_log, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    if settings.trusted_proxies:
        app.add_middleware(ProxyTrust, trusted=settings.trusted_proxies)
