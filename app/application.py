"""Puts the application together: settings → services → routers → layers."""

from __future__ import annotations

import asyncio
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
    dataset_controller,
    dataset_page_controller,
    docs_controller,
    import_controller,
    import_page_controller,
    job_controller,
    metrics_controller,
    older_controller,
    probe_controller,
    problems,
    recipe_controller,
    search_controller,
    segment_controller,
    segment_page_controller,
    shopper_controller,
    static_assets,
    training_controller,
    version_controller,
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
from app.core.errors import ClienteleError, RecipeInvalid, RecipeNotFound, SettingsInvalid
from app.core.logging import configure_logging
from app.core.rate_limit import RateLimit
from app.core.request_log import RequestLog
from app.core.request_metrics import EVERY_SECONDS, RequestMetrics
from app.core.run_folder import shared_folder
from app.core.version import VERSION
from app.models.recipe import shipped_names
from app.services.metrics_service import MetricsService
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.shopper_service import RECIPE as SHOPPERS
from app.services.shopper_service import ShopperService
from app.services.storage import Storage
from app.services.training_pages import TrainingPages
from app.services.version_page_service import VersionPageService

DESCRIPTION = (
    "Finds segments in customers, proves that they are real, keeps their identity through retraining and "
    "explains every placement. Errors are `application/problem+json`; JSON is read strictly."
)


def create_app(settings: Settings) -> FastAPI:
    """Make the application for these settings; nothing else reads them.

    Raises
    ------
    SettingsInvalid, RecipeInvalid
        If there is no such default recipe, or it cannot be used. A missing model is no error, and another
        recipe that cannot be used is left out: the answers say so.
    """
    configure_logging(settings)
    request_log, metrics = RequestLog.from_settings(settings), RequestMetrics(shared_folder())
    services = _services(settings, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.storage.resume()
        sharing = asyncio.create_task(_share(metrics)) if metrics.folder else None
        yield
        await asyncio.to_thread(services.storage.close)
        if sharing is not None:
            sharing.cancel()
            metrics.write()
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
    log = structlog.get_logger("clientele.model")

    def report(event: str, detail: str) -> None:
        (log.warning if event.endswith("_refused") else log.info)(event, detail=detail)

    recipes = RecipeService(settings, report)
    default = _default_recipe(settings, recipes)
    recipes.find_faults()  # what is left out is told of now, not when somebody asks for it
    predictions = default.predictions
    storage = Storage(settings, recipes)
    trainings = TrainingPages(recipes, storage)
    return Services(
        predictions=predictions,
        explanations=default.explanations,
        default=default,
        metrics=MetricsService(metrics, predictions),
        recipes=recipes,
        storage=storage,
        version_pages=VersionPageService(recipes, settings.default_recipe, trainings.list_tables),
        shoppers=_shoppers(recipes),
        trainings=trainings,
    )


def _default_recipe(settings: Settings, recipes: RecipeService) -> RecipeServices:
    try:
        return recipes.get_services(settings.default_recipe)
    except RecipeInvalid as error:
        raise RecipeInvalid(f"cannot start: the default recipe cannot be used: {error.detail}") from error
    except RecipeNotFound:
        shipped = ", ".join(shipped_names())
        raise SettingsInvalid(
            f"cannot start: DEFAULT_RECIPE: there is no such recipe; shipped: {shipped}"
        ) from None


def _shoppers(recipes: RecipeService) -> ShopperService:
    try:
        return ShopperService(recipes.get_services(SHOPPERS).predictions)
    except RecipeInvalid as error:
        return ShopperService(recipes.make_shipped(SHOPPERS).predictions, error.detail)


def _add_routes(app: FastAPI, services: Services, api: APIRouter) -> None:
    """Add the routers' routes as they are: included, each would be analysed anew at the first request."""
    nouns = (
        recipe_controller,
        version_controller,
        segment_controller,
        dataset_controller,
        import_controller,
        search_controller,
        training_controller,
        job_controller,
    )
    routers = [api, *(controller.router for controller in nouns)]
    routers += [recipe_controller.changes, probe_controller.router, metrics_controller.router]
    routers.append(shopper_controller.build_router(services.shoppers.predictions.form.body("Shopper")))
    older = services.predictions.form.older_body()
    if older is not None:
        routers.append(older_controller.build_router(older))
    # an import's pages lie below the tables' address
    pages = (view_controller, import_page_controller, dataset_page_controller)
    routers += [controller.router for controller in (*pages, docs_controller, static_assets)]
    routers += [version_controller.pages, search_controller.pages, segment_page_controller.router]
    for router in routers:
        app.router.routes.extend(router.routes)


def _upload_limits(settings: Settings) -> dict[str, int]:
    form = 1_048_576  # what stands around a file in its form
    return dict.fromkeys(import_controller.UPLOAD_PATHS, settings.max_upload_bytes + form)


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
    app.add_middleware(RequestGuard, max_body_bytes=settings.max_body_bytes, larger=_upload_limits(settings))
    if settings.rate_limit:
        limit = RateLimit(settings.rate_limit, settings.rate_window_seconds, shared_folder())
        app.add_middleware(RateLimiter, limit=limit)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "If-None-Match", "X-Request-ID"],
            expose_headers=["ETag", "X-Request-ID"],
        )
    app.add_middleware(RequestContext, request_log=request_log, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    if settings.trusted_proxies:
        app.add_middleware(ProxyTrust, trusted=settings.trusted_proxies)
