"""One shape for every error, with the id to ask about it; a page where a person asks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from tests.api.problems import problem_of

CANARY = "canary-3141592"
CUSTOMER = {"annual_income": 55, "spending_score": 50}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECURITY = ("content-security-policy", "x-content-type-options", "referrer-policy")


def faulty_app(settings: Settings) -> FastAPI:
    """Make an application with routes that fail on our side."""
    app = create_app(settings)

    async def fail() -> None:
        raise RuntimeError(CANARY)

    async def fail_later() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"one"
            raise RuntimeError(CANARY)

        return StreamingResponse(parts())

    app.add_api_route("/broken", fail)
    app.add_api_route("/api/v1/broken", fail)
    app.add_api_route("/broken-later", fail_later)
    return app


@pytest.fixture
def faulty_client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(faulty_app(settings), raise_server_exceptions=False) as client:
        yield client


class TestOneShape:
    def test_400(self, shared_client: TestClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = shared_client.post("/api/v1/predict", content=b'{"annual_income": }', headers=headers)
        body = problem_of(answer, 400, "json_malformed")
        assert body["detail"] == "The body is not JSON: line 1, column 19."

    @pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v2/predict", "/api/v1/clusters/"])
    def test_404(self, shared_client: TestClient, path: str) -> None:
        problem_of(shared_client.get(path), 404, "not_found")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("GET", "/api/v1/predict", "POST"),
            ("POST", "/api/v1/clusters", "GET"),
            ("DELETE", "/", "GET"),
            ("TRACE", "/livez", "GET"),
            ("HEAD", "/predict", "POST"),
        ],
    )
    def test_405(self, shared_client: TestClient, method: str, path: str, allowed: str) -> None:
        answer = shared_client.request(method, path)
        assert answer.headers["allow"] == allowed
        if method != "HEAD":
            problem_of(answer, 405, "method_not_allowed")

    def test_413_by_its_declared_length(self, shared_client: TestClient) -> None:
        answer = shared_client.post("/api/v1/predict", content=b" " * 65_537)
        body = problem_of(answer, 413, "body_too_large")
        assert body["detail"] == "The body may have at most 65536 bytes."
        assert answer.headers["connection"] == "close"

    def test_413_by_what_arrives(self, shared_client: TestClient) -> None:
        headers = {"Content-Type": "application/json"}
        parts = (b" " * 40_000 for _ in range(2))
        answer = shared_client.post("/api/v1/predict", content=parts, headers=headers)
        problem_of(answer, 413, "body_too_large")

    def test_the_largest_body_is_read(self, shared_client: TestClient) -> None:
        content = json.dumps(CUSTOMER).encode().ljust(65_536)
        headers = {"Content-Type": "application/json"}
        assert shared_client.post("/api/v1/predict", content=content, headers=headers).status_code == 200

    def test_415(self, shared_client: TestClient) -> None:
        answer = shared_client.post("/api/v1/predict", data={"annual_income": "55"})
        problem_of(answer, 415, "body_not_json")

    def test_422(self, shared_client: TestClient) -> None:
        body = problem_of(shared_client.post("/api/v1/predict", json={}), 422, "input_invalid")
        assert {fault["pointer"] for fault in body["errors"]} == {"/annual_income", "/spending_score"}

    def test_422_of_no_object(self, shared_client: TestClient) -> None:
        body = problem_of(shared_client.post("/api/v1/predict", json=[1]), 422, "input_invalid")
        assert body["detail"] == "Look at the body."
        assert [fault["pointer"] for fault in body["errors"]] == [""]

    def test_422_does_not_repeat_what_a_client_made_up(self, shared_client: TestClient) -> None:
        answer = shared_client.post("/api/v1/predict", json=CUSTOMER | {f"<{CANARY}>": CANARY})
        body = problem_of(answer, 422, "input_invalid")
        assert [fault["pointer"] for fault in body["errors"]] == ["/…"]
        assert CANARY not in answer.text

    @pytest.mark.parametrize("path", ["/broken", "/api/v1/broken"])
    def test_500(self, faulty_client: TestClient, path: str) -> None:
        answer = faulty_client.get(path)
        problem_of(answer, 500, "internal_error")
        assert CANARY not in answer.text
        assert "RuntimeError" not in answer.text
        assert [name for name in SECURITY if name not in answer.headers] == []

    def test_500_is_logged_with_its_id(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        with TestClient(faulty_app(settings), raise_server_exceptions=False) as client:
            request_id = client.get("/broken").headers["x-request-id"]
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        failed = [line for line in lines if line["event"] == "request_failed"]
        assert [line["request_id"] for line in failed] == [request_id]
        assert CANARY in failed[0]["exception"]

    def test_a_fault_halfway_cuts_the_answer(self, settings: Settings) -> None:
        with TestClient(faulty_app(settings)) as client, pytest.raises(RuntimeError, match=CANARY):
            client.get("/broken-later")

    def test_503(self, empty_client: TestClient) -> None:
        answer = empty_client.get("/api/v1/clusters")
        problem_of(answer, 503, "model_unavailable")
        assert int(answer.headers["retry-after"]) > 0


class TestPages:
    @pytest.mark.parametrize(
        ("method", "path", "status"), [("GET", "/nothing", 404), ("DELETE", "/about", 405), ("GET", "/", 503)]
    )
    def test_a_person_gets_a_page(
        self, empty_client: TestClient, method: str, path: str, status: int
    ) -> None:
        answer = empty_client.request(method, path, headers=PAGE)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"] in answer.text

    @pytest.mark.parametrize("path", ["/", "/about"])
    def test_without_a_model_it_says_what_to_do(self, empty_client: TestClient, path: str) -> None:
        answer = empty_client.get(path, headers=PAGE)
        assert answer.status_code == 503
        assert "python train_model.py" in answer.text
        assert answer.headers["retry-after"] == "10"

    def test_our_own_fault(self, faulty_client: TestClient) -> None:
        answer = faulty_client.get("/broken", headers=PAGE)
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["x-request-id"] in answer.text
        assert CANARY not in answer.text

    def test_a_body_too_large(self, shared_client: TestClient) -> None:
        answer = shared_client.post("/", content=b" " * 65_537, headers=PAGE)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")

    def test_the_api_answers_programs_whatever_they_accept(self, shared_client: TestClient) -> None:
        problem_of(shared_client.get("/api/v1/nothing", headers=PAGE), 404, "not_found")

    def test_markup_in_the_address_is_text(self, shared_client: TestClient) -> None:
        answer = shared_client.get("/<script>alert(1)</script>", headers=PAGE)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["a/b?x", "a b", "", "[", "[::1", "[1:2]", "::1", "a:port", "a:123456", "a,b", "a@b", "ü", "a" * 254],
    )
    def test_no_plain_host(self, shared_client: TestClient, host: str) -> None:
        answer = shared_client.get("/livez", headers=[(b"Host", host.encode())])
        problem_of(answer, 400, "bad_request")

    def test_two_hosts(self, shared_client: TestClient) -> None:
        answer = shared_client.get("/livez", headers=[("Host", "a"), ("Host", "b")])
        problem_of(answer, 400, "bad_request")

    @pytest.mark.parametrize(
        "host", ["shop", "shop.example:8000", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:80"]
    )
    def test_plain_hosts(self, shared_client: TestClient, host: str) -> None:
        assert shared_client.get("/", headers={"Host": host}).status_code == 200
