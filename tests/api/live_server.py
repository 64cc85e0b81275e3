"""A real server in a process of its own, and requests that no client library would send."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.config import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0
Server = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Live:
    """A server that answers at `port`; `log` is what it wrote."""

    port: int
    process: Server
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        """Return the ids of the server's processes, its workers included."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += map(int, task.read_text().split())
        return sorted(found)


def environment(settings: Settings, port: int, **more: str) -> dict[str, str]:
    """Return this process's environment with the folders and the port of a server."""
    chosen = {
        "PORT": str(port),
        "DATA_DIR": str(settings.data_dir),
        "ARTIFACTS_DIR": str(settings.artifacts_dir),
        "PYTHONUTF8": "1",
        "DATABASE_URL": settings.database_url.get_secret_value(),
    }
    return os.environ | chosen | more


@contextlib.contextmanager
def serving(settings: Settings, log: Path, *command: str, **more: str) -> Iterator[Live]:
    """Start a server and end it; unless given, `command` is what the README says: ``python main.py``."""
    port = free_port()
    chosen = [sys.executable, *(command or ("main.py",))]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [part.format(port=port) for part in chosen],
            cwd=REPOSITORY,
            env=environment(settings, port, **more),
            stderr=stream,
            stdout=stream,
        )
    try:
        await_answer(port, process, log)
        yield Live(port, process, log)
    finally:
        stop(process)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def await_answer(port: int, process: Server, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5),
        ):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')}")


def stop(process: Server) -> int:
    """Ask a server to stop, and end it if it does not; return its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def exchange(port: int, parts: Sequence[bytes], *, half_close: bool = False, seconds: float = 10.0) -> bytes:
    """Send bytes as they are and return all that comes back until the server is done with the answer."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        # a refusal may come, and the connection go, before everything is sent
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while not is_whole(received):
                block = connection.recv(65_536)
                if not block:
                    break
                received += block
    return received


def is_whole(received: bytes) -> bool:
    """Answer whether a final answer with a declared length is here; else the connection's end tells."""
    head, separator, body = received.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return is_whole(body)
    length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
    return bool(separator and length and len(body) >= int(length[1]))


def status_of(received: bytes) -> int:
    """Return the status of the last head in what came back, 0 if nothing came."""
    found = re.findall(rb"^HTTP/1\.1 (\d{3})", received, re.MULTILINE)
    return int(found[-1]) if found else 0
