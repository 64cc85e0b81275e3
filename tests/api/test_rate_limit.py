"""A limit on requests: who is counted, where, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings

LIMITED = {"rate_limit": 3, "rate_window_seconds": 86_400}
CUSTOMER = {"annual_income": 55, "spending_score": 50}
FREE = [
    "/",
    "/about",
    "/livez",
    "/readyz",
    "/metrics",
    "/api/v1/health",
    "/stats",
    "/openapi.json",
    "/nothing",
]


@pytest.fixture
def limited(trained: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(trained.model_copy(update=LIMITED))) as client:
        yield client


def test_up_to_the_limit_and_no_further(limited: TestClient) -> None:
    for _ in range(3):
        assert limited.post("/api/v1/predict", json=CUSTOMER).status_code == 200
    refused = limited.post("/api/v1/predict", json=CUSTOMER)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["type"], problem["status"]) == ("urn:clientele:error:too_many_requests", 429)
    assert refused.headers["x-request-id"] == problem["request_id"]
    assert 1 <= int(refused.headers["retry-after"]) <= 86_400


def test_all_of_the_api_together(limited: TestClient) -> None:
    for path in ("/api/v1/clusters", "/api/v1/nothing", "/api/v1/predict"):
        assert limited.get(path).status_code != 429
    older = {"age": 30, "income": 55, "score": 50}
    assert limited.post("/predict", json=older).status_code == 429


@pytest.mark.parametrize("path", FREE)
def test_what_is_free(limited: TestClient, path: str) -> None:
    for _ in range(5):
        assert limited.get(path).status_code != 429


class TestForwardingHeaders:
    HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP")

    def test_they_change_nothing(self, limited: TestClient) -> None:
        allowed = 0
        for nth in range(50):
            headers = dict.fromkeys(self.HEADERS, f"203.0.113.{nth}")
            allowed += limited.get("/api/v1/clusters", headers=headers).status_code == 200
        assert allowed == 3

    def test_but_from_a_proxy_that_is_trusted(self, trained: Settings) -> None:
        settings = trained.model_copy(update=LIMITED | {"trusted_proxies": (ip_network("10.0.0.0/8"),)})
        with TestClient(create_app(settings), client=("10.0.0.9", 1)) as proxy:
            statuses = [
                proxy.get("/api/v1/clusters", headers={"X-Forwarded-For": f"{spoofed}, 203.0.113.{client}"})
                for client in range(2)
                for spoofed in ("", "1.1.1.1", "2.2.2.2", "3.3.3.3")
            ]
        assert [answer.status_code for answer in statuses] == [200, 200, 200, 429] * 2


def test_without_a_limit(client: TestClient) -> None:
    assert {client.get("/api/v1/health").status_code for _ in range(50)} == {200}
