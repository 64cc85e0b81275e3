"""A server process that is asked over keep-alive connections, and what it costs."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from data.generators import mall

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 32
PATIENCE_SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")
CUSTOMERS = [(float(row[3]), float(row[4])) for row in list(csv.reader(mall.generate().splitlines()))[1:]]


def named_fields(income: float, score: float) -> object:
    """Return a customer as our API takes it."""
    return {"annual_income": income, "spending_score": score}


@dataclass
class LoadedServer:
    """One server: how it is started and asked, and what was measured of it.

    ``{port}`` in `command` and `environment` is replaced. `share` is how much of the load it gets: a slow one
    tells as much by fewer requests.
    """

    name: str
    command: list[str]
    address: str = "/api/v1/predict"
    body: Callable[[float, float], object] = named_fields
    share: float = 1.0
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    cold_start: float = 0.0
    cpu_micros: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    p95_millis: list[float] = field(default_factory=list)
    _port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _requests: list[bytes] = field(default_factory=list)

    def start(self) -> None:
        """Start the process, wait for its first answer and warm it up."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = int(listener.getsockname()[1])
        self._requests = [self._request(*customer) for customer in CUSTOMERS]
        port = str(self._port)
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [word.replace("{port}", port) for word in self.command],
            cwd=self.folder,
            env=os.environ | {key: text.replace("{port}", port) for key, text in self.environment.items()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not asyncio.run(self._answers()):
            if self._process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                raise RuntimeError(f"{self.name} did not start")
            time.sleep(0.01)
        self.cold_start = time.perf_counter() - started
        asyncio.run(self._load(640))

    def stop(self) -> None:
        """End the process, if it runs."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def measure(self, requests: int) -> None:
        """Send requests over all connections and note what they took."""
        before, started = self._cpu_seconds(), time.perf_counter()
        seconds = asyncio.run(self._load(int(requests * self.share)))
        self.per_second.append(len(seconds) / (time.perf_counter() - started))
        self.cpu_micros.append(1e6 * (self._cpu_seconds() - before) / len(seconds))
        self.p95_millis.append(1e3 * statistics.quantiles(seconds, n=20)[-1])

    def memory_mib(self) -> float:
        """Return the resident memory of the process and its children."""
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in self._family()]
        return sum(int(text.split("VmRSS:")[1].split()[0]) for text in statuses) / 1024

    def _cpu_seconds(self) -> float:
        stats = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self._family()]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS

    def _family(self) -> list[int]:
        assert self._process is not None
        found = [self._process.pid]
        for pid in found:  # grows as it goes
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, listing.read_text().split())
        return found

    def _request(self, income: float, score: float) -> bytes:
        body = json.dumps(self.body(income, score)).encode()
        head = (
            f"POST {self.address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            await _ask(reader, writer, self._requests[0])
            writer.close()
        except (OSError, asyncio.IncompleteReadError, RuntimeError):
            return False
        return True

    async def _load(self, requests: int) -> list[float]:
        """Send requests over all connections; return each one's seconds."""
        seconds: list[float] = []

        async def client(first: int) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            for turn in range(requests // CONNECTIONS):
                request = self._requests[(first + turn) % len(self._requests)]
                started = time.perf_counter()
                await _ask(reader, writer, request)
                seconds.append(time.perf_counter() - started)
            writer.close()

        await asyncio.gather(*(client(7 * number) for number in range(CONNECTIONS)))
        return seconds


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)
