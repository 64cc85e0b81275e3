"""GET /api/v1/model/info."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from starlette.testclient import TestClient

from tests.api.problems import problem_of

ADDRESS = "/api/v1/model/info"


class TestModelInfo:
    def test_the_card(self, shared_client: TestClient) -> None:
        answer = shared_client.get(ADDRESS)
        assert answer.status_code == 200
        body = answer.json()
        assert (body["model_version"], body["recipe"], body["k"], body["seed"]) == ("mall/1", "mall", 5, 42)
        assert "k-means" in body["algorithm"]
        assert [feature["name"] for feature in body["features"]] == ["annual_income", "spending_score"]
        bounds = [(feature["minimum"], feature["maximum"]) for feature in body["features"]]
        assert bounds == [(0, 1000), (1, 100)]
        assert set(body["features"][0]) == {
            "name", "label", "unit", "minimum", "maximum", "training_min", "training_max", "mean", "scale",
        }  # fmt: skip

    def test_when_and_by_what_it_was_trained(self, shared_client: TestClient) -> None:
        body = shared_client.get(ADDRESS).json()
        assert datetime(2026, 1, 1, tzinfo=UTC) < datetime.fromisoformat(body["trained_at"])
        assert body["libraries"]["scikit-learn"] == version("scikit-learn")
        assert body["libraries"].keys() == {"python", "scikit-learn", "numpy", "scipy"}

    def test_the_look_alike_is_recognised(self, shared_client: TestClient) -> None:
        data = shared_client.get(ADDRESS).json()["data"]
        assert (data["rows"], len(data["fingerprint"])) == (200, 64)
        assert "look-alike" in data["title"]

    def test_the_evidence(self, shared_client: TestClient) -> None:
        body = shared_client.get(ADDRESS).json()
        measures = {"silhouette", "calinski_harabasz", "davies_bouldin", "inertia"}
        assert body["metrics"].keys() == measures | {"silhouette_of"}
        assert body["metrics"]["silhouette_of"] == {"method": "all_customers", "rows": 200, "ci95": None}
        for point in body["curves"]:
            assert point["ci95"].keys() == measures
            assert all(low < point[name] < high for name, (low, high) in point["ci95"].items())
        assert 0.5 < body["metrics"]["silhouette"] < 0.65
        assert body["verdict"]["code"] == "separate_groups"
        assert body["verdict"]["p_value"] <= 0.01
        assert body["verdict"]["text"]
        assert [point["k"] for point in body["curves"]] == list(range(2, 11))
        chosen = body["curves"][3]
        assert {name: chosen[name] for name in body["metrics"]} == body["metrics"]

    def test_the_proof_and_the_lineage(self, shared_client: TestClient) -> None:
        body = shared_client.get(ADDRESS).json()
        assert body["proof"]["disagreements"] == 0
        assert body["proof"]["points"] > body["proof"]["border_points"] >= 1000
        assert body["lineage"] == {"previous": None, "kept": [], "born": [0, 1, 2, 3, 4], "retired": []}

    def test_no_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.get(ADDRESS), 503, "model_unavailable")
