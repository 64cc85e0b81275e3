from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ModelUnavailable
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.recipe import Recipe, get_recipe
from app.services.customer_form import Value
from app.services.prediction_service import PredictionService
from app.services.shopper_service import ShopperService
from tests.conftest import settings_in
from tests.unit.models.shoppers import with_used

SHOPPER: dict[str, Value] = {
    "age": 35.0, "gender": "Male", "income": 65_000.0, "spending_score": 75.0, "region": "North",
    "purchase_frequency": 24.0, "avg_order_value": 450.0, "recency": 15.0,
}  # fmt: skip


def service(folder: Path, recipe: Recipe | None = None) -> ShopperService:
    recipe = recipe or get_recipe("lifestyle")
    store = ArtifactStore(settings_in(folder).artifacts_dir, "lifestyle")
    return ShopperService(
        PredictionService(recipe, ActiveModel(store, get_recipe("lifestyle").feature_names))
    )


class TestPredict:
    def test_the_cluster_and_what_it_is_like(self, shoppers_once: Path) -> None:
        found = service(shoppers_once).predict(SHOPPER)
        assert found.label == "Premium Customers"
        assert found.characteristics.size == 355
        assert found.characteristics.columns["total_spend"].mean > 5_000
        assert found.derived == {"total_spend": 10_800.0}
        assert (found.exceptional, found.imputed, found.mapped_to_other) == (False, [], [])

    def test_an_exceptional_one(self, shoppers_once: Path) -> None:
        found = service(shoppers_once).predict(SHOPPER | {"avg_order_value": 5_000.0})
        assert (found.label, found.exceptional, found.characteristics.size) == ("Exceptional", True, 12)

    def test_what_was_supposed_is_told(self, shoppers_once: Path) -> None:
        found = service(shoppers_once).predict(
            SHOPPER | {"region": "Atlantis", "gender": "X", "avg_order_value": None}
        )
        assert found.mapped_to_other == ["region", "gender"]
        assert found.imputed == ["avg_order_value"]
        assert found.derived == {"total_spend": None}

    def test_sensitive_columns_change_nothing(self, shoppers_once: Path) -> None:
        shoppers = service(shoppers_once)
        assert shoppers.predict(SHOPPER | {"age": 90.0, "gender": "Female"}) == shoppers.predict(SHOPPER)

    def test_a_model_of_another_kind_of_column(self, shoppers_once: Path) -> None:
        with pytest.raises(ModelUnavailable, match="income is of another kind in the recipe"):
            service(shoppers_once).predict(SHOPPER | {"income": "high"})

    def test_a_recipe_that_asks_for_more_is_told_so(self, shoppers_once: Path) -> None:
        recipe = with_used("age")
        store = ArtifactStore(settings_in(shoppers_once).artifacts_dir, "lifestyle")
        shoppers = ShopperService(PredictionService(recipe, ActiveModel(store, recipe.feature_names)))
        with pytest.raises(ModelUnavailable, match="other features than the recipe has now"):
            shoppers.predict(SHOPPER)

    def test_a_newer_version_in_between_is_asked_again(self, shoppers_once: Path) -> None:
        shoppers = service(shoppers_once)
        clusters = shoppers.predictions.clusters()
        stale = [clusters.model_copy(update={"model_version": "lifestyle/0"}), clusters]
        shoppers.predictions.clusters = lambda: stale.pop(0)  # type: ignore[method-assign]
        assert shoppers.predict(SHOPPER).model_version == "lifestyle/1"
        assert stale == []

    def test_a_recipe_that_could_not_be_used(self, shoppers_once: Path) -> None:
        shoppers = ShopperService(service(shoppers_once).predictions, "lifestyle.toml: segments: too many")
        with pytest.raises(ModelUnavailable, match="left out until the next start: lifestyle"):
            shoppers.predict(SHOPPER)
