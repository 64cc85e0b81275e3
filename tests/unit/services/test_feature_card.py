from __future__ import annotations

from pathlib import Path

import pytest

from app.models.artifact_store import ArtifactStore
from app.models.ml_model import MLModel
from app.services.feature_card import describe_features, describe_outlying
from tests.conftest import settings_in
from tests.unit.services.example_model import example_model


@pytest.fixture(scope="module")
def model(shoppers_once: Path) -> MLModel:
    return MLModel.from_files(ArtifactStore(settings_in(shoppers_once).artifacts_dir, "lifestyle").read(1))


def test_plain_models_tell_what_they_always_told() -> None:
    described = describe_features(example_model())
    assert set(described[0]) == {
        "name", "label", "unit", "minimum", "maximum", "training_min", "training_max", "mean", "scale",
    }  # fmt: skip
    assert describe_outlying(example_model()) is None


def test_inertia_shares_add_to_the_whole(model: MLModel) -> None:
    shares = [feature["inertia_share"] for feature in describe_features(model)]
    assert sum(shares) == pytest.approx(1.0)
    assert all(share > 0.1 for share in shares)


def test_gaps_are_counted_by_column(model: MLModel) -> None:
    missing = {feature["name"]: feature["missing"] for feature in describe_features(model)}
    assert missing == {
        "income": 36, "spending_score": 0, "purchase_frequency": 0, "avg_order_value": 28, "recency": 0,
        "region": 0,
    }  # fmt: skip


def test_outliers_are_counted(model: MLModel) -> None:
    told = describe_outlying(model)
    assert told is not None
    assert (told["size"], told["name"], told["segment_id"]) == (12, "Exceptional", 3)
