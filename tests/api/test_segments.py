"""Segments renamed, recoloured and rewritten: seen everywhere at once, kept through retrainings."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.services.training_service import TrainingService
from tests.api.problems import problem_of

ADDRESS = "/api/v1/recipes/mall/segments"
VIP = {"annual_income": 88, "spending_score": 82}


@pytest.fixture
def trained(trained: Settings, url: str) -> Settings:
    """Settings over this test's own database: on SQLite, then on PostgreSQL."""
    return trained.model_copy(update={"database_url": SecretStr(url)})


def test_what_nobody_changed(client: TestClient) -> None:
    found = client.get(ADDRESS).json()
    info = client.get("/api/v1/clusters/info").json()
    assert found["model_version"] == "mall/1"
    for segment, texts in zip(found["segments"], info["segments"], strict=True):
        assert segment["edited"] == []
        assert {key: segment[key] for key in ("segment_id", "name", "color", "description", "strategy")} == {
            key: texts[key] for key in ("segment_id", "name", "color", "description", "strategy")
        }


def test_a_change_is_seen_everywhere_and_by_every_worker(client: TestClient, trained: Settings) -> None:
    before = client.get(ADDRESS).json()["segments"][1]
    with TestClient(create_app(trained)) as other:
        assert other.post("/api/v1/predict", json=VIP).json()["name"] == before["name"]
        change = {"name": " Stammkunden ", "slot": 8, "strategy": ["Call them.", "Thank them."]}
        changed = client.patch(f"{ADDRESS}/1", json=change).json()
        assert changed["name"] == "Stammkunden"
        assert changed["edited"] == ["name", "slot", "strategy"]
        assert changed["description"] == before["description"]
        for asked in (client, other):
            answer = asked.post("/api/v1/predict", json=VIP).json()
            assert (answer["name"], answer["color"]) == ("Stammkunden", changed["color"])
            assert answer["strategy"] == ["Call them.", "Thank them."]
            assert asked.get("/api/v1/clusters").json()["segments"][1]["name"] == "Stammkunden"
    assert changed["color"] != before["color"]


def test_it_follows_the_segment_through_a_retraining(client: TestClient, trained: Settings) -> None:
    client.patch(f"{ADDRESS}/1", json={"name": "Stammkunden"})
    TrainingService(trained, 5, 5).train("mall", seed=7)
    found = client.get(ADDRESS).json()
    assert found["model_version"] == "mall/2"
    assert [s["name"] for s in found["segments"] if s["edited"]] == ["Stammkunden"]


def test_null_goes_back(client: TestClient) -> None:
    before = client.get(ADDRESS).json()["segments"][1]
    client.patch(f"{ADDRESS}/1", json={"name": "A", "description": "B"})
    assert client.patch(f"{ADDRESS}/1", json={"name": None}).json()["edited"] == ["description"]
    assert client.patch(f"{ADDRESS}/1", json={"description": None}).json() == before
    assert client.patch(f"{ADDRESS}/1", json={}).json() == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "budget conscious"}, "/name"),
        ({"name": "  "}, "/name"),
        ({"name": "x" * 81}, "/name"),
        ({"slot": 1}, "/slot"),
        ({"slot": 9}, "/slot"),
        ({"slot": True}, "/slot"),
        ({"strategy": []}, "/strategy"),
        ({"strategy": ["x"] * 13}, "/strategy"),
        ({"strategy": [""]}, "/strategy/0"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be(client: TestClient, change: dict[str, Any], pointer: str) -> None:
    problem = problem_of(client.patch(f"{ADDRESS}/1", json=change), 422, "input_invalid")
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    assert all(segment["edited"] == [] for segment in client.get(ADDRESS).json()["segments"])


def test_no_such_segment(client: TestClient) -> None:
    problem_of(client.patch(f"{ADDRESS}/99", json={"name": "x"}), 404, "segment_not_found")
    problem_of(client.patch("/api/v1/recipes/none/segments/1", json={}), 404, "recipe_not_found")


def test_without_a_model(empty_client: TestClient) -> None:
    problem_of(empty_client.get(ADDRESS), 503, "model_unavailable")
