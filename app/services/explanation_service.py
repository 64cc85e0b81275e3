"""Tells why a customer is placed where it is, and what would place it elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from app.models.explanation import Explanation, explain
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState
from app.models.paths import Path
from app.models.reach import share_nearer
from app.schemas.explanation import ExplanationRead, OwnDistance, PathRead, ReasonRead
from app.schemas.mixed import MixedExplanationRead, MixedPathRead, MixedReasonRead
from app.schemas.prediction import SegmentDistance
from app.services.customer_form import Given, Value
from app.services.prediction_service import PredictionService


class ExplanationService:
    """Explains the placements that `predictions` makes."""

    def __init__(self, predictions: PredictionService) -> None:
        self._predictions = predictions

    def explain(self, values: Given) -> ExplanationRead | MixedExplanationRead:
        """Explain one customer by its features, which were checked; all other fields change nothing."""
        model = self._predictions.current()
        customer = self._predictions.row(model, values)
        found = explain(model, customer)
        if model.document.encoding is not None:
            return self._mixed(model, customer, found)
        return ExplanationRead(
            segment_id=model.segments[found.own].segment_id,
            name=self._name(model, found.own),
            distance=_own_distance(model, customer, found.own),
            runner_up=self._distance(model, customer, found.runner_up),
            margin=found.margin,
            reasons=[
                ReasonRead(
                    feature=reason.feature,
                    raw=reason.raw,
                    standardised=cast("float", reason.standardised),
                    contribution=reason.contribution,
                )
                for reason in found.reasons
            ],
            paths=[self._path(model, path) for path in found.paths],
            model_version=model.label,
        )

    def _mixed(self, model: MLModel, customer: Sequence[float], found: Explanation) -> MixedExplanationRead:
        features, outlying = model.document.features, model.document.exceptional
        own, runner_up = model.segments[found.own].segment_id, found.runner_up
        name = self._name(model, found.own)
        if found.is_exceptional and outlying:
            own, runner_up = outlying.segment_id, found.own
            name = self._predictions.describe_exceptional(outlying).name
        return MixedExplanationRead(
            segment_id=own,
            name=name,
            distance=_own_distance(model, customer, found.own),
            runner_up=self._distance(model, customer, runner_up),
            margin=found.margin,
            reasons=[
                MixedReasonRead(
                    feature=reason.feature,
                    raw=_told(feature, reason.raw),
                    standardised=reason.standardised,
                    contribution=reason.contribution,
                )
                for feature, reason in zip(features, found.reasons, strict=True)
            ],
            paths=[
                MixedPathRead(
                    segment_id=model.segments[path.index].segment_id,
                    name=self._name(model, path.index),
                    to=None if path.to is None else _by_name(features, path.to),
                    cost=path.cost,
                    single=_by_name(features, path.single),
                )
                for path in found.paths
            ],
            model_version=model.label,
        )

    def _distance(self, model: MLModel, customer: Sequence[float], index: int) -> SegmentDistance:
        return SegmentDistance(
            segment_id=model.segments[index].segment_id,
            name=self._name(model, index),
            distance=model.place(customer).distances[index],
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


def _own_distance(model: MLModel, customer: Sequence[float], nearest: int) -> OwnDistance:
    distance = model.place(customer).distances[nearest]
    return OwnDistance(value=distance, farther_than=share_nearer(model.segments[nearest].reach, distance))


def _by_name(features: Sequence[FeatureState], values: Sequence[float | None]) -> dict[str, Value]:
    return {f.name: None if x is None else _told(f, x) for f, x in zip(features, values, strict=True)}


def _told(feature: FeatureState, value: float) -> Value:
    """Return a value as people know it: a category's word, None where it is missing."""
    if feature.levels:
        return feature.word_of(value)
    return None if math.isnan(value) else value
