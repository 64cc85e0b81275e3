"""Clients that ask without pause over kept connections, and count what was not answered as it should be."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.api.live_server import is_whole

PATIENCE_SECONDS = 30.0
CUSTOMER = b'{"annual_income": 55, "spending_score": 50}'
PREDICT = (
    b"POST /api/v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % len(CUSTOMER)
) + CUSTOMER

# body, when it was asked for, when it was here
Check = Callable[[bytes, float, float], str | None]


@dataclass
class Tally:
    """What all clients saw together."""

    answers: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answers: int, faults: list[str]) -> None:
        with self.lock:
            self.answers += answers
            self.faults += faults


@contextlib.contextmanager
def busy(port: int, clients: int, check: Check = lambda body, begun, ended: None) -> Iterator[Tally]:
    """Keep clients asking while the block runs; the tally is complete once it has ended."""
    tally, stop = Tally(), threading.Event()
    threads = [threading.Thread(target=_ask, args=(port, stop, tally, check)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        stop.set()
        for thread in threads:
            thread.join(2 * PATIENCE_SECONDS)


def _ask(port: int, stop: threading.Event, tally: Tally, check: Check) -> None:
    connection: socket.socket | None = None
    answers, faults = 0, []
    while not stop.is_set():
        begun = time.monotonic()
        try:
            connection = connection or socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
            head, body = answer_to(connection, PREDICT)
        except OSError as error:
            faults.append(type(error).__name__)
            _hang_up(connection)
            connection = None
            continue
        fault = (
            check(body, begun, time.monotonic()) if head.startswith(b"HTTP/1.1 200 ") else head[:12].decode()
        )
        answers += not fault
        faults += [fault] if fault else []
        if b"\r\nconnection: close" in head.lower():
            _hang_up(connection)
            connection = None
    _hang_up(connection)
    tally.add(answers, faults)


def answer_to(connection: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Return the head and the body of the answer.

    Raises
    ------
    ConnectionError
        If the server hangs up before the answer is whole.
    """
    connection.sendall(request)
    received = b""
    while not is_whole(received):
        block = connection.recv(65_536)
        if not block:
            raise ConnectionError("the server hung up")
        received += block
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def _hang_up(connection: socket.socket | None) -> None:
    if connection is not None:
        connection.close()
