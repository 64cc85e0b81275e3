"""Placements and texts: what the version says, and what the recipe says over it."""

from __future__ import annotations

import pytest

from app.core.config import Settings
from app.core.errors import ModelUnavailable
from app.core.palette import SEGMENT_COLOURS
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import Recipe, get_recipe
from app.services.prediction_service import PredictionService


def service(settings: Settings, recipe: Recipe | None = None) -> PredictionService:
    """Make the service over the settings' artefacts."""
    recipe = recipe or get_recipe("mall")
    store = ArtifactStore(settings.artifacts_dir, "mall")
    return PredictionService(recipe, ActiveModel(store, recipe.feature_names))


def recipe_with_persona(key: str, /, **changes: object) -> Recipe:
    """Return the mall's recipe with one persona changed."""
    recipe = get_recipe("mall")
    personas = tuple(
        persona.model_copy(update=changes) if persona.key == key else persona for persona in recipe.personas
    )
    return recipe.model_copy(update={"personas": personas})


class TestPredict:
    def test_distances_ascend_and_the_runner_up_is_the_second(self, trained: Settings) -> None:
        told = service(trained).predict({"annual_income": 60.0, "spending_score": 42.0})
        distances = [segment.distance for segment in told.distances]
        assert distances == sorted(distances)
        assert told.runner_up == told.distances[1]
        assert told.segment_id == told.distances[0].segment_id

    def test_outside_the_training_range(self, trained: Settings) -> None:
        told = service(trained).predict({"annual_income": 500.0, "spending_score": 50.0})
        assert told.outside_training_range == ["annual_income"]

    def test_without_a_version(self, settings: Settings) -> None:
        with pytest.raises(ModelUnavailable, match=r"train_model\.py"):
            service(settings).predict({"annual_income": 60.0, "spending_score": 42.0})


class TestTexts:
    def test_an_edited_strategy_is_served_without_a_training(self, trained: Settings) -> None:
        recipe = recipe_with_persona("vip", name="Sultan", strategy=("Call them",))
        told = service(trained, recipe).clusters_info().segments[1]
        assert (told.name, told.strategy) == ("Sultan", ["Call them"])

    def test_a_persona_that_the_recipe_no_longer_has_keeps_the_versions_texts(
        self, trained: Settings
    ) -> None:
        recipe = recipe_with_persona("vip", key="gone")
        assert service(trained, recipe).clusters_info().segments[1].name == "VIP / Whale"

    def test_colours_are_the_versions_own_slots(self, trained: Settings) -> None:
        predictions = service(trained, recipe_with_persona("vip", slot=8))
        colours = [segment.color for segment in predictions.clusters_info().segments]
        assert colours == list(SEGMENT_COLOURS[:5])

    def test_what_else_was_true_is_told_as_of_training(self, trained: Settings) -> None:
        for segment in service(trained).clusters_info().segments:
            assert segment.in_training.startswith("In training: mean age ")
            assert "% women" in segment.in_training


class TestClusters:
    def test_shares_add_up_and_sizes_are_the_tables(self, trained: Settings) -> None:
        segments = service(trained).clusters().segments
        assert sum(segment.share for segment in segments) == pytest.approx(1.0)
        assert [segment.size for segment in segments] == [81, 39, 22, 35, 23]
        assert set(segments[0].columns) == {"annual_income", "spending_score", "age", "women"}


class TestHealth:
    def test_a_refused_version_is_a_warning(self, trained: Settings) -> None:
        predictions = service(trained)
        assert predictions.health().warning is None
        (trained.artifacts_dir / "mall" / "ACTIVE").write_text("99\n", encoding="ascii")
        health = predictions.health()
        assert health.model_version == "mall/1"
        assert health.warning is not None
        assert "mall/99" in health.warning


class TestOlderNames:
    def test_prediction_and_statistics_use_them(self, trained: Settings) -> None:
        predictions = service(trained)
        told = predictions.predict_for_older({"age": 30.0, "income": 88.0, "score": 82.0})
        assert (told.cluster, told.label) == (1, "VIP / Whale")
        statistics = predictions.statistics_for_older()
        assert statistics.count == 200
        assert set(statistics.features) == {"income", "score", "age"}
        assert statistics.clusters[1].means["income"] == pytest.approx(86.9, abs=0.2)
