"""POST /api/v1/explain."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

ADDRESS = "/api/v1/explain"


class TestExplain:
    def test_a_customer(self, client: TestClient) -> None:
        customer = {"annual_income": 60, "spending_score": 42}
        body = client.post(ADDRESS, json=customer).json()
        placed = client.post("/api/v1/predict", json=customer).json()
        assert body["segment_id"] == placed["segment_id"]
        assert body["runner_up"] == placed["runner_up"]
        assert sum(reason["contribution"] for reason in body["reasons"]) == pytest.approx(
            body["margin"], abs=1e-9
        )
        assert [path["segment_id"] for path in body["paths"]] == [1, 2, 3, 4]

    def test_each_path_is_placed_where_it_says(self, client: TestClient) -> None:
        customer = {"annual_income": 60.0, "spending_score": 42.0}
        for path in client.post(ADDRESS, json=customer).json()["paths"]:
            moved = client.post("/api/v1/predict", json=path["to"]).json()
            assert moved["segment_id"] == path["segment_id"]
            for feature, value in path["single"].items():
                if value is not None:
                    alone = client.post("/api/v1/predict", json=customer | {feature: value}).json()
                    assert alone["segment_id"] == path["segment_id"]

    def test_a_profile_field_changes_nothing(self, client: TestClient) -> None:
        customer = {"annual_income": 60, "spending_score": 42}
        told = client.post(ADDRESS, json=customer | {"age": 64, "gender": "Male"}).json()
        assert told == client.post(ADDRESS, json=customer).json()

    def test_a_value_beyond_its_bound(self, client: TestClient) -> None:
        answer = client.post(ADDRESS, json={"annual_income": 60, "spending_score": 101})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/spending_score"

    def test_no_model(self, empty_client: TestClient) -> None:
        assert empty_client.post(ADDRESS, json={"annual_income": 60, "spending_score": 42}).status_code == 503
