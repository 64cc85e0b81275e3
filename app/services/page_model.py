"""The model's numbers and texts as the page is sent them, to evaluate it without the server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypedDict

from app.models.encoding.document import OTHER, NumberEncoding
from app.models.ml_model import MixedModel, MLModel
from app.services.prediction_service import SegmentTexts

FEATURE_KEYS = (
    *("name", "label", "unit", "minimum", "maximum", "decimals", "mean", "scale"),
    *("training_min", "training_max"),
)
SEGMENT_KEYS = ("name", "description", "strategy", "slot")

# more would outweigh all else on the page: then the server says how sure an answer is
MOST_NUMBERS = 2_000
UNIT = 10_000  # training rounds refits to four decimals


class PackedRefits(TypedDict):
    """Refits by centroid coordinate: each is ``(base + step) / unit``, with one step a refit."""

    unit: int
    bases: list[int]
    steps: list[list[float]]


def model_json(
    model: MLModel,
    texts: Sequence[SegmentTexts],
    drawing: Mapping[str, object],
    exceptional: SegmentTexts | None = None,
) -> str:
    """Write the model for a script element, which no text in it can end.

    `drawing` scales the map; `exceptional` are the texts of who lies too far from every segment.
    """
    data: dict[str, object] = {
        "version": model.label,
        "features": [{key: getattr(f, key) for key in FEATURE_KEYS} for f in model.document.features],
        "segments": [
            {"segment_id": segment.segment_id} | {key: getattr(text, key) for key in SEGMENT_KEYS}
            for segment, text in zip(model.segments, texts, strict=True)
        ],
        "reach": [segment.reach for segment in model.segments],
        "centroids": [segment.centroid for segment in model.segments],
        "refits": pack_refits(model) if _is_light(model) else None,
        "refit_count": len(model.confidence.refits),
        "drawing": drawing,
    }
    if isinstance(model, MixedModel):
        data |= _mixed(model)
    outlying = model.document.exceptional
    if outlying and exceptional:
        own = {"segment_id": outlying.segment_id, "threshold": outlying.threshold}
        data["exceptional"] = own | {key: getattr(exceptional, key) for key in SEGMENT_KEYS}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _is_light(model: MLModel) -> bool:
    numbers = len(model.segments) * model.document.width
    return len(model.confidence.refits) * numbers <= MOST_NUMBERS


def _mixed(model: MixedModel) -> dict[str, object]:
    """Write how values become coordinates, and the centroids in own units.

    A category has the coordinates of each level, of any other word and of none.
    """
    features = []
    for feature, learned in zip(model.document.features, model.encoding.document.features, strict=True):
        told = {key: getattr(feature, key) for key in FEATURE_KEYS}
        if isinstance(learned, NumberEncoding):
            keys = ("transform", "power", "weight")
            encoding = {key: getattr(learned, key) for key in keys}
            features.append(
                told
                | encoding
                | {"centre": learned.mean, "spread": learned.scale, "median": learned.median}
                | ({"derived": feature.derived} if feature.derived else {})
            )
        else:
            words = (*feature.levels, OTHER, None)
            points = [learned.coordinates_of(learned.place_of(word)) for word in words]
            features.append(told | {"levels": feature.levels, "points": points})
    centres = [model.centre(place) for place in range(len(model.segments))]
    return {"features": features, "centres": centres}


def pack_refits(model: MLModel) -> PackedRefits:
    """Write the refits as whole steps from the model's own centroids: two thirds of the bytes, no digit lost.

    A whole number over a power of ten is the very float that the decimal stands for. Refits with more
    decimals go as they are, with a unit of 1 and bases of 0.
    """
    centres = [x for point in model.centroids.points for x in point]
    refits = [[x for point in refit for x in point] for refit in model.confidence.refits]
    columns = [list(column) for column in zip(*refits, strict=True)]
    if any(round(x * UNIT) / UNIT != x for column in columns for x in column):
        return {"unit": 1, "bases": [0] * len(centres), "steps": columns}
    bases = [round(x * UNIT) for x in centres]
    steps: list[list[float]] = [
        [round(x * UNIT) - base for x in column] for base, column in zip(bases, columns, strict=True)
    ]
    return {"unit": UNIT, "bases": bases, "steps": steps}
