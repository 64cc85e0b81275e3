"""A small model made by hand, with any number of features, and the service that answers from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from app.models.active_model import ActiveModel
from app.models.ml_model import MLModel
from app.models.model_document import AnalysisDocument, ConfidenceDocument, ModelDocument
from app.models.recipe import Recipe
from app.services.prediction_service import PredictionService

HASH = "0" * 64
METRICS = {
    "silhouette": 0.5,
    "calinski_harabasz": 90.0,
    "davies_bouldin": 0.7,
    "inertia": 40.0,
    "silhouette_of": {"method": "all_customers", "rows": 4000, "ci95": None},
}
INTERVALS = {
    "silhouette": (0.1, 0.6),
    "calinski_harabasz": (80.0, 100.0),
    "davies_bouldin": (0.6, 0.8),
    "inertia": (20.0, 60.0),
}
REACH = (0.0, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0)
FIGURES = {
    "n": 2,
    "mean": 50.0,
    "sd": 3.0,
    "median": 50.0,
    "min": 10.0,
    "max": 90.0,
    "ci95": (48.0, 52.0),
}
LABELS = ("Income", "Score", "Visits", "Basket", "Returns")
NULL_TEST = {
    "draws": 99,
    "observed": 0.5,
    "gaussian_mean": 0.3,
    "gaussian_max": 0.35,
    "rows": 200,
    "gaussian_p": 0.01,
    "uniform_mean": 0.31,
    "uniform_max": 0.36,
    "uniform_p": 0.01,
}


def example_recipe(features: int = 2) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "example",
            "title": "Examples",
            "noun": "example customer",
            "segments": 2,
            "raw_file": "example.csv",
            "id": {"column": "id"},
            "features": [
                {
                    "name": label.lower(),
                    "label": label,
                    "unit": "k$",
                    "low_word": "low",
                    "high_word": "high",
                    "minimum": 0,
                    "maximum": 1000,
                    "column": label,
                }
                for label in LABELS[:features]
            ],
        }
    )


def example_model(features: int = 2, version: int = 1, **changed: Any) -> MLModel:
    """Two segments, one at 20 and one at 80 of each feature; each feature's mean is 50, its scale 30."""
    document = {
        "format": 1,
        "recipe": "example",
        "version": version,
        "trained_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "seed": 42,
        "features": [_feature(label) for label in LABELS[:features]],
        "segments": [_segment(0, "Low", -1.0, features), _segment(3, "High </script>", 1.0, features)],
        "data": {"title": "an example", "rows": 4000, "fingerprint": HASH},
        "libraries": {"python": "3.11.7"},
        "metrics": METRICS,
        "verdict": {"code": "separate_groups", "text": "They are separate.", "p_value": 0.01},
        "proof": {"points": 10, "border_points": 5, "disagreements": 0, "closest_margin": 1e-6},
        "lineage": {"previous": None, "kept": [], "born": [0, 3], "retired": []},
        "files": {},
    } | changed
    refits = [[[-1.0] * features, [1.0] * features], [[-0.8] * features, [0.9] * features]]
    return MLModel(
        ModelDocument.model_validate(document),
        ConfidenceDocument.model_validate({"refits": refits}),
        AnalysisDocument.model_validate(example_analysis(features)),
    )


def example_analysis(features: int) -> dict[str, Any]:
    names = [label.lower() for label in LABELS[:features]]
    return {
        "curves": [_curve_point(k) for k in (2, 3, 4)],
        "segments": [
            {
                "segment_id": segment_id,
                "size": 2,
                "share": 0.5,
                "stability": stability,
                "columns": dict.fromkeys(names, FIGURES),
            }
            for segment_id, stability in ((0, 0.7), (3, 0.5))
        ],
        "columns": [
            {
                "name": name,
                "label": name.title(),
                "unit": "k$",
                "is_feature": True,
                "effect_size": 0.9,
                "overall": FIGURES,
            }
            for name in names
        ],
        "null_test": NULL_TEST,
        "refits": 2,
        "sample": {
            "features": [[20.0] * features, [25.0] * features, [80.0] * features],
            "segment_ids": [0, 0, 3],
            "is_all": False,
        },
    }


def _curve_point(k: int) -> dict[str, Any]:
    return METRICS | {"k": k, "inertia": 100.0 / k, "silhouette": 0.6 - 0.1 * k, "ci95": INTERVALS}


class Active:
    """Stands for the active version: each call answers the next model, the last one for ever."""

    refusal = None

    def __init__(self, *models: MLModel) -> None:
        self.models = list(models)

    def current(self) -> MLModel:
        return self.models.pop(0) if len(self.models) > 1 else self.models[0]


def predictions_of(*models: MLModel) -> PredictionService:
    recipe = example_recipe(len(models[0].document.features))
    return PredictionService(recipe, cast("ActiveModel", Active(*models)))


def _feature(label: str) -> dict[str, Any]:
    return {
        "name": label.lower(),
        "label": label,
        "unit": "k$",
        "minimum": 0.0,
        "maximum": 1000.0,
        "decimals": 1,
        "step": 1.0,
        "mean": 50.0,
        "scale": 30.0,
        "training_min": 10.0,
        "training_max": 90.0,
    }


def _segment(segment_id: int, name: str, place: float, features: int) -> dict[str, Any]:
    return {
        "segment_id": segment_id,
        "persona": None,
        "name": name,
        "description": f"{name} everything.",
        "strategy": [f"Talk to the {name.lower()}"],
        "slot": segment_id + 1,
        "centroid": [place] * features,
        "size": 2,
        "reach": REACH,
    }
