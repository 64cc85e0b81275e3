from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ModelUnavailable
from app.core.palette import SEGMENT_COLOURS
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import Recipe, get_recipe
from app.services.prediction_service import PredictionService
from tests.conftest import settings_in
from tests.unit.services.example_model import example_model, predictions_of

CUSTOMER = {"annual_income": 88.0, "spending_score": 82.0}


def service(trained_once: Path, recipe: Recipe) -> PredictionService:
    store = ArtifactStore(settings_in(trained_once).artifacts_dir, "mall")
    return PredictionService(recipe, ActiveModel(store, recipe.feature_names))


@pytest.fixture
def mall(trained_once: Path) -> PredictionService:
    return service(trained_once, get_recipe("mall"))


class TestPredict:
    def test_a_customer(self, mall: PredictionService) -> None:
        found = mall.predict(CUSTOMER)
        assert (found.segment_id, found.name, found.model_version) == (1, "VIP / Whale", "mall/1")
        assert found.color == SEGMENT_COLOURS[1]
        assert found.distances[0].segment_id == 1
        assert found.runner_up == found.distances[1]
        assert found.confidence.label == "settled"

    def test_what_is_no_feature_changes_nothing(self, mall: PredictionService) -> None:
        extra: dict[str, float] = {"age": 80.0, "gender": 1.0}
        assert mall.predict(CUSTOMER | extra) == mall.predict(CUSTOMER)

    @pytest.mark.parametrize("features", [1, 2, 3])
    def test_any_number_of_features(self, features: int) -> None:
        predictions = predictions_of(example_model(features))
        low = predictions.predict(dict.fromkeys(predictions.recipe.feature_names, 20.0))
        high = predictions.predict(dict.fromkeys(predictions.recipe.feature_names, 999.0))
        assert (low.segment_id, high.segment_id) == (0, 3)
        assert low.distances[0].distance == 0.0
        assert low.distances[1].distance == pytest.approx(2.0 * features**0.5)
        assert high.outside_training_range == list(predictions.recipe.feature_names)

    def test_the_next_version_answers_with_its_own_texts(self) -> None:
        old, new = example_model(version=1), example_model(version=2)
        renamed = new.segments[0].model_copy(update={"name": "Lower"})
        document = new.document.model_copy(update={"segments": (renamed, new.segments[1])})
        predictions = predictions_of(old, type(new)(document, new.confidence, new.analysis))
        customer = {"income": 20.0, "score": 20.0}
        found = [predictions.predict(customer) for _ in range(3)]
        assert [(f.model_version, f.name) for f in found] == [
            ("example/1", "Low"), ("example/2", "Lower"), ("example/2", "Lower"),
        ]  # fmt: skip


class TestTexts:
    def test_the_recipes_own_go_before_the_versions(self, trained_once: Path) -> None:
        recipe = get_recipe("mall")
        vip = recipe.personas[1].model_copy(
            update={"name": "Our best", "strategy": ("Call them",), "slot": 7}
        )
        personas = (recipe.personas[0], vip, *recipe.personas[2:])
        edited = service(trained_once, recipe.model_copy(update={"personas": personas}))
        found = edited.predict(CUSTOMER)
        assert (found.name, found.strategy) == ("Our best", ["Call them"])
        assert found.color == SEGMENT_COLOURS[1]  # the colour belongs to the version
        assert edited.clusters().segments[1].name == edited.clusters_info().segments[1].name == "Our best"
        assert edited.statistics_for_older().clusters[1].label == "Our best"

    def test_the_versions_own_stay_where_the_persona_is_gone(self, trained_once: Path) -> None:
        bare = get_recipe("mall").model_copy(update={"personas": ()})
        assert service(trained_once, bare).predict(CUSTOMER).name == "VIP / Whale"

    def test_what_a_version_says_of_its_training(self, mall: PredictionService) -> None:
        for info in mall.clusters_info().segments:
            assert info.in_training.startswith("In training: mean age ")
            assert "% women" in info.in_training


class TestTheRest:
    def test_clusters_are_the_versions_numbers(self, mall: PredictionService) -> None:
        listed = mall.clusters()
        assert listed.model_version == "mall/1"
        for read, stored in zip(listed.segments, mall.current().analysis.segments, strict=True):
            numbers = read.model_dump(exclude={"name"})
            for column in numbers["columns"].values():
                column["ci95"] = tuple(column["ci95"])
            assert numbers == stored.model_dump()

    def test_the_card_has_no_internals(self, mall: PredictionService) -> None:
        card = mall.model_info().model_dump()
        assert not {"format", "files", "segments", "version"} & card.keys()
        assert (card["k"], card["model_version"]) == (5, "mall/1")

    def test_older_names(self, mall: PredictionService) -> None:
        older = mall.predict_for_older({"age": 33.0, "income": 88.0, "score": 82.0})
        assert (older.cluster, older.label) == (1, "VIP / Whale")
        statistics = mall.statistics_for_older()
        assert statistics.count == 200
        assert set(statistics.features) == {"age", "income", "score"}
        assert sum(cluster.size for cluster in statistics.clusters) == 200

    def test_a_recipe_without_older_names_has_no_columns_to_tell(self) -> None:
        assert predictions_of(example_model()).statistics_for_older().features == {}

    def test_health_tells_a_refused_version(self, mall: PredictionService) -> None:
        mall.current()
        mall._active.refusal = "mall/2 is torn"
        assert mall.health().model_dump() == {
            "status": "ok", "model_version": "mall/1", "warning": "mall/2 is torn",
        }  # fmt: skip

    def test_nothing_answers_without_a_version(self, tmp_path: Path) -> None:
        recipe = get_recipe("mall")
        empty = PredictionService(recipe, ActiveModel(ArtifactStore(tmp_path, "mall"), recipe.feature_names))
        for ask in (
            empty.current, empty.health, empty.clusters, empty.clusters_info, empty.model_info,
            empty.statistics_for_older, lambda: empty.predict(CUSTOMER),
        ):  # fmt: skip
            with pytest.raises(ModelUnavailable):
                ask()

    def test_a_forms_texts_are_read(self, mall: PredictionService) -> None:
        assert mall.check({"annual_income": "5", "spending_score": "6"})[0] == {
            "annual_income": 5.0, "spending_score": 6.0,
        }  # fmt: skip
