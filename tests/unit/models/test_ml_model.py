from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import ArtifactInvalid
from app.models.kmeans_fit import Floats, KMeansFit, PickledPair, Scaling, fit_scaling, nearest
from app.models.ml_model import MLModel, confidence_label
from app.models.model_document import ANALYSIS, CONFIDENCE, MODEL
from tests.unit.models.test_centroids import random_model

SEEDS = st.integers(0, 2**32 - 1)
Document = dict[str, Any]
Break = Callable[[dict[str, Document]], object]


METRICS = {
    "silhouette": 0.5,
    "calinski_harabasz": 100.0,
    "davies_bouldin": 0.6,
    "inertia": 60.0,
    "silhouette_of": {"method": "all_customers", "rows": 30, "ci95": None},
}


def documents(centroids: Floats, refits: Floats, scaling: Scaling | None = None) -> dict[str, Document]:
    """The three files of a version with the given centroids (k, d) and refits (B, k, d), as plain data."""
    k, d = centroids.shape
    mean, scale = (scaling.mean, scaling.scale) if scaling else (np.zeros(d), np.ones(d))
    features = [
        {
            "name": f"feature_{i}", "label": f"Feature {i}", "unit": "", "minimum": -1e6, "maximum": 1e6,
            "decimals": 1, "step": 1.0, "mean": mean[i], "scale": scale[i],
            "training_min": -2.0, "training_max": 3.0,
        }
        for i in range(d)
    ]  # fmt: skip
    segments = [
        {
            "segment_id": 2 * j, "persona": None, "name": f"Segment {j}", "description": "One of several.",
            "strategy": ["Wait"], "slot": j + 1, "centroid": centroids[j].tolist(), "size": 10,
            "reach": [0.25 * place for place in range(9)],
        }
        for j in range(k)
    ]  # fmt: skip
    document = {
        "format": 1, "recipe": "mall", "version": 3, "seed": 42, "features": features, "segments": segments,
        "trained_at": datetime(2026, 11, 21, tzinfo=UTC).isoformat(), "libraries": {"numpy": "2"},
        "metrics": METRICS,
        "data": {"title": "a table", "rows": 10 * k, "fingerprint": "0" * 64},
        "verdict": {"code": "separate_groups", "text": "They are.", "p_value": 0.005},
        "proof": {"points": 10, "border_points": 5, "disagreements": 0, "closest_margin": 1e-7},
        "lineage": {"previous": None, "kept": [], "born": [2 * j for j in range(k)], "retired": []},
        "files": {CONFIDENCE: "0" * 64, ANALYSIS: "0" * 64},
    }  # fmt: skip
    null = {f"{null}_{what}": 0.5 for null in ("gaussian", "uniform") for what in ("mean", "max", "p")}
    analysis = {
        "curves": [], "columns": [], "refits": len(refits),
        "null_test": {"draws": 199, "rows": 10, "observed": 0.5, **null},
        "segments": [
            {"segment_id": 2 * j, "size": 10, "share": 1 / k, "stability": 0.9, "columns": {}}
            for j in range(k)
        ],
        "sample": {"features": [], "segment_ids": [], "is_all": False},
    }  # fmt: skip
    return {MODEL: document, CONFIDENCE: {"refits": refits.tolist()}, ANALYSIS: analysis}


def load(files: dict[str, Document]) -> MLModel:
    return MLModel.from_files({name: json.dumps(content).encode() for name, content in files.items()})


def three_segments() -> dict[str, Document]:
    centroids = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    return documents(centroids, np.stack([centroids, centroids + 0.01]))


class TestPlace:
    @settings(max_examples=40, deadline=None)
    @given(SEEDS)
    def test_is_where_scikit_learn_places(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        centroids, refits = random_model(rng)
        d = centroids.shape[1]
        rows = rng.normal(size=(60, d)) * rng.uniform(0.1, 50.0, d) + rng.uniform(-100.0, 100.0, d)
        scaling = fit_scaling(rows)
        fit = KMeansFit(centroids, nearest(scaling.apply(rows), centroids), 1.0)
        labels = PickledPair(rows, fit).predict(rows)
        model = load(documents(centroids, refits, scaling))
        for row, label in zip(rows.tolist(), labels.tolist(), strict=True):
            place = model.place(row)
            nearer, second = (place.distances[j] for j in place.order[:2])
            if second - nearer > 1e-9:
                assert place.order[0] == label

    def test_order_and_distances(self) -> None:
        place = load(three_segments()).place([0.9, 0.0])
        assert place.order == (1, 0, 2)
        assert place.distances == pytest.approx((1.9, 0.1, math.hypot(0.9, 2.0)))
        assert place.confidence == 1.0
        assert place.outside == ()

    def test_a_tie_goes_to_the_lowest_id(self) -> None:
        assert load(three_segments()).place([0.0, 0.0]).order == (0, 1, 2)

    def test_a_customer_on_a_centroid_is_at_distance_zero(self) -> None:
        files = documents(np.array([[0.1, 0.7], [1.3, 0.2]]), np.zeros((1, 2, 2)))
        assert load(files).place([0.1, 0.7]).distances[0] == pytest.approx(0.0, abs=1e-7)

    @pytest.mark.parametrize(
        ("values", "outside"),
        [
            ([-2.0, 3.0], ()),
            ([-2.1, 0.0], ("feature_0",)),
            ([0.0, 3.1], ("feature_1",)),
            ([9.0, -9.0], ("feature_0", "feature_1")),
        ],
    )
    def test_outside_the_training_range(self, values: list[float], outside: tuple[str, ...]) -> None:
        assert load(three_segments()).place(values).outside == outside

    def test_standardises_by_the_model(self) -> None:
        scaling = Scaling(np.array([10.0, 20.0]), np.array([2.0, 4.0]))
        model = load(documents(np.zeros((2, 2)), np.zeros((1, 2, 2)), scaling))
        assert model.standardise([12.0, 12.0]) == [1.0, -2.0]
        assert model.label == "mall/3"
        assert [segment.segment_id for segment in model.segments] == [0, 2]


class TestConfidence:
    @pytest.mark.parametrize(
        ("share", "label"),
        [
            (1.0, "settled"), (0.9, "settled"), (0.895, "leaning"),
            (0.6, "leaning"), (0.595, "borderline"), (0.0, "borderline"),
        ],
    )  # fmt: skip
    def test_labels(self, share: float, label: str) -> None:
        assert confidence_label(share) == label


def drop(name: str) -> Break:
    return lambda files: files.pop(name)


def put(name: str, *path: str | int, value: object) -> Break:
    """Set the value at the end of a path through one document."""

    def change(files: dict[str, Document]) -> None:
        target: Any = files[name]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


BROKEN: dict[str, Break] = {
    "no model": drop(MODEL),
    "no refits": drop(CONFIDENCE),
    "no analysis": drop(ANALYSIS),
    "a centroid that is not a number": put(MODEL, "segments", 0, "centroid", 0, value=math.nan),
    "a refit that is infinite": put(CONFIDENCE, "refits", 1, 0, 0, value=math.inf),
    "a scale of zero": put(MODEL, "features", 0, "scale", value=0.0),
    "a negative scale": put(MODEL, "features", 1, "scale", value=-1.0),
    "a centroid too short": put(MODEL, "segments", 2, "centroid", value=[1.0]),
    "a refit with a centroid too short": put(CONFIDENCE, "refits", 0, 2, value=[1.0]),
    "a refit with fewer segments": put(CONFIDENCE, "refits", 1, value=[[0.0, 0.0], [1.0, 1.0]]),
    "an unknown key": put(MODEL, "surprise", value=1),
    "an unknown key inside": put(MODEL, "segments", 0, "label", value=4),
    "a newer format": put(MODEL, "format", value=2),
    "ids out of order": put(MODEL, "segments", 0, "segment_id", value=9),
    "an id twice": put(MODEL, "segments", 1, "segment_id", value=0),
    "one segment only": lambda files: files[MODEL].update(segments=files[MODEL]["segments"][:1]),
    "a text for a number": put(MODEL, "version", value="three"),
    "files that disagree": put(ANALYSIS, "segments", 1, "segment_id", value=3),
    "an analysis of fewer segments": lambda files: files[ANALYSIS]["segments"].pop(),
}


class TestFromFiles:
    def test_whole_files_load(self) -> None:
        assert len(load(three_segments()).segments) == 3

    @pytest.mark.parametrize("broken", BROKEN)
    def test_refuses(self, broken: str) -> None:
        files = three_segments()
        BROKEN[broken](files)
        with pytest.raises(ArtifactInvalid):
            load(files)

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
    @pytest.mark.parametrize("name", [MODEL, CONFIDENCE, ANALYSIS])
    def test_refuses_what_is_no_document(self, name: str, content: bytes) -> None:
        files = {part: json.dumps(value).encode() for part, value in three_segments().items()}
        with pytest.raises(ArtifactInvalid, match=name.replace(".", r"\.")):
            MLModel.from_files(files | {name: content})

    def test_tells_what_a_newer_release_wrote(self) -> None:
        files = three_segments()
        files[MODEL] |= {"format": 2, "surprise": 1}
        with pytest.raises(ArtifactInvalid, match=r"of format 2, which a newer release wrote, .* 1: start"):
            load(files)

    def test_refuses_a_version_without_refits(self) -> None:
        files = three_segments() | {CONFIDENCE: {"refits": []}}
        with pytest.raises(ArtifactInvalid):
            load(files)
