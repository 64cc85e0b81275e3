"""What a model's features are, and what became of outliers, as the model card tells it."""

from __future__ import annotations

from typing import Any

from app.models.encoding.document import NumberEncoding
from app.models.ml_model import MLModel

PLAIN = {"name", "label", "unit", "minimum", "maximum", "training_min", "training_max", "mean", "scale"}


def describe_features(model: MLModel) -> list[dict[str, Any]]:
    """Describe each feature: of an encoded model also how it is encoded, gaps and its share of inertia."""
    document, shares = model.document, model.analysis.inertia_shares or {}
    if document.encoding is None:
        return [feature.model_dump(include=PLAIN) for feature in document.features]
    described = []
    for feature, learned in zip(document.features, document.encoding.features, strict=True):
        common = {"kind": feature.kind, "weight": learned.weight, "missing": learned.missing}
        common["inertia_share"] = shares.get(feature.name, 0.0)
        more: dict[str, Any]
        if isinstance(learned, NumberEncoding):
            own = feature.model_dump(include=PLAIN)
            more = {"transform": learned.transform, "median": learned.median, "derived": feature.derived}
        else:
            own = {"name": feature.name, "label": feature.label, "unplaced": learned.unplaced}
            levels = [level.model_dump() for level in learned.levels]
            more = {"levels": levels, "missing_as": learned.missing_as}
        described.append(own | common | more)
    return described


def describe_outlying(model: MLModel) -> dict[str, Any] | None:
    """Say how many training customers were set apart, and from which distance on; None where none was."""
    outlying = model.document.exceptional
    return outlying.model_dump(include={"segment_id", "name", "size", "threshold"}) if outlying else None
