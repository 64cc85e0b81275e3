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
from tests.api.live_server import (
    PATIENCE_SECONDS,
    REPOSITORY,
    Live,
    environment,
    exchange,
    free_port,
    serving,
    status_of,
    stop,
)
from tests.conftest import settings_in

END = b"Host: a\r\nConnection: close\r\n\r\n"
CUSTOMER = b'{"annual_income": 55, "spending_score": 50}'
POST = b"POST /api/v1/predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(CUSTOMER), CUSTOMER)


def get(path: bytes, more: bytes = b"", method: bytes = b"GET") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\n" + more + END


# What is sent, and the statuses that may answer it; 0 is a connection closed without an answer.
CATALOGUE: dict[str, tuple[bytes, set[int]]] = {
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", {400}),
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", {400}),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b?x\r\nConnection: close\r\n\r\n", {400}),
    "half a bracket": (b"GET /x HTTP/1.1\r\nHost: [\r\nAccept: text/html\r\nConnection: close\r\n\r\n", {400}),
    "an old client": (b"GET /livez HTTP/1.0\r\n\r\n", {200}),
    "an old client with a bad host": (b"GET / HTTP/1.0\r\nHost: [a/b?\r\n\r\n", {400}),
    "a client older still": (b"GET /\r\n\r\n", {0, 400}),
    "NUL in the path": (get(b"/api/v1/%00"), {404}),
    "no UTF-8 in the path": (get(b"/%ff%fe"), {404}),
    "overlong UTF-8 in the path": (get(b"/%c0%ae%c0%ae/etc/passwd"), {404}),
    "half an escape": (get(b"/%zz%1"), {404}),
    "line ends in the path": (get(b"/%0d%0aSet-Cookie:%20a=b"), {404}),
    "colours in the path": (get(b"/%1b[31mred"), {404}),
    "dots, escaped": (get(b"/static/x/..%2f..%2f..%2fetc/passwd"), {404}),
    "dots, escaped twice": (get(b"/static/x/..%252f..%252fetc/passwd"), {404}),
    "dots": (get(b"/static/x/../../../../etc/passwd"), {404}),
    "dots without a root": (get(b"../../etc/passwd"), {400}),
    "backslashes": (get(b"/static/..\\..\\main.py"), {400, 404}),
    "two slashes": (get(b"//host/x"), {404}),
    "another server's address": (get(b"http://other.example/nothing"), {404}),
    "a star": (get(b"*", method=b"OPTIONS"), {400, 404, 405}),
    "a proxy's method": (get(b"other.example:443", method=b"CONNECT"), {400, 404, 405}),
    "raw bytes in the path": (get(b"/\xff\xfe"), {400, 404}),
    "raw bytes in the query": (get(b"/?annual_income=\xff"), {400, 422}),
    "no UTF-8 in the query": (get(b"/?annual_income=%ff&spending_score=%00"), {422}),
    "half a character in the query": (get(b"/?annual_income=%ed%a0%80"), {422}),
    "a blank in the path": (get(b"/ HTTP/1.1 x"), {400}),
    "a long path": (get(b"/" + b"a" * 100_000), {400, 404, 414}),
    "a long query": (get(b"/livez?" + b"a" * 50_000), {200, 400, 414}),
    "a long header": (get(b"/livez", b"X: " + b"a" * 100_000 + b"\r\n"), {200, 400, 431}),
    "many headers": (get(b"/livez", b"X: a\r\n" * 10_000), {200, 400, 431}),
    "a folded header": (get(b"/livez", b"X-A: a\r\n b\r\n"), {200, 400}),
    "a blank before the colon": (get(b"/livez", b"Host : b\r\n"), {400}),
    "NUL in a header": (get(b"/livez", b"X-Request-ID: abcd\x00efgh\r\n"), {400}),
    "a header without a name": (get(b"/livez", b": a\r\n"), {400}),
    "TRACE": (get(b"/", method=b"TRACE"), {405}),
    "PROPFIND": (get(b"/", method=b"PROPFIND"), {405}),
    "an unknown method": (get(b"/", method=b"BREW"), {400, 405}),
    "a method in small letters": (get(b"/", method=b"get"), {400, 405}),
    "HTTP/9.9": (b"GET / HTTP/9.9\r\n" + END, {400, 505}),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "a TLS hello": (bytes.fromhex("16030100a5010000a10303") + bytes(150), {0, 400}),
    "nothing but NUL": (bytes(100) + b"\r\n\r\n", {0, 400}),
    "empty lines first": (b"\r\n" * 100 + get(b"/livez"), {200}),
    "an upgrade": (get(b"/", b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"), {200}),
    "a good chunk": (CHUNKED + CHUNK + b"0\r\n\r\n", {200}),
    "a chunk size of letters": (CHUNKED + b"zz\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a chunk size below zero": (CHUNKED + b"-1\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a chunk size beyond 64 bits": (CHUNKED + b"f" * 17 + b"\r\n" + CUSTOMER, {400}),
    "a chunk size that lies": (CHUNKED + b"5\r\n" + CUSTOMER + b"\r\n0\r\n\r\n", {400}),
    "a long chunk extension": (CHUNKED + CHUNK.replace(b"\r\n", b";" + b"a" * 100_000 + b"\r\n", 1) + b"0\r\n\r\n", {200, 400}),
    "another transfer coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n" + CUSTOMER, {400, 501}),
    "length and chunked": (POST + b"Content-Length: 43\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n", {400}),
    "two lengths": (POST + b"Content-Length: 43\r\nContent-Length: 44\r\n\r\n" + CUSTOMER, {400}),
    "a length below zero": (POST + b"Content-Length: -1\r\n\r\n" + CUSTOMER, {400}),
    "a length of letters": (POST + b"Content-Length: abc\r\n\r\n" + CUSTOMER, {400}),
    "a length with a sign": (POST + b"Content-Length: +43\r\n\r\n" + CUSTOMER, {400}),
    "a length beyond 64 bits": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    "a length padded with zeros": (POST + b"Content-Length: 00000000000000000000043\r\n\r\n" + CUSTOMER, {200, 400}),
    "a length too small": (POST + b"Content-Length: 10\r\n\r\n" + CUSTOMER, {400}),
    "a body that waits for leave": (POST + b"Expect: 100-continue\r\nContent-Length: 43\r\n\r\n" + CUSTOMER, {200}),
    "300 MB that wait for leave": (POST + b"Expect: 100-continue\r\nContent-Length: 314572800\r\n\r\n", {413}),
}  # fmt: skip
# Sent, then closed towards the server while an answer may still come.
HALF_CLOSED: dict[str, bytes] = {
    "a whole request": get(b"/livez"),
    "half a head": b"GET / HTTP/1.1\r\nHo",
    "a length too large": POST + b"Content-Length: 430\r\n\r\n" + CUSTOMER,
    "half a chunk": CHUNKED + b"ff\r\n" + CUSTOMER,
    "nothing": b"",
}


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


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "0"), ("PORT", "70000"), ("PORT", "text"), ("WEB_CONCURRENCY", "0"), ("LOG_LEVEL", "LOUD"),
            ("MAX_BODY_BYTES", "10MB"), ("CORS_ORIGINS", "*"), ("LOG_FORMAT", "xml"),
        ],
    )  # fmt: skip
    def test_a_bad_one_stops_the_start(self, settings: Settings, name: str, value: str) -> None:
        chosen = environment(settings, free_port()) | {name: f"{value}"}
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=REPOSITORY, env=chosen, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"clientele: cannot start: {name}: ")
        assert len(done.stderr.splitlines()) == 1
        assert value not in done.stderr.removeprefix(f"clientele: cannot start: {name}: ")
