from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.schemas.problem import Problem
from app.serving import protocol
from app.serving.protocol import DrainingProtocol

PATIENCE_SECONDS = 20.0
ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
Connect = Callable[[], socket.socket]


class Measure:
    """Answers the length of the body; ``/now`` without reading it, ``/late`` after 1 s."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken, more = 0, scope["path"] != "/now"
        self.asked.set()
        while more:
            message = await receive()
            taken, more = taken + len(message.get("body", b"")), bool(message.get("more_body"))
        if scope["path"] == "/late":
            await asyncio.sleep(1.0)
        body = b"%d bytes" % taken
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def application() -> Measure:
    return Measure()


@pytest.fixture
def server(application: Measure, monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    """A server in a thread, with less patience than the real one."""
    for name in ("LINGER_SECONDS", "HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(protocol, name, 0.6)
    config = uvicorn.Config(
        application, port=0, http=DrainingProtocol, ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield server
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


@pytest.fixture
def connect(server: uvicorn.Server) -> Iterator[Connect]:
    port = server.servers[0].sockets[0].getsockname()[1]
    opened: list[socket.socket] = []

    def open_one() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


def answer_of(connection: socket.socket) -> bytes:
    """Return one answer, or nothing if the server closed the connection."""
    received = b""
    while not received.endswith(b" bytes"):
        try:
            block = connection.recv(4_096)
        except ConnectionError:
            block = b""
        if not block:
            return received
        received += block
    return received


def drip(connection: socket.socket, piece: bytes) -> int:
    """Send a piece again and again until the server hangs up; return how often."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    count = 0
    connection.settimeout(0.1)
    while time.monotonic() < deadline:
        try:
            connection.sendall(piece)
            count += 1
            if not connection.recv(4_096):
                return count
        except TimeoutError:
            continue
        except ConnectionError:
            return count
    raise AssertionError("the server listens for ever")


@pytest.mark.parametrize("noise", [b"\x16\x03\x01 hello\r\n\r\n", b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_what_is_no_http_is_answered_like_every_error(connect: Connect, noise: bytes) -> None:
    client = connect()
    client.sendall(noise)
    response = http.client.HTTPResponse(client)
    response.begin()
    assert (response.status, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.headers["x-content-type-options"] == "nosniff"
    problem = Problem.model_validate_json(response.read())
    assert (problem.status, problem.type) == (400, "urn:clientele:error:bad_request")
    assert problem.request_id == response.headers["x-request-id"]


class TestTheStop:
    def leave(self, server: uvicorn.Server) -> None:
        server.should_exit = True
        while server.servers[0].sockets:
            time.sleep(0.01)

    def test_a_request_on_the_wire(self, server: uvicorn.Server, connect: Connect) -> None:
        idle = connect()
        idle.sendall(ASK)
        assert b"connection: close" not in answer_of(idle)
        self.leave(server)
        idle.sendall(ASK)
        assert b"\r\nconnection: close\r\n" in answer_of(idle)
        assert idle.recv(1) == b""

    def test_a_connection_without_a_request(self, server: uvicorn.Server, connect: Connect) -> None:
        silent = connect()
        asked = connect()
        asked.sendall(ASK)
        answer_of(asked)
        self.leave(server)
        assert silent.recv(1) == b""
        assert asked.recv(1) == b""

    def test_a_request_under_way(
        self, server: uvicorn.Server, application: Measure, connect: Connect
    ) -> None:
        busy = connect()
        busy.sendall(POST % (b"", 4))
        assert application.asked.wait(PATIENCE_SECONDS)
        self.leave(server)
        busy.sendall(b"more")
        received = answer_of(busy)
        assert received.endswith(b"4 bytes")
        assert b"\r\nconnection: close\r\n" in received

    def test_requests_in_a_row(self, server: uvicorn.Server, application: Measure, connect: Connect) -> None:
        row = connect()
        row.sendall(POST % (b"", 4) + b"1234" + POST % (b"", 2))
        assert answer_of(row).endswith(b"4 bytes")
        self.leave(server)
        row.sendall(b"12")
        assert answer_of(row).endswith(b"2 bytes")


class TestSlowHeads:
    @pytest.mark.parametrize("beginning", [b"", b"G", ASK[:-1], b"\r\n"])
    def test_one_that_stops(self, connect: Connect, beginning: bytes) -> None:
        slow = connect()
        slow.sendall(beginning)
        assert answer_of(slow) == b""

    @pytest.mark.parametrize("piece", [b"\r\n", b"x"])
    def test_one_that_drips(self, connect: Connect, piece: bytes) -> None:
        slow = connect()
        slow.sendall(b"" if piece == b"\r\n" else b"GET / HTTP/1.1\r\nx: ")
        assert drip(slow, piece) > 1

    def test_the_second_of_a_connection(self, connect: Connect) -> None:
        slow = connect()
        slow.sendall(ASK)
        assert answer_of(slow).endswith(b"0 bytes")
        slow.sendall(ASK[:5])
        assert answer_of(slow) == b""

    def test_one_in_two_pieces(self, connect: Connect) -> None:
        client = connect()
        for _ in range(3):
            client.sendall(ASK[:9])
            time.sleep(0.05)
            client.sendall(ASK[9:])
            assert answer_of(client).endswith(b"0 bytes")


class TestSlowBodies:
    def test_one_that_stops(self, connect: Connect) -> None:
        slow = connect()
        slow.sendall(POST % (b"", 10) + b"12345")
        assert answer_of(slow) == b""

    def test_one_that_drips(self, connect: Connect) -> None:
        slow = connect()
        slow.sendall(POST % (b"", 1_000))
        assert drip(slow, b"x") > 1

    def test_the_rest_of_one_that_was_answered(self, connect: Connect) -> None:
        slow = connect()
        slow.sendall(POST % (b"now", 1_000))
        assert answer_of(slow).endswith(b"0 bytes")
        assert drip(slow, b"x") > 1

    def test_a_large_one_that_takes_its_time(self, connect: Connect) -> None:
        client = connect()
        client.sendall(POST % (b"", 50 * 2_000))
        for _ in range(50):
            client.sendall(b"x" * 2_000)
            time.sleep(0.03)  # 1.5 s in all
        assert answer_of(client).endswith(b"100000 bytes")

    def test_an_answer_may_take_longer(self, connect: Connect) -> None:
        client = connect()
        client.sendall(POST % (b"late", 1))
        time.sleep(0.1)
        client.sendall(b"1")
        assert answer_of(client).endswith(b"1 bytes")
