"""Tells why a customer is placed where it is, and what would place it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from app.models.explanation import Path, explain
from app.models.ml_model import MLModel
from app.schemas.explanation import ExplanationRead, PathRead, ReasonRead
from app.schemas.prediction import SegmentDistance
from app.services.prediction_service import PredictionService


class ExplanationService:
    """Explains the placements that `predictions` makes."""

    def __init__(self, predictions: PredictionService) -> None:
        self._predictions = predictions

    def explain(self, values: Mapping[str, float]) -> ExplanationRead:
        """Explain one customer by its features, which were checked; all other fields change nothing."""
        model = self._predictions.current()
        customer = [values[feature.name] for feature in model.document.features]
        found = explain(model, customer)
        runner = model.segments[found.runner_up]
        return ExplanationRead(
            segment_id=model.segments[found.own].segment_id,
            name=self._name(model, found.own),
            runner_up=SegmentDistance(
                segment_id=runner.segment_id,
                name=self._name(model, found.runner_up),
                distance=model.place(customer).distances[found.runner_up],
            ),
            margin=found.margin,
            reasons=[
                ReasonRead(
                    feature=reason.feature,
                    raw=reason.raw,
                    standardised=reason.standardised,
                    contribution=reason.contribution,
                )
                for reason in found.reasons
            ],
            paths=[self._path(model, path) for path in found.paths],
            model_version=model.label,
        )

    def _path(self, model: MLModel, path: Path) -> PathRead:
        names = [feature.name for feature in model.document.features]
        return PathRead(
            segment_id=model.segments[path.index].segment_id,
            name=self._name(model, path.index),
            to=None if path.to is None else dict(zip(names, path.to, strict=True)),
            cost=path.cost,
            single=dict(zip(names, path.single, strict=True)),
        )

    def _name(self, model: MLModel, index: int) -> str:
        return self._predictions.describe(model.segments[index]).name
