"""A server under load, under slow clients and under bodies larger than it would ever take."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from tests.api.live_server import PATIENCE_SECONDS, Live, exchange, serving, status_of
from tests.stress.clients import CUSTOMER, PREDICT, answer_to, busy
from tests.stress.counts import chosen

ACTIVATIONS = chosen(30, 300)
SLOW = chosen(40, 900)
HUGE_BYTES = 300 * 1024 * 1024
MEMORY_BYTES = 16 * 1024 * 1024


class Activations:
    """Moves the pointer between two versions and knows what an answer of any moment may say."""

    def __init__(self, store: ArtifactStore) -> None:
        self.store = store
        # version, when its activation began, when it had returned
        self.done: list[tuple[int, float, float]] = [(1, 0.0, 0.0)]

    def run(self, times: int) -> None:
        for nth in range(times):
            version = 2 - nth % 2
            self.done.append((version, time.monotonic(), float("inf")))
            self.store.activate(version)
            self.done[-1] = (version, self.done[-1][1], time.monotonic())
            time.sleep(0.02)

    def check(self, body: bytes, begun: float, ended: float) -> str | None:
        answer = json.loads(body)
        version = int(answer["model_version"].removeprefix("mall/"))
        # the two versions have five and four segments
        if len(answer["distances"]) != {1: 5, 2: 4}[version]:
            return "mixed"
        done = list(self.done)
        settled = max(nth for nth, (_, _, returned) in enumerate(done) if returned <= begun)
        allowed = {v for v, started, _ in done[settled:] if started <= ended}
        return None if version in allowed else "stale"


def test_activations_under_load(two_versions: Settings, tmp_path: Path) -> None:
    activations = Activations(ArtifactStore(two_versions.artifacts_dir, "mall"))
    with (
        serving(two_versions, tmp_path / "log", WEB_CONCURRENCY="2") as live,
        busy(live.port, 6, activations.check) as tally,
    ):
        activations.run(ACTIVATIONS)
    print(f"{ACTIVATIONS} activations: {tally.answers} answers, {len(tally.faults)} failed, mixed or stale")
    assert tally.faults == []
    assert tally.answers > ACTIVATIONS


def is_cut(connection: socket.socket) -> bool:
    """Wait until the server has hung up without an answer."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(1) == b""
    return True


def test_slow_clients_are_cut_while_others_are_answered(trained: Settings, tmp_path: Path) -> None:
    beginnings = [b"", b"POST /api", b"\r\n", PREDICT[:-5], PREDICT[:-1]]
    with serving(trained, tmp_path / "log") as live, contextlib.ExitStack() as stack:
        slow = []
        for nth in range(SLOW):
            connection = socket.create_connection(("127.0.0.1", live.port), PATIENCE_SECONDS)
            slow.append(stack.enter_context(contextlib.closing(connection)))
            connection.sendall(beginnings[nth % len(beginnings)])
        with busy(live.port, 1) as tally:
            cut = sum(map(is_cut, slow))
    print(f"{cut} of {SLOW} slow connections cut; beside them {tally.answers} answers")
    assert cut == SLOW
    assert tally.faults == []
    assert tally.answers > 0


def most_memory(live: Live) -> int:
    """Return the most memory that the server's processes ever held, in bytes."""
    status = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in live.pids()]
    return sum(1024 * int(re.findall(r"VmHWM:\s+(\d+)", text)[0]) for text in status)


def send_huge(port: int, head: bytes, piece: bytes, most: int) -> tuple[int, int]:
    """Send until the server has enough; return the status and the bytes that went out."""
    sent, received = 0, b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.sendall(head)

        def listen() -> None:
            nonlocal received
            with contextlib.suppress(OSError):
                while block := connection.recv(65_536):
                    received += block

        listener = threading.Thread(target=listen)
        listener.start()
        with contextlib.suppress(ConnectionError):
            while sent < most and listener.is_alive():
                connection.sendall(piece)
                sent += len(piece)
        listener.join(PATIENCE_SECONDS)
    return status_of(received), sent


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("address", [b"/api/v1/predict", b"/api/v1/explain", b"/predict"])
def test_huge_bodies(trained: Settings, tmp_path: Path, address: bytes) -> None:
    start = b"POST " + address + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    declared = start + b"Content-Length: %d\r\n\r\n" % HUGE_BYTES
    chunked = start + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (0x10000, b" " * 0x10000)
    with serving(trained, tmp_path / "log") as live:
        assert status_of(
            exchange(live.port, [start + b"Content-Length: %d\r\n\r\n" % len(CUSTOMER), CUSTOMER])
        )
        before = most_memory(live)
        for head, piece in ((declared, b" " * 0x10000), (chunked, chunk)):
            status, sent = send_huge(live.port, head, piece, HUGE_BYTES)
            # a client that sends on may lose the answer with the connection; it never gets another one
            assert status in (413, 0)
            assert sent < HUGE_BYTES
            assert status_of(exchange(live.port, [head, piece, piece])) == 413
        grown = most_memory(live) - before
        with socket.create_connection(("127.0.0.1", live.port), PATIENCE_SECONDS) as connection:
            assert status_of(answer_to(connection, PREDICT)[0] + b"\r\n") == 200
    print(f"300 MB to {address.decode()}: 413, memory grew by {grown / 1_048_576:.1f} MB")
    assert grown <= MEMORY_BYTES
