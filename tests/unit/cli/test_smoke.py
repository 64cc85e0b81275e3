from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from app.cli import smoke
from app.cli.smoke import checks
from app.models.recipe import shipped_names
from tests.api.live_server import free_port

Scripted = dict[str, tuple[int, str, bytes]]


class Server:
    """Answers what a test wrote down, and anything else as a real application does."""

    def __init__(self, application: TestClient | None = None) -> None:
        self.scripted: Scripted = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                server.asked.append(f"{self.command} {self.path}")
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path in server.scripted or application is None:
                    status, kind, content = server.scripted.get(self.path, (404, "text/plain", b"nothing"))
                else:
                    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
                    reply = application.request(self.command, self.path, content=body, headers=headers)
                    status, kind, content = reply.status_code, reply.headers["content-type"], reply.content
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815 - the names that the base class calls

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def waiting(*seconds: int, then: str = "completed") -> bytes:
    """Jobs that came so long ago and wait, and one that does not."""
    now = datetime.now(UTC)
    jobs = [{"status": "pending", "created_at": str(now - timedelta(seconds=ago))} for ago in seconds]
    return json.dumps({"jobs": [*jobs, {"status": then, "created_at": str(now)}]}).encode()


@pytest.fixture
def server(client: TestClient) -> Iterator[Server]:
    server = Server(client)
    yield server
    server.close()


@pytest.fixture
def stranger() -> Iterator[Server]:
    """A server of something else."""
    server = Server()
    yield server
    server.close()


def tried() -> list[smoke.Check]:
    return checks({}, recipes=shipped_names())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(smoke.smoke, arguments)


class TestSmoke:
    def test_a_line_for_each_endpoint(self, server: Server) -> None:
        result = run("--url", server.url + "/")
        *lines, summary = result.stdout.splitlines()
        assert result.exit_code == 0
        assert [line.split()[:3] for line in lines] == [
            ["pass", check.method, check.path] for check in tried()
        ]
        assert summary == f"{len(lines)} passed, 0 failed"
        asked = {f"{check.method} {check.path}" for check in tried()}
        assert set(server.asked) == asked | {"GET /api/v1/recipes"}

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("path", "reply", "found"),
        [
            ("/livez", (500, "text/plain", b""), "answered 500"),
            ("/readyz", (200, "application/json", b'{"model_version": ""}'), "answered 200"),
            ("/readyz", (200, "application/json", b"{}"), "KeyError"),
            (
                "/api/v1/clusters",
                (200, "application/json", b'{"segments": [{"share": 0.5}]}'),
                "answered 200",
            ),
            ("/api/v1/clusters", (200, "application/json", b"not json"), "JSONDecodeError"),
            ("/openapi.json", (200, "text/html", b"<html>"), "TypeError"),
            ("/", (200, "text/plain", b"hello"), "answered 200"),
            ("/about", (404, "text/html", b""), "answered 404"),
            ("/api/v1/recipes/mall/versions", (404, "application/problem+json", b"{}"), "answered 404"),
            ("/api/v1/datasets?limit=1", (503, "application/problem+json", b"{}"), "answered 503"),
            ("/api/v1/jobs?limit=50", (200, "application/json", waiting(61)), "answered 200"),
        ],
    )
    def test_one_that_fails(
        self, server: Server, path: str, reply: tuple[int, str, bytes], found: str
    ) -> None:
        server.scripted[path] = reply
        result = run("--url", server.url)
        failed = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
        assert result.exit_code == 1
        assert len(failed) == 1
        assert failed[0].split()[2] == path
        assert found in failed[0]
        assert result.stdout.splitlines()[-1] == f"{len(tried()) - 1} passed, 1 failed"

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("seconds", "then"), [((30,), "failed"), ((70, 700), "running"), ((), "completed")]
    )
    def test_jobs_that_need_not_worry(self, server: Server, seconds: tuple[int, ...], then: str) -> None:
        jobs = waiting(*seconds, then=then)
        server.scripted["/api/v1/jobs?limit=50"] = (200, "application/json", jobs)
        assert run("--url", server.url).exit_code == 0

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("application/json", b'{"detail": "no model"}'),
            ("application/json", b"[]"),
            ("application/json", b"half {"),
            ("text/html", b"<html>another product</html>"),
        ],
    )
    def test_no_model_or_another_product(self, stranger: Server, kind: str, content: bytes) -> None:
        stranger.scripted["/api/v1/model/info"] = (503, kind, content)
        result = run("--url", stranger.url)
        assert result.exit_code == 1
        assert result.stdout == f"fail  the server at {stranger.url} has no model that answers\n"

    def test_nobody_answers(self) -> None:
        result = run("--url", f"http://127.0.0.1:{free_port()}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("nobody answers at http://127.0.0.1:")

    def test_somebody_who_speaks_no_http(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def answer(*_: object) -> None:
            raise http.client.BadStatusLine("SSH-2.0-OpenSSH")

        monkeypatch.setattr(smoke, "ask", answer)
        assert run("--url", "http://127.0.0.1:22").exit_code == 2

    @pytest.mark.parametrize(
        "url",
        ["127.0.0.1:8000", "ftp://127.0.0.1", "file:///etc/passwd", "http://", "http://[", "http://a:b", ""],
    )
    def test_no_address(self, url: str) -> None:
        result = run("--url", url)
        assert result.exit_code == 2
        assert "the address must be such as http://127.0.0.1:8000" in result.stderr

    def test_help(self) -> None:
        result = run("--help")
        assert result.exit_code == 0
        assert "Exit code 0 if all pass, 1 if one fails, 2 if nobody answers." in " ".join(
            result.stdout.split()
        )


def test_the_customer_is_made_of_the_models_own_features(server: Server, client: TestClient) -> None:
    info = client.get("/api/v1/model/info").json()
    info["features"][0]["mean"] = "text"
    server.scripted["/api/v1/model/info"] = (200, "application/json", json.dumps(info).encode())
    failed = [line for line in run("--url", server.url).stdout.splitlines() if line.startswith("FAIL")]
    assert [line.split()[2] for line in failed] == ["/api/v1/predict", "/api/v1/explain"]
