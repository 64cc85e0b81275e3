"""What the serving benchmark compares: our application, and the same with a constant answer.

Each function is a uvicorn factory: ``uvicorn --factory benchmarks.targets:ours``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastapi import FastAPI

from app.application import create_app
from app.core.config import load_settings
from app.schemas.prediction import PredictionRead
from app.services.prediction_service import PredictionService


def ours() -> FastAPI:
    """The product as it is."""
    return create_app(load_settings())


def constant() -> FastAPI:
    """The same application, layers, schemas and answer, with nothing computed."""
    app = ours()
    services = app.state.services
    answer = services.predictions.predict({"annual_income": 60.0, "spending_score": 42.0})
    app.state.services = replace(services, predictions=_Constant(services.predictions, answer))
    return app


class _Constant(PredictionService):
    def __init__(self, predictions: PredictionService, answer: PredictionRead) -> None:
        self.__dict__.update(vars(predictions))
        self._answer = answer

    def predict(self, values: Mapping[str, float]) -> PredictionRead:  # noqa: ARG002
        return self._answer
