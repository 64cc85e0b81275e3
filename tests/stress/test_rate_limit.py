"""Over several workers and a rolling restart exactly as many requests get through as may."""

from __future__ import annotations

import multiprocessing
import os
import socket
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.rate_limit import RateLimit
from tests.api.live_server import PATIENCE_SECONDS, serving
from tests.stress.clients import PREDICT, answer_to
from tests.stress.counts import chosen
from tests.stress.test_restarts import STARTED, await_count, restart

PROCESSES, LIMIT = 4, 100
ATTEMPTS = chosen(500, 3_000)
WORKERS = chosen(2, 4)


def attempt(folder: Path, allowed: multiprocessing.SimpleQueue[int]) -> None:
    limit = RateLimit(LIMIT, 86_400, folder, lambda: 1_000_000.0)
    allowed.put(sum(limit.take("203.0.113.7") == 0 for _ in range(ATTEMPTS)))
    limit.close()


def test_exactly_the_limit_from_four_processes(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    allowed = spawn.SimpleQueue()
    processes = [spawn.Process(target=attempt, args=(tmp_path, allowed)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    through = sum(allowed.get() for _ in processes)
    for process in processes:
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0
    allowed.close()
    print(f"{through} of {PROCESSES * ATTEMPTS} attempts from {PROCESSES} processes with a limit of {LIMIT}")
    assert through == LIMIT


def ask(port: int, times: int) -> list[bytes]:
    statuses = []
    for _ in range(times):
        # a connection each, so that all workers are asked
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            statuses.append(answer_to(connection, PREDICT)[0][9:12])
    return statuses


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
@pytest.mark.parametrize("stock", chosen([False], [False, True]))
def test_workers_and_a_rolling_restart(trained: Settings, tmp_path: Path, stock: bool) -> None:
    command = ("-m", "uvicorn", "main:app", "--workers", str(WORKERS), "--port", "{port}") if stock else ()
    more = {"RATE_LIMIT": str(LIMIT), "RATE_WINDOW_SECONDS": "86400", "WEB_CONCURRENCY": str(WORKERS)}
    # what uvicorn's own parent leaves is removed with the test
    more["TMPDIR"] = str(tmp_path)
    with serving(trained, tmp_path / "log", *command, **more) as live:
        await_count(live, STARTED, WORKERS)
        statuses = ask(live.port, 2 * LIMIT // 3)
        if not stock:
            restart(live, WORKERS, 1)
        statuses += ask(live.port, LIMIT)
    print(f"{statuses.count(b'200')} requests through {WORKERS} workers with a limit of {LIMIT}")
    assert statuses.count(b"200") == LIMIT
    assert statuses.count(b"429") == len(statuses) - LIMIT
    assert statuses == sorted(statuses)
