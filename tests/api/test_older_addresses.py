"""POST /predict and GET /stats, for older integrations."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.recipe import SHIPPED
from tests.api.problems import problem_of

CUSTOMER = {"age": 30, "income": 55, "score": 50}


class TestPredictOlder:
    def test_a_customer_in_the_middle(self, shared_client: TestClient) -> None:
        answer = shared_client.post("/predict", json=CUSTOMER)
        assert answer.status_code == 200
        assert answer.json() == {"cluster": 0, "label": "Average Customer"}

    @pytest.mark.parametrize("income", [0, 30, 70.5, 200])
    @pytest.mark.parametrize("score", [1, 42.5, 100])
    def test_the_same_answer_as_the_address_that_follows(
        self, shared_client: TestClient, income: float, score: float
    ) -> None:
        older = shared_client.post("/predict", json=CUSTOMER | {"income": income, "score": score}).json()
        new = shared_client.post(
            "/api/v1/predict", json={"annual_income": income, "spending_score": score}
        ).json()
        assert older == {"cluster": new["segment_id"], "label": new["name"]}

    @pytest.mark.parametrize("age", [0, 130])
    def test_age_changes_nothing(self, shared_client: TestClient, age: int) -> None:
        assert shared_client.post("/predict", json=CUSTOMER | {"age": age}).json()["cluster"] == 0

    def test_it_says_what_follows_it(self, shared_client: TestClient) -> None:
        headers = shared_client.post("/predict", json=CUSTOMER).headers
        assert headers["link"] == '</api/v1/predict>; rel="successor-version"'
        assert headers["deprecation"].startswith("@")

    @pytest.mark.parametrize("missing", CUSTOMER)
    def test_a_field_missing(self, shared_client: TestClient, missing: str) -> None:
        left = {name: value for name, value in CUSTOMER.items() if name != missing}
        body = problem_of(shared_client.post("/predict", json=left), 422, "input_invalid")
        assert [fault["pointer"] for fault in body["errors"]] == [f"/{missing}"]

    @pytest.mark.parametrize("field", CUSTOMER)
    @pytest.mark.parametrize("value", ["many", "1", True, None, -1, 100_000])
    def test_no_number_or_out_of_bounds(self, shared_client: TestClient, field: str, value: object) -> None:
        body = problem_of(
            shared_client.post("/predict", json=CUSTOMER | {field: value}), 422, "input_invalid"
        )
        assert [fault["pointer"] for fault in body["errors"]] == [f"/{field}"]

    def test_no_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.post("/predict", json=CUSTOMER), 503, "model_unavailable")


class TestStats:
    def test_the_summary(self, shared_client: TestClient) -> None:
        answer = shared_client.get("/stats")
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == ["count", "features", "clusters"]
        assert body["count"] == 200
        assert set(body["features"]) == {"age", "income", "score"}
        for column in body["features"].values():
            assert set(column) == {"mean", "median", "sd", "min", "max"}

    def test_means_by_cluster_are_those_of_the_address_that_follows(self, shared_client: TestClient) -> None:
        older = shared_client.get("/stats").json()["clusters"]
        new = shared_client.get("/api/v1/clusters").json()["segments"]
        for cluster, segment in zip(older, new, strict=True):
            assert (cluster["cluster"], cluster["label"]) == (segment["segment_id"], segment["name"])
            assert cluster["size"] == segment["size"]
            columns = segment["columns"]
            assert cluster["means"] == {
                "age": columns["age"]["mean"],
                "income": columns["annual_income"]["mean"],
                "score": columns["spending_score"]["mean"],
            }

    def test_it_says_what_follows_it(self, shared_client: TestClient) -> None:
        headers = shared_client.get("/stats").headers
        assert headers["link"] == '</api/v1/clusters>; rel="successor-version"'

    def test_no_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.get("/stats"), 503, "model_unavailable")


def test_a_recipe_without_older_names_has_no_such_addresses(trained: Settings) -> None:
    text = (SHIPPED / "mall.toml").read_text(encoding="utf-8").split("[older_names]")[0]
    trained.recipes_dir.mkdir(parents=True)
    (trained.recipes_dir / "mall.toml").write_text(text, encoding="utf-8")
    with TestClient(create_app(trained)) as client:
        problem_of(client.post("/predict", json=CUSTOMER), 404, "not_found")
        problem_of(client.get("/stats"), 404, "not_found")
        assert client.get("/readyz").status_code == 200
