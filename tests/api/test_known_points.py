"""Known customers are placed where independently computed figures say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.services.training_service import TrainingService
from tests.conftest import settings_in

AVERAGE, VIP, TRENDSETTER, SAVER, BUDGET = (
    "Average Customer", "VIP / Whale", "Young Trendsetter", "High Earner Saver", "Budget Conscious",
)  # fmt: skip

# income, score; the segment and the distance to it; the second nearest and the distance to that
ON_THE_ORIGINAL = [
    (15, 39, BUDGET, 0.8241, AVERAGE, 1.5914),
    (20, 80, TRENDSETTER, 0.2200, AVERAGE, 1.7931),
    (25, 20, BUDGET, 0.0611, AVERAGE, 1.6280),
    (55, 50, AVERAGE, 0.0218, BUDGET, 1.5731),
    (60, 42, AVERAGE, 0.3427, SAVER, 1.4464),
    (90, 15, SAVER, 0.1070, AVERAGE, 1.8842),
    (90, 85, VIP, 0.1729, AVERAGE, 1.9110),
    (137, 18, SAVER, 1.8630, VIP, 3.1477),
    (137, 83, VIP, 1.9264, SAVER, 3.1641),
    (40, 50, AVERAGE, 0.5842, BUDGET, 1.2443),
    (70, 70, VIP, 0.7875, AVERAGE, 0.9732),
    (1, 1, BUDGET, 1.2371, AVERAGE, 2.8005),
    (500, 50, SAVER, 15.7699, VIP, 15.8308),
]


def place(client: TestClient, income: float, score: float) -> Any:
    answer = client.post("/api/v1/predict", json={"annual_income": income, "spending_score": score})
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def original(reference_table: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = settings_in(tmp_path_factory.mktemp("original"))
    TrainingService(settings, null_draws=9, refits=5).train("mall", data=reference_table)
    with TestClient(create_app(settings)) as client:
        yield client


class TestOriginal:
    @pytest.mark.parametrize(
        ("income", "score", "name", "distance", "second", "second_distance"), ON_THE_ORIGINAL
    )
    def test_known_customers(
        self,
        original: TestClient,
        income: int,
        score: int,
        name: str,
        distance: float,
        second: str,
        second_distance: float,
    ) -> None:
        body = place(original, income, score)
        assert (body["name"], body["runner_up"]["name"]) == (name, second)
        assert body["distances"][0]["distance"] == pytest.approx(distance, abs=1e-3)
        assert body["runner_up"]["distance"] == pytest.approx(second_distance, abs=1e-3)

    def test_the_table_is_recognised_and_measured(self, original: TestClient) -> None:
        info = original.get("/api/v1/model/info").json()
        assert info["data"]["title"] == "the original Mall Customers table"
        assert info["metrics"] == {
            "silhouette": pytest.approx(0.554657, rel=1e-3),
            "calinski_harabasz": pytest.approx(248.6493, rel=1e-3),
            "davies_bouldin": pytest.approx(0.572236, rel=1e-3),
            "inertia": pytest.approx(65.568408, rel=1e-3),
            "silhouette_of": {"method": "all_customers", "rows": 200, "ci95": None},
        }

    def test_sizes_and_centres(self, original: TestClient) -> None:
        known = {
            AVERAGE: (81, 55.30, 49.52, 42.72), VIP: (39, 86.54, 82.13, 32.69),
            TRENDSETTER: (22, 25.73, 79.36, 25.27), SAVER: (35, 88.20, 17.11, 41.11),
            BUDGET: (23, 26.30, 20.91, 45.22),
        }  # fmt: skip
        segments = original.get("/api/v1/clusters").json()["segments"]
        assert [segment["name"] for segment in segments] == list(known)
        for segment in segments:
            size, *means = known[segment["name"]]
            assert segment["size"] == size
            found = [segment["columns"][c]["mean"] for c in ("annual_income", "spending_score", "age")]
            assert found == pytest.approx(means, abs=0.05)

    def test_the_curves(self, original: TestClient) -> None:
        curves = original.get("/api/v1/model/info").json()["curves"]
        silhouettes = [0.3213, 0.4666, 0.4939, 0.5547, 0.5399, 0.5281, 0.4552, 0.4571, 0.4432]
        assert [point["silhouette"] for point in curves] == pytest.approx(silhouettes, abs=1e-3)


class TestLookAlike:
    @pytest.mark.parametrize(
        ("income", "score", "name"),
        [
            (55, 50, AVERAGE), (60, 45, AVERAGE), (88, 82, VIP), (120, 95, VIP), (25, 80, TRENDSETTER),
            (15, 95, TRENDSETTER), (88, 17, SAVER), (130, 10, SAVER), (26, 20, BUDGET), (10, 5, BUDGET),
        ],
    )  # fmt: skip
    def test_every_persona_is_in_its_corner(
        self, shared_client: TestClient, income: int, score: int, name: str
    ) -> None:
        assert place(shared_client, income, score)["name"] == name

    def test_a_persona_reaches_farther_than_the_training(self, shared_client: TestClient) -> None:
        body = place(shared_client, 1000, 100)
        assert (body["name"], body["outside_training_range"]) == (VIP, ["annual_income", "spending_score"])
