"""What the serving benchmark compares: our application, and the same with a constant answer.

Each function is a uvicorn factory: ``uvicorn --factory benchmarks.targets:ours``.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.application import create_app
from app.core.config import load_settings
from app.schemas.base import Body
from app.schemas.prediction import PredictionRead
from app.services.customer_form import Given
from app.services.prediction_service import PredictionService

CONSTANT_ADDRESS = "/constant"
CUSTOMER = {"annual_income": 60.0, "spending_score": 42.0}


def ours() -> FastAPI:
    """The product as it is."""
    return create_app(load_settings())


def constant() -> FastAPI:
    """The same application, layers and schemas; FastAPI's own route answers a constant."""
    app = ours()
    predictions: PredictionService = app.state.services.predictions
    answer = predictions.predict(CUSTOMER)

    async def predict(body: Body) -> PredictionRead:  # noqa: ARG001 - read and checked, as ours is
        return answer

    predict.__annotations__["body"] = predictions.form.body()
    app.router.routes.insert(0, APIRoute(CONSTANT_ADDRESS, predict, methods=["POST"]))
    return app


def constant_direct() -> FastAPI:
    """The same application down to our own route, which answers a constant: what a placement itself costs."""
    app = ours()
    services = app.state.services
    answer = services.predictions.predict(CUSTOMER)
    app.state.services = replace(services, predictions=_Constant(services.predictions, answer))
    return app


class _Constant(PredictionService):
    def __init__(self, predictions: PredictionService, answer: PredictionRead) -> None:
        self.__dict__.update(vars(predictions))
        self._answer = answer

    def predict(self, values: Given) -> PredictionRead:  # noqa: ARG002
        return self._answer
