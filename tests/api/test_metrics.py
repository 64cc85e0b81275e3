"""Metrics: what is counted under which template, and what never becomes a label."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def counted(client: TestClient) -> dict[tuple[str, str, int], int]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    pattern = r'^clientele_requests_total\{method="(\w+)",route="([^"]*)",status="(\d+)"\} (\d+)$'
    found = re.findall(pattern, answer.text, re.MULTILINE)
    return {(method, route, int(status)): int(count) for method, route, status, count in found}


def test_requests_by_template(client: TestClient) -> None:
    customer = {"annual_income": 55, "spending_score": 50}
    for _ in range(3):
        client.post("/api/v1/predict", json=customer)
    client.post("/api/v1/predict", json={})
    client.get("/api/v1/predict")
    client.head("/livez")
    client.get("/static/0/nothing.css")
    found = counted(client)
    assert found["POST", "/api/v1/predict", 200] == 3
    assert found["POST", "/api/v1/predict", 422] == 1
    assert found["GET", "/api/v1/predict", 405] == 1
    assert found["HEAD", "/livez", 200] == 1
    assert not [route for _, route, _ in found if "nothing.css" in route]


def test_strangers_cannot_add_labels(client: TestClient) -> None:
    for nth in range(30):
        client.get(f"/wp-admin/{nth}?{nth}")
        client.request(f"VERB{nth}", "/")
        client.get("/", headers={"Host": f"a/{nth}"})
    found = counted(client)
    assert found["GET", "none", 404] == 30
    assert found["GET", "none", 400] == 30
    assert sum(count for (method, _, _), count in found.items() if method == "other") == 30
    assert len(found) <= 4


def test_the_version_that_answers(client: TestClient) -> None:
    text = client.get("/metrics").text
    assert 'clientele_model_info{version="mall/1"} 1\n' in text
    assert "clientele_model_up 1\n" in text


def test_without_a_model(empty_client: TestClient) -> None:
    assert "clientele_model_up 0\n" in empty_client.get("/metrics").text
