"""CPU time a prediction, side by side: ``python -m benchmarks.serving [--rounds 5] [--requests 4000]``.

Every target is one uvicorn worker that answers 32 keep-alive connections on this machine. Rounds are
interleaved, so that a slow minute meets all; what is compared is the server's own CPU time (user and system)
a request, since wall time on a shared machine says little. Medians and ratios are reported.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 32
BODY = b'{"annual_income": 57.0, "spending_score": 61.0}'
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Target:
    """One server: its factory, and what was measured of it."""

    name: str
    factory: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    cold_start: float = 0.0
    cpu_micros: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    p95_millis: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.port = free_port()
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--factory", f"benchmarks.{self.factory}"),
                *("--port", str(self.port), "--log-level", "warning", "--no-access-log"),
            ],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        while not answers(self.port):
            time.sleep(0.01)
        self.cold_start = time.perf_counter() - started

    def cpu_seconds(self) -> float:
        assert self.process is not None
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def memory_mib(self) -> float:
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        return asyncio.run(_once(port))
    except OSError:
        return False


async def _once(port: int) -> bool:
    return bool(await _ask(*await asyncio.open_connection("127.0.0.1", port)))


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(
        b"POST /api/v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def load(port: int, requests: int) -> list[float]:
    """Send requests over 32 connections; return each one's seconds."""
    seconds: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(requests // CONNECTIONS):
            started = time.perf_counter()
            await _ask(reader, writer)
            seconds.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return seconds


def measure(target: Target, requests: int) -> None:
    before, started = target.cpu_seconds(), time.perf_counter()
    seconds = asyncio.run(load(target.port, requests))
    target.per_second.append(len(seconds) / (time.perf_counter() - started))
    target.cpu_micros.append(1e6 * (target.cpu_seconds() - before) / len(seconds))
    target.p95_millis.append(1e3 * statistics.quantiles(seconds, n=20)[-1])


def report(targets: list[Target]) -> dict[str, dict[str, float]]:
    base = statistics.median(targets[0].cpu_micros)
    return {
        target.name: {
            "cpu_us": round(statistics.median(target.cpu_micros), 1),
            "times_ours": round(statistics.median(target.cpu_micros) / base, 2),
            "per_second": round(statistics.median(target.per_second)),
            "p95_ms": round(statistics.median(target.p95_millis), 2),
            "cold_start_s": round(target.cold_start, 2),
            "memory_mib": round(target.memory_mib()),
        }
        for target in targets
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    targets = [
        Target("ours", "targets:ours"),
        Target("constant answer", "targets:constant"),
        Target("naive", "naive_target:naive"),
    ]
    try:
        for target in targets:
            target.start()
            asyncio.run(load(target.port, 640))
        for _ in range(options.rounds):
            for target in targets:
                measure(target, options.requests if target.name != "naive" else options.requests // 4)
        found = report(targets)
    finally:
        for target in targets:
            target.stop()
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs, medians")
    columns = list(next(iter(found.values())))
    print("".join(f"{name:>16}" for name in ["", *columns]))
    for name, row in found.items():
        print(f"{name:>16}" + "".join(f"{row[column]:>16}" for column in columns))


if __name__ == "__main__":
    main()
