"""Recipes by name: the same answers as without one, and a user's own beside the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.recipe import SHIPPED
from app.services.training_service import TrainingService
from tests.api.problems import problem_of
from tests.conftest import settings_in

CUSTOMER = {"annual_income": 86.5, "spending_score": 82.1}


class TestDefaultByName:
    @pytest.mark.parametrize("address", ["clusters", "clusters/info", "model/info", "health"])
    def test_it_tells_the_same(self, shared_client: TestClient, address: str) -> None:
        bare = shared_client.get(f"/api/v1/{address}")
        named = shared_client.get(f"/api/v1/recipes/mall/{address}")
        assert named.status_code == 200
        assert named.json() == bare.json()

    @pytest.mark.parametrize("verb", ["predict", "explain"])
    def test_it_answers_the_same(self, shared_client: TestClient, verb: str) -> None:
        bare = shared_client.post(f"/api/v1/{verb}", json=CUSTOMER)
        named = shared_client.post(f"/api/v1/recipes/mall/{verb}", json=CUSTOMER)
        assert named.status_code == 200
        assert named.json() == bare.json()

    def test_one_recipe(self, shared_client: TestClient) -> None:
        recipe = shared_client.get("/api/v1/recipes/mall").json()
        assert (recipe["name"], recipe["is_default"], recipe["model_version"]) == ("mall", True, "mall/1")
        assert [feature["name"] for feature in recipe["features"]] == ["annual_income", "spending_score"]
        assert recipe["features"][1]["maximum"] == 100
        assert recipe["customer"]["required"] == ["annual_income", "spending_score"]
        assert recipe["customer"]["additionalProperties"] is False


class TestRefusals:
    @pytest.mark.parametrize("name", ["nothing", "%2e%2e%2fmall", "Mall", "a" * 300])
    def test_no_such_recipe(self, shared_client: TestClient, name: str) -> None:
        problem = shared_client.get(f"/api/v1/recipes/{name}/health")
        assert problem.status_code == 404

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"annual_income": 60}, "/spending_score"),
            ({"annual_income": -1, "spending_score": 50}, "/annual_income"),
            ({"annual_income": "60", "spending_score": 50}, "/annual_income"),
            ({"annual_income": 60, "spending_score": 50, "shoe_size": 44}, "/shoe_size"),
        ],
    )
    def test_fields(self, shared_client: TestClient, body: dict[str, Any], pointer: str) -> None:
        answer = shared_client.post("/api/v1/recipes/mall/predict", json=body)
        problem = problem_of(answer, 422, "input_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]

    def test_no_json(self, shared_client: TestClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = shared_client.post("/api/v1/recipes/mall/predict", content=b"{", headers=headers)
        problem_of(answer, 400, "json_malformed")


class TestUsersOwn:
    @pytest.fixture
    def client(self, trained: Settings) -> Iterator[TestClient]:
        own = trained.recipes_dir
        own.mkdir(parents=True)
        text = (SHIPPED / "mall.toml").read_text(encoding="utf-8")
        (own / "outlet.toml").write_text(
            text.replace('name = "mall"', 'name = "outlet"', 1), encoding="utf-8"
        )
        (own / "broken.toml").write_text("name = ", encoding="utf-8")
        with TestClient(create_app(trained)) as client:
            yield client

    def test_all_are_listed(self, client: TestClient) -> None:
        listed = {recipe["name"]: recipe for recipe in client.get("/api/v1/recipes").json()["recipes"]}
        assert {"broken", "mall", "outlet"} <= set(listed)
        assert listed["outlet"]["model_version"] is None
        assert listed["mall"]["is_default"]
        assert "TOML" in listed["broken"]["fault"]

    def test_untrained(self, client: TestClient) -> None:
        problem_of(client.post("/api/v1/recipes/outlet/predict", json=CUSTOMER), 503, "model_unavailable")

    def test_trained_it_answers(self, client: TestClient, trained: Settings) -> None:
        data = Path(trained.data_dir) / "raw" / "mall_customers.csv"
        TrainingService(trained, 5, 5).train("outlet", data, 3)
        answer = client.post("/api/v1/recipes/outlet/predict", json=CUSTOMER).json()
        assert answer["model_version"] == "outlet/1"
        assert len(answer["distances"]) == 3
        assert client.post("/api/v1/predict", json=CUSTOMER).json()["model_version"] == "mall/1"


class TestMixedData:
    """A recipe with categories and gaps below its name, whatever the default is."""

    def test_fields_of_its_customers(self, shoppers: TestClient) -> None:
        told = shoppers.get("/api/v1/recipes/lifestyle").json()
        region = next(feature for feature in told["features"] if feature["name"] == "region")
        assert region == {
            "name": "region",
            "label": "Region",
            "categories": ["North", "South", "East", "West"],
        }
        assert "total_spend" not in told["customer"]["properties"]

    def test_what_is_worked_out_is_not_asked_for(self, shoppers: TestClient) -> None:
        told = shoppers.get("/api/v1/recipes/everything").json()
        assert "total_spend" not in {feature["name"] for feature in told["features"]}

    def test_answers_say_what_was_supposed(self, shoppers: TestClient) -> None:
        asked = {"avg_order_value": 9000, "region": "Atlantis", "recency": 12}
        found = shoppers.post("/api/v1/recipes/lifestyle/predict", json=asked).json()
        assert (found["name"], found["exceptional"]) == ("Exceptional", True)
        assert found["imputed"] == ["income", "spending_score", "purchase_frequency"]
        assert found["mapped_to_other"] == ["region"]
        told = shoppers.post("/api/v1/recipes/lifestyle/explain", json=asked).json()
        assert told["segment_id"] == found["segment_id"]
        assert told["reasons"][0]["raw"] is None

    def test_it_is_the_same_as_the_shopper_address(self, shoppers: TestClient) -> None:
        asked = {"income": 61000, "region": "East"}
        here = shoppers.post("/api/v1/recipes/lifestyle/predict", json=asked).json()
        there = shoppers.post("/api/predict_cluster", json=asked).json()
        assert (here["segment_id"], here["confidence"]) == (there["cluster"], there["confidence"])


@pytest.fixture(scope="module")
def shoppers(with_mixed_recipes: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings_in(with_mixed_recipes))) as client:
        yield client
