"""Real servers over real sockets: several workers, hostile bytes, huge bodies, the end by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from tests.api.hostile_requests import CATALOGUE, CHUNKED, CUSTOMER, HALF_CLOSED
from tests.api.live_server import (
    PATIENCE_SECONDS,
    REPOSITORY,
    Live,
    environment,
    exchange,
    free_port,
    serving,
    status_of,
)
from tests.conftest import settings_in


@pytest.fixture(scope="module")
def live(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """``python main.py``, shared by the tests that leave it as it is."""
    log = tmp_path_factory.mktemp("live") / "log"
    with serving(settings_in(trained_once), log) as server:
        yield server


def read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        return json.loads(answer.read())


class TestHostileBytes:
    @pytest.mark.parametrize("name", CATALOGUE)
    def test_none_is_our_fault(self, live: Live, name: str) -> None:
        content, expected = CATALOGUE[name]
        received = exchange(live.port, [content])
        assert status_of(received) in expected
        assert b"passwd" not in received

    @pytest.mark.parametrize("name", HALF_CLOSED)
    def test_a_client_that_goes(self, live: Live, name: str) -> None:
        received = exchange(live.port, [HALF_CLOSED[name]], half_close=True)
        assert status_of(received) in {0, 200, 400}
        assert read(f"{live.url}/livez") == {"status": "ok"}

    def test_the_same_processes_go_on(self, live: Live) -> None:
        before = live.pids()
        for content, _ in CATALOGUE.values():
            assert status_of(exchange(live.port, [content])) < 500
        assert live.pids() == before
        body = read(f"{live.url}/readyz")
        assert body["model_version"] == "mall/1"

    def test_no_fault_and_no_control_character_is_logged(self, live: Live) -> None:
        written = live.log.read_bytes()
        assert b"request_failed" not in written
        assert b"Traceback" not in written
        assert set(written) & set(range(32)) <= {0x0A}


class TestHugeBodies:
    @pytest.mark.parametrize("address", [b"/api/v1/predict", b"/predict", b"/", b"/nothing", b"/livez"])
    def test_by_its_declared_length(self, live: Live, address: bytes) -> None:
        head = b"POST " + address + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 314572800\r\n\r\n"
        self.refused(exchange(live.port, [head, CUSTOMER]))

    def test_by_what_arrives(self, live: Live) -> None:
        head = CHUNKED.replace(b"Connection: close\r\n", b"")
        # 300 MB on offer, of which the server takes what it must to refuse
        parts = [head, *([b"4000\r\n" + b" " * 0x4000 + b"\r\n"] * 5)]
        self.refused(exchange(live.port, parts))

    @staticmethod
    def refused(received: bytes) -> None:
        head, _, body = received.partition(b"\r\n\r\n")
        assert status_of(received) == 413
        assert b"application/problem+json" in head
        problem = json.loads(body)
        assert (problem["status"], problem["type"]) == (413, "urn:clientele:error:body_too_large")
        assert f"x-request-id: {problem['request_id']}".encode() in head.lower()


class TestSeveralWorkers:
    @pytest.fixture
    def four(self, two_versions: Settings, tmp_path: Path) -> Iterator[Live]:
        command = ("-m", "uvicorn", "main:app", "--workers", "4", "--port", "{port}")
        with serving(two_versions, tmp_path / "log", *command) as server:
            yield server

    def test_every_worker_answers_equal_and_follows(self, two_versions: Settings, four: Live) -> None:
        self.await_workers(four)
        assert self.versions(four) == {"mall/1"}
        assert len({self.ask(four) for _ in range(40)}) == 1
        ArtifactStore(two_versions.artifacts_dir, "mall").activate(2)
        # from here on no worker may answer with the version before
        assert self.versions(four) == {"mall/2"}
        assert len({self.ask(four) for _ in range(40)}) == 1
        ArtifactStore(two_versions.artifacts_dir, "mall").activate(1)
        assert self.versions(four) == {"mall/1"}

    @staticmethod
    def await_workers(live: Live) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        started = b"Application startup complete"
        while live.log.read_bytes().count(started) < 4:
            assert time.monotonic() < deadline, live.log.read_text()
            time.sleep(0.05)

    @staticmethod
    def versions(live: Live) -> set[str]:
        return {read(f"{live.url}/readyz")["model_version"] for _ in range(40)}

    @staticmethod
    def ask(live: Live) -> bytes:
        connection = HTTPConnection("127.0.0.1", live.port, timeout=PATIENCE_SECONDS)
        connection.request("POST", "/api/v1/predict", CUSTOMER, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200
        return body


class TestTheEnd:
    @pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_is_a_success(self, trained: Settings, tmp_path: Path, number: signal.Signals) -> None:
        with serving(trained, tmp_path / "log") as server:
            idle = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
            idle.request("GET", "/livez")
            assert idle.getresponse().read() == b'{"status":"ok"}'
            server.process.send_signal(number)
            assert server.process.wait(PATIENCE_SECONDS) == 0
            idle.close()


class TestSmokeTest:
    def run(self, url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "test_api.py", "--url", url],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def test_everything_passes(self, live: Live) -> None:
        done = self.run(live.url)
        *lines, summary = done.stdout.splitlines()
        assert (done.returncode, done.stderr) == (0, "")
        assert all(line.startswith("pass  ") for line in lines)
        assert summary == f"{len(lines)} passed, 0 failed"
        assert len(lines) >= 14

    def test_nobody_answers(self) -> None:
        done = self.run(f"http://127.0.0.1:{free_port()}")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("nobody answers at ")

    def test_a_server_without_a_model(self, settings: Settings, tmp_path: Path) -> None:
        with serving(settings, tmp_path / "log") as server:
            done = self.run(server.url)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout == f"fail  the server at {server.url} has no model that answers\n"


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "70000"), ("WEB_CONCURRENCY", "many"), ("MAX_BODY_BYTES", "10MB"),
            ("CORS_ORIGINS", "https://evil.example/*"),
        ],
    )  # fmt: skip
    def test_a_bad_one_stops_the_start(self, settings: Settings, name: str, value: str) -> None:
        chosen = environment(settings, free_port()) | {name: value}
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=REPOSITORY, env=chosen, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"clientele: cannot start: {name}: ")
        assert len(done.stderr.splitlines()) == 1
        assert value not in done.stderr.removeprefix(f"clientele: cannot start: {name}: ")
