"""What is told of a placement: names and ids of segments, values by feature."""

from __future__ import annotations

import pytest

from app.core.config import Settings
from app.core.errors import ModelUnavailable
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import get_recipe
from app.services.explanation_service import ExplanationService
from app.services.prediction_service import PredictionService

CUSTOMER = {"annual_income": 60.0, "spending_score": 42.0}


def services(settings: Settings) -> tuple[PredictionService, ExplanationService]:
    """Make both services over the settings' artefacts."""
    recipe = get_recipe("mall")
    active = ActiveModel(ArtifactStore(settings.artifacts_dir, "mall"), recipe.feature_names)
    predictions = PredictionService(recipe, active)
    return predictions, ExplanationService(predictions)


class TestExplain:
    def test_it_agrees_with_the_prediction(self, trained: Settings) -> None:
        predictions, explanations = services(trained)
        told, placed = explanations.explain(CUSTOMER), predictions.predict(CUSTOMER)
        assert (told.segment_id, told.name, told.runner_up) == (
            placed.segment_id,
            placed.name,
            placed.runner_up,
        )
        assert told.model_version == placed.model_version

    def test_how_far_out_the_customer_lies(self, trained: Settings) -> None:
        predictions, explanations = services(trained)
        near, far = (
            explanations.explain({"annual_income": income, "spending_score": 50.0}).distance
            for income in (55.0, 400.0)
        )
        placed = predictions.predict({"annual_income": 400.0, "spending_score": 50.0})
        assert far.value == placed.distances[0].distance
        assert far.farther_than == 1.0
        assert near.farther_than < 0.25

    def test_values_are_named_by_feature(self, trained: Settings) -> None:
        told = services(trained)[1].explain(CUSTOMER)
        assert [(reason.feature, reason.raw) for reason in told.reasons] == list(CUSTOMER.items())
        for path in told.paths:
            assert path.to is not None
            assert list(path.to) == list(path.single) == list(CUSTOMER)

    def test_every_other_segment_has_a_path(self, trained: Settings) -> None:
        told = services(trained)[1].explain(CUSTOMER)
        assert [path.name for path in told.paths] == [
            "VIP / Whale",
            "Young Trendsetter",
            "High Earner Saver",
            "Budget Conscious",
        ]

    def test_without_a_model(self, settings: Settings) -> None:
        with pytest.raises(ModelUnavailable):
            services(settings)[1].explain(CUSTOMER)
