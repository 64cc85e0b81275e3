"""POST /api/v1/predict."""

from __future__ import annotations

from starlette.testclient import TestClient

ADDRESS = "/api/v1/predict"


class TestPredict:
    def test_a_customer_in_the_middle(self, client: TestClient) -> None:
        answer = client.post(ADDRESS, json={"annual_income": 55, "spending_score": 50})
        assert answer.status_code == 200
        body = answer.json()
        assert (body["segment_id"], body["name"]) == (0, "Average Customer")
        assert body["confidence"] == {"value": 1.0, "label": "settled"}
        assert body["model_version"] == "mall/1"
