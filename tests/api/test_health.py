"""GET /api/v1/health, /readyz and /livez."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.api.problems import problem_of

READY = ["/api/v1/health", "/readyz"]


class TestHealth:
    @pytest.mark.parametrize("address", READY)
    def test_a_model_is_loaded(self, shared_client: TestClient, address: str) -> None:
        answer = shared_client.get(address)
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "model_version": "mall/1", "warning": None}

    @pytest.mark.parametrize("address", READY)
    def test_no_model_yet(self, empty_client: TestClient, address: str) -> None:
        answer = empty_client.get(address)
        body = problem_of(answer, 503, "model_unavailable")
        assert body["detail"] == "no version of mall is active: run python train_model.py"
        assert answer.headers["retry-after"] == "10"

    @pytest.mark.parametrize("address", READY)
    def test_the_only_version_is_torn(self, trained: Settings, client: TestClient, address: str) -> None:
        (trained.artifacts_dir / "mall" / "1" / "model.json").write_bytes(b"")
        body = problem_of(client.get(address), 503, "model_unavailable")
        assert "model.json of mall/1" in body["detail"]

    @pytest.mark.parametrize("fixture", ["shared_client", "empty_client"])
    def test_alive_with_and_without_a_model(self, request: pytest.FixtureRequest, fixture: str) -> None:
        client: TestClient = request.getfixturevalue(fixture)
        answer = client.get("/livez")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
