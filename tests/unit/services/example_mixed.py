"""A small model of mixed data made by hand, and the service that answers from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

from app.models.active_model import ActiveModel
from app.models.ml_model import MixedModel
from app.models.model_document import AnalysisDocument, ConfidenceDocument, ModelDocument
from app.models.recipe import Recipe
from app.services.prediction_service import PredictionService
from tests.unit.services.example_model import LABELS, Active, example_analysis, example_model, example_recipe

WORDS = ("North", "South")


def mixed_model(
    transforms: Sequence[str] = ("none",),
    *,
    threshold: float = math.inf,
    weight: float = 1.0,
    centroids: list[list[float]] | None = None,
    region: bool = False,
) -> MixedModel:
    """Two segments, by default a standard deviation below and above the mean of every number.

    Numbers have a mean of 50 and a scale of 30, after ``log1p`` of 3.9 and 0.7; `region` adds a category with
    the levels ``North`` and ``South``, half of the customers each. Beyond `threshold` is exceptional.
    """
    plain = example_model(len(transforms))
    features = [
        feature.model_dump() | {"transform": transform}
        for feature, transform in zip(plain.document.features, transforms, strict=True)
    ]
    encodings = [_number(LABELS[place].lower(), t, weight) for place, t in enumerate(transforms)]
    if region:
        features.append(_REGION)
        encodings.append(_REGION_ENCODING | {"weight": weight})
    width = len(transforms) + 2 * region
    points = centroids or [[-1.0] * width, [1.0] * width]
    content = plain.document.model_dump() | {
        "features": features,
        "encoding": {"features": encodings},
        "segments": [
            segment.model_dump() | {"centroid": point}
            for segment, point in zip(plain.segments, points, strict=True)
        ],
        "exceptional": None if math.isinf(threshold) else _EXCEPTIONAL | {"threshold": threshold},
    }
    analysis = example_analysis(len(transforms))
    if region:
        analysis["sample"]["features"] = [[*row, 0.0] for row in analysis["sample"]["features"]]
    refits = [points, [[0.9 * x for x in point] for point in points]]
    return MixedModel(
        ModelDocument.model_validate(content),
        ConfidenceDocument.model_validate({"refits": refits}),
        AnalysisDocument.model_validate(analysis),
    )


def mixed_recipe(model: MixedModel, missing: str = "median") -> Recipe:
    """The recipe that the model would be trained by; blanks are taken unless `missing` is ``refuse``."""
    numbers = [feature for feature in model.document.features if not feature.levels]
    content = example_recipe(len(numbers)).model_dump(by_alias=True)
    for feature, column in zip(numbers, content["features"], strict=True):
        column |= {"transform": feature.transform, "missing": missing}
    if any(feature.levels for feature in model.document.features):
        common = {"name": "region", "label": "Region", "column": "Region", "kind": "category"}
        gaps = "mean" if missing == "median" else missing
        content["features"] += (common | {"categories": WORDS, "missing": gaps},)
    if model.document.exceptional:
        texts = model.document.exceptional.model_dump(include={"name", "description", "strategy", "slot"})
        content["exceptional"] = texts | {"share": 0.02}
    return Recipe.model_validate(content)


def mixed_predictions(model: MixedModel, missing: str = "median") -> PredictionService:
    return PredictionService(mixed_recipe(model, missing), cast("ActiveModel", Active(model)))


def _number(name: str, transform: str, weight: float) -> dict[str, Any]:
    mean, scale = (50.0, 30.0) if transform == "none" else (3.9, 0.7)
    learned = {"kind": "number", "mean": mean, "scale": scale, "median": 48.0, "missing": 2}
    return {
        "name": name,
        "minimum": 0.0,
        "maximum": 1000.0,
        "transform": transform,
        "weight": weight,
    } | learned


_REGION: dict[str, Any] = {
    "kind": "category",
    "name": "region",
    "label": "Region",
    "unit": "",
    "levels": WORDS,
    "minimum": 0.0,
    "maximum": 2.0,
    "decimals": 0,
    "step": 1.0,
    "mean": 1.0,
    "scale": 1.0,
    "training_min": 0.0,
    "training_max": 2.0,
}
_REGION_ENCODING: dict[str, Any] = {
    "kind": "category",
    "name": "region",
    "missing_as": "mean",
    "levels": [{"name": word, "share": 0.5} for word in WORDS],
    "missing": 1,
}
_EXCEPTIONAL: dict[str, Any] = {
    "segment_id": 7,
    "name": "Exceptional",
    "description": "Unlike the others.",
    "strategy": ["Look at each"],
    "slot": 8,
    "size": 2,
}
