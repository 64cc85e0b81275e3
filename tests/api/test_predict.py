"""POST /api/v1/predict."""

from __future__ import annotations

import math
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.problems import problem_of

ADDRESS = "/api/v1/predict"
CUSTOMER = {"annual_income": 55, "spending_score": 50}


def predict(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, json=CUSTOMER | fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestPredict:
    def test_a_customer_in_the_middle(self, shared_client: TestClient) -> None:
        answer = shared_client.post(ADDRESS, json={"annual_income": 55, "spending_score": 50})
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == [
            "segment_id", "name", "description", "strategy", "color", "confidence", "distances", "runner_up",
            "outside_training_range", "model_version",
        ]  # fmt: skip
        assert (body["segment_id"], body["name"]) == (0, "Average Customer")
        assert body["confidence"] == {"value": 1.0, "label": "settled"}
        assert body["model_version"] == "mall/1"
        assert body["outside_training_range"] == []
        assert body["strategy"]

    def test_distances_ascend_and_name_every_segment(self, shared_client: TestClient) -> None:
        body = predict(shared_client, annual_income=70, spending_score=62)
        distances = [segment["distance"] for segment in body["distances"]]
        assert distances == sorted(distances)
        assert {segment["segment_id"] for segment in body["distances"]} == {0, 1, 2, 3, 4}
        assert body["distances"][0]["segment_id"] == body["segment_id"]
        assert body["distances"][1] == body["runner_up"]

    def test_distances_are_standardised(self, shared_client: TestClient) -> None:
        features = shared_client.get("/api/v1/model/info").json()["features"]
        on_average = {feature["name"]: feature["mean"] for feature in features}
        moved = on_average | {"annual_income": on_average["annual_income"] + features[0]["scale"]}
        own = predict(shared_client, **on_average)["distances"]
        other = {s["segment_id"]: s["distance"] for s in predict(shared_client, **moved)["distances"]}
        # a step of one standard deviation moves no distance by more than one
        assert all(abs(s["distance"] - other[s["segment_id"]]) <= 1 + 1e-9 for s in own)
        assert max(abs(s["distance"] - other[s["segment_id"]]) for s in own) > 0.8

    def test_a_customer_on_a_border_is_not_settled(self, shared_client: TestClient) -> None:
        labels = set()
        for income in range(55, 90):
            confidence = predict(shared_client, annual_income=income, spending_score=65)["confidence"]
            expected = "settled" if confidence["value"] >= 0.9 else "leaning"
            assert confidence["label"] == ("borderline" if confidence["value"] < 0.6 else expected)
            labels.add(confidence["label"])
        assert {"settled"} < labels

    @pytest.mark.parametrize(
        "profile", [{}, {"age": 31}, {"gender": "Female"}, {"age": None, "gender": None}, {"gender": "x"}]
    )
    def test_the_profile_changes_nothing(self, shared_client: TestClient, profile: dict[str, Any]) -> None:
        assert predict(shared_client, **profile) == predict(shared_client)

    def test_the_order_of_fields_changes_nothing(self, shared_client: TestClient) -> None:
        turned = dict(reversed(CUSTOMER.items()))
        assert shared_client.post(ADDRESS, json=turned).json() == predict(shared_client)

    @pytest.mark.parametrize(
        "customer", [(0, 1), (0, 100), (1000, 1), (1000, 100), (0.5, 1.5), (1e-300, 1), (1000, 99.999)]
    )
    def test_bounds_belong_to_what_is_accepted(
        self, shared_client: TestClient, customer: tuple[float, float]
    ) -> None:
        body = predict(shared_client, annual_income=customer[0], spending_score=customer[1])
        assert all(math.isfinite(segment["distance"]) for segment in body["distances"])

    def test_beyond_what_training_saw(self, shared_client: TestClient) -> None:
        body = predict(shared_client, annual_income=500)
        assert body["outside_training_range"] == ["annual_income"]
        assert body["name"] in {"VIP / Whale", "High Earner Saver"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "value", "bound"),
        [
            ("annual_income", -0.1, "greater than or equal to 0"),
            ("annual_income", 1000.1, "less than or equal to 1000"),
            ("spending_score", 0.9, "greater than or equal to 1"),
            ("spending_score", 101, "less than or equal to 100"),
            ("age", -1, "greater than or equal to 0"),
            ("age", 131, "less than or equal to 130"),
        ],
    )
    def test_out_of_bounds(self, shared_client: TestClient, field: str, value: float, bound: str) -> None:
        body = problem_of(shared_client.post(ADDRESS, json=CUSTOMER | {field: value}), 422, "input_invalid")
        assert [fault["pointer"] for fault in body["errors"]] == [f"/{field}"]
        assert bound in body["errors"][0]["detail"]

    @pytest.mark.parametrize("value", ["1", True, False, None, [], {}, [1], "", "NaN"])
    def test_no_number(self, shared_client: TestClient, value: object) -> None:
        answer = shared_client.post(ADDRESS, json=CUSTOMER | {"spending_score": value})
        body = problem_of(answer, 422, "input_invalid")
        assert [fault["pointer"] for fault in body["errors"]] == ["/spending_score"]
        assert body["detail"] == "Look at spending_score."

    @pytest.mark.parametrize("value", ["x" * 41, "a\nb", "\x00", "\x7f", 1, True, ["f"]])
    def test_no_short_text(self, shared_client: TestClient, value: object) -> None:
        answer = shared_client.post(ADDRESS, json=CUSTOMER | {"gender": value})
        assert [f["pointer"] for f in problem_of(answer, 422, "input_invalid")["errors"]] == ["/gender"]

    @pytest.mark.parametrize("missing", CUSTOMER)
    def test_a_feature_missing(self, shared_client: TestClient, missing: str) -> None:
        left = {name: value for name, value in CUSTOMER.items() if name != missing}
        body = problem_of(shared_client.post(ADDRESS, json=left), 422, "input_invalid")
        assert body["errors"] == [{"pointer": f"/{missing}", "detail": "Field required"}]

    def test_an_unknown_field(self, shared_client: TestClient) -> None:
        body = problem_of(shared_client.post(ADDRESS, json=CUSTOMER | {"incme": 1}), 422, "input_invalid")
        assert [fault["pointer"] for fault in body["errors"]] == ["/incme"]

    def test_many_unknown_fields_are_told_in_part(self, shared_client: TestClient) -> None:
        many = CUSTOMER | {f"field_{number}": 1 for number in range(2000)}
        answer = shared_client.post(ADDRESS, json=many)
        assert len(problem_of(answer, 422, "input_invalid")["errors"]) == 20
        assert len(answer.content) < 3000

    def test_no_model(self, empty_client: TestClient) -> None:
        body = problem_of(empty_client.post(ADDRESS, json=CUSTOMER), 503, "model_unavailable")
        assert "train_model.py" in body["detail"]

    def test_a_bad_customer_without_a_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.post(ADDRESS, json={}), 422, "input_invalid")
