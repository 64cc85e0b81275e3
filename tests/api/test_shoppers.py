"""Customers with numbers and categories: their own address, and a service whose default recipe they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from tests.conftest import settings_in

FIRST = {
    "age": 35, "gender": "Male", "income": 65000, "spending_score": 75, "region": "North",
    "purchase_frequency": 24, "avg_order_value": 450, "recency": 15,
}  # fmt: skip
SECOND = {
    "age": 45, "gender": "Female", "income": 85000, "spending_score": 80, "region": "East",
    "purchase_frequency": 20, "avg_order_value": 600, "recency": 10,
}  # fmt: skip
FEATURES = ("income", "spending_score", "purchase_frequency", "avg_order_value", "recency", "region")


@pytest.fixture(scope="module")
def shoppers(shoppers_once: Path) -> Iterator[TestClient]:
    """A service for malls beside which the shoppers have their address."""
    with TestClient(create_app(settings_in(shoppers_once))) as client:
        yield client


@pytest.fixture(scope="module")
def client(shoppers_once: Path) -> Iterator[TestClient]:
    """A service whose default recipe is the shoppers'."""
    settings = settings_in(shoppers_once).model_copy(update={"default_recipe": "lifestyle"})
    with TestClient(create_app(settings)) as client:
        yield client


def ask(client: TestClient, body: dict[str, Any], path: str = "/api/predict_cluster") -> Any:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


class TestPredictCluster:
    @pytest.mark.parametrize(("shopper", "total"), [(FIRST, 10_800.0), (SECOND, 12_000.0)])
    def test_a_cluster_and_its_characteristics(
        self, shoppers: TestClient, shopper: dict[str, Any], total: float
    ) -> None:
        found = ask(shoppers, shopper)
        assert found["label"] == "Premium Customers"
        assert found["derived"] == {"total_spend": total}
        assert set(FEATURES[:5]) < set(found["characteristics"]["columns"])
        assert found["characteristics"]["columns"]["region_north"]["mean"] < 1.0

    def test_unknown_words_are_other_and_said_so(self, shoppers: TestClient) -> None:
        found = ask(shoppers, FIRST | {"region": "Atlantis", "gender": "unknown"})
        assert found["mapped_to_other"] == ["region", "gender"]

    def test_total_spend_is_not_asked_for(self, shoppers: TestClient) -> None:
        response = shoppers.post("/api/predict_cluster", json=FIRST | {"total_spend": 1})
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/total_spend"

    @pytest.mark.parametrize(
        "change",
        [
            {"income": "65000"}, {"income": -1}, {"income": True}, {"region": 3}, {"region": "x" * 41},
            {"gender": "\u0000"}, {"recency": 1e9},
        ],
    )  # fmt: skip
    def test_malformed(self, shoppers: TestClient, change: dict[str, Any]) -> None:
        response = shoppers.post("/api/predict_cluster", json=FIRST | change)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/{next(iter(change))}"

    def test_not_trained_yet(self, empty_client: TestClient) -> None:
        response = empty_client.post("/api/predict_cluster", json=FIRST)
        assert response.status_code == 503
        assert "no version of lifestyle is active" in response.json()["detail"]


class TestDefaultRecipe:
    def test_both_doors_say_the_same(self, client: TestClient, shoppers: TestClient) -> None:
        for body in (FIRST, SECOND, FIRST | {"avg_order_value": 9_000}):
            here, there = ask(client, body, "/api/v1/predict"), ask(shoppers, body)
            assert (here["segment_id"], here["name"]) == (there["cluster"], there["label"])
            assert here["confidence"] == there["confidence"]

    def test_an_exceptional_customer(self, client: TestClient) -> None:
        found = ask(client, FIRST | {"avg_order_value": 9_000}, "/api/v1/predict")
        assert (found["name"], found["exceptional"]) == ("Exceptional", True)
        assert found["runner_up"] == found["distances"][0]
        why = ask(client, FIRST | {"avg_order_value": 9_000}, "/api/v1/explain")
        assert why["segment_id"] == found["segment_id"]
        assert max(why["reasons"], key=lambda r: r["contribution"])["feature"] == "avg_order_value"
        assert len(why["paths"]) == 3

    def test_paths_lead_where_they_say(self, client: TestClient) -> None:
        why = ask(client, FIRST, "/api/v1/explain")
        assert [reason["raw"] for reason in why["reasons"]] == [FIRST[name] for name in FEATURES]
        for path in why["paths"]:
            assert path["to"]["region"] == "North"
            assert ask(client, path["to"], "/api/v1/predict")["segment_id"] == path["segment_id"]

    def test_a_missing_value_is_told(self, client: TestClient) -> None:
        found = ask(client, FIRST | {"region": None, "income": None}, "/api/v1/predict")
        assert found["imputed"] == ["income", "region"]
        raw = {r["feature"]: r["raw"] for r in ask(client, {"income": 4e4}, "/api/v1/explain")["reasons"]}
        assert raw == {"income": 4e4} | dict.fromkeys(FEATURES[1:])

    def test_the_exceptional_are_listed_beside_the_segments(self, client: TestClient) -> None:
        clusters = client.get("/api/v1/clusters").json()
        assert sum(s["size"] for s in clusters["segments"]) + clusters["exceptional"]["size"] == 1000
        info = client.get("/api/v1/clusters/info").json()
        assert info["exceptional"]["name"] == "Exceptional"

    def test_the_model_card_in_numbers(self, client: TestClient) -> None:
        info = client.get("/api/v1/model/info").json()
        assert info["verdict"]["code"] == "useful_slices"
        assert info["proof"]["disagreements"] == 0
        assert sum(feature["inertia_share"] for feature in info["features"]) == pytest.approx(1.0)
        assert info["features"][3]["transform"] == "log1p"
        assert [level["name"] for level in info["features"][5]["levels"]] == [
            "East",
            "North",
            "South",
            "West",
        ]
        assert info["exceptional"]["size"] == 12


class TestPages:
    def test_home(self, client: TestClient) -> None:
        page = client.get("/", params={"region": "West", "avg_order_value": "300"}).text
        assert "<option selected>West</option>" in page
        assert "its mix than to that of" in page

    def test_home_of_an_exceptional_customer(self, client: TestClient) -> None:
        page = client.get("/", params={"avg_order_value": "9000", "target": "0"}).text
        assert 'data-answer="name">Exceptional<' in page
        assert "adds its part of the distance: 9,000 $ against the" in page
        assert re.search("<li>No (other )?feature alone does it</li>", page)
        assert "<li>Region alone" not in page

    def test_home_without_a_value(self, client: TestClient) -> None:
        page = client.get("/", params={"income": "", "spending_score": ""})
        assert page.status_code == 200
        assert "no value" in page.text

    def test_home_with_a_word_that_nobody_knows(self, client: TestClient) -> None:
        assert "<option selected>Atlantis</option>" in client.get("/", params={"region": "Atlantis"}).text

    def test_about(self, client: TestClient) -> None:
        page = client.get("/about").text
        assert "no order between them" in page
        assert "12 of the 1,000 customers lie so far from all others" in page
        assert "missing in training and were filled in: income 36, average order value 28" in page
