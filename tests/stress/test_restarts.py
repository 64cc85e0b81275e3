"""Rolling restarts and the end: what was asked is answered."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving, status_of
from tests.stress.clients import CUSTOMER, PREDICT, answer_to, busy
from tests.stress.counts import chosen

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither SIGHUP nor SIGTERM")

STARTED = b"Application startup complete"
GONE = b"Finished server process"
RESTARTS = chosen(1, 5)
STOPS, IN_FLIGHT = chosen(2, 20), 40


def await_count(live: Live, line: bytes, count: int, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while live.log.read_bytes().count(line) < count:
        assert time.monotonic() < deadline, f"waited for {line!r}"
        time.sleep(0.05)


def restart(live: Live, workers: int, times: int) -> None:
    """Restart one after another, each complete before the next."""
    await_count(live, STARTED, workers)
    for nth in range(1, times + 1):
        live.process.send_signal(signal.SIGHUP)
        await_count(live, GONE, workers * nth)
        await_count(live, STARTED, workers * (nth + 1))


def test_rolling_restarts_under_load(trained: Settings, tmp_path: Path) -> None:
    with serving(trained, tmp_path / "log", WEB_CONCURRENCY="2") as live, busy(live.port, 8) as tally:
        before = live.pids()
        restart(live, 2, RESTARTS)
        after = live.pids()
    print(f"{RESTARTS} rolling restarts, 8 clients: {tally.answers} answers, {len(tally.faults)} failed")
    assert tally.faults == []
    assert tally.answers > 0
    assert len(set(before) & set(after)) < len(after)


def test_a_killed_worker_takes_only_its_own_requests_along(trained: Settings, tmp_path: Path) -> None:
    kills, clients = chosen(2, 5), 8
    with serving(trained, tmp_path / "log", WEB_CONCURRENCY="2") as live:
        await_count(live, STARTED, 2)
        with busy(live.port, clients) as tally:
            for nth in range(1, kills + 1):
                time.sleep(0.5)
                os.kill(max(workers_of(live)), signal.SIGKILL)
                await_count(live, STARTED, 2 + nth)
            time.sleep(0.5)
    print(f"{kills} killed workers, {clients} clients: {tally.answers} answers, {len(tally.faults)} failed")
    # each client has one request under way; had a second attempt failed too, there would be more
    assert len(tally.faults) <= kills * clients
    assert set(tally.faults) <= {"ConnectionError", "ConnectionResetError", "BrokenPipeError"}
    assert tally.answers > 0


def test_a_worker_killed_while_it_is_asked_for_its_health_is_replaced(
    trained: Settings, tmp_path: Path
) -> None:
    with serving(trained, tmp_path / "log", WEB_CONCURRENCY="2") as live:
        await_count(live, STARTED, 2)
        worker = max(workers_of(live))
        os.kill(worker, signal.SIGSTOP)
        time.sleep(1)  # it is asked every half second, and gets a minute for the answer
        os.kill(worker, signal.SIGKILL)
        await_count(live, STARTED, 3, seconds=30)


def workers_of(live: Live) -> list[int]:
    """Return the ids of the processes that answer, and not those of helpers."""
    return [
        pid
        for pid in live.pids()
        if pid != live.process.pid and b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@pytest.mark.skipif(chosen(True, False), reason="a comparison for the document: STRESS=full")
def test_the_stock_protocol_for_comparison(trained: Settings, tmp_path: Path) -> None:
    command = ("-m", "uvicorn", "main:app", "--workers", "2", "--port", "{port}")
    more = ("--http", "httptools", "--timeout-graceful-shutdown", "10")
    with serving(trained, tmp_path / "log", *command, *more) as live, busy(live.port, 8) as tally:
        restart(live, 2, RESTARTS)
    print(f"stock, {RESTARTS} restarts, 8 clients: {tally.answers} answers, {len(tally.faults)} failed")
    assert tally.answers > 0


@pytest.mark.parametrize("nth", range(STOPS))
def test_every_request_whose_head_arrived_is_answered(trained: Settings, tmp_path: Path, nth: int) -> None:
    head, body = PREDICT[: -len(CUSTOMER)], CUSTOMER
    with serving(trained, tmp_path / "log") as live:
        held = [
            socket.create_connection(("127.0.0.1", live.port), PATIENCE_SECONDS) for _ in range(IN_FLIGHT)
        ]
        idle = socket.create_connection(("127.0.0.1", live.port), PATIENCE_SECONDS)
        answer_to(idle, PREDICT)
        for connection in held:
            connection.sendall(head)
        answer_to(idle, PREDICT)
        live.process.send_signal(signal.SIGTERM)
        await_count(live, b"Shutting down", 1)
        answers = [answer_to(connection, body)[0] for connection in [*held, idle][:-1]]
        answers.append(answer_to(idle, PREDICT)[0])
        assert live.process.wait(PATIENCE_SECONDS) == 0
        for connection in [*held, idle]:
            connection.close()
    assert [status_of(answer + b"\r\n") for answer in answers] == [200] * (IN_FLIGHT + 1)
    assert all(b"connection: close" in answer.lower() for answer in answers)
