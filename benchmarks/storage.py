"""What the database costs the processes: proportional memory (PSS) of a server and of its worker, and time.

Run from the top of the repository, on Linux: ``python -m benchmarks.storage --runs 5``. Each run starts
``python main.py`` over folders of its own, asks for placements, then for what needs the database, then brings
a table and trains, and reads ``/proc/<pid>/smaps_rollup`` in between. Figures are medians over the runs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.generators import mall

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS, PLACEMENTS = 300.0, 200
CUSTOMER = {"annual_income": 60, "spending_score": 50}
TABLE = "id;income\n" + "".join(f"k{n:03d};{n},5\n" for n in range(200))


def main() -> None:
    """Print the medians and the spread of all runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        mall.write(made / "data" / "raw" / "mall_customers.csv")
        folders = {"DATA_DIR": str(made / "data"), "ARTIFACTS_DIR": str(made / "models_artifacts")}
        variables = os.environ | folders | {"LOG_LEVEL": "ERROR"}
        subprocess.run(
            [sys.executable, "train_model.py"], cwd=PROJECT, env=variables, check=True, capture_output=True
        )
        found: dict[str, list[float]] = {}
        for _ in range(runs):
            for path in (made / "data").glob("clientele.db*"):
                path.unlink()
            for name, value in measure(variables).items():
                found.setdefault(name, []).append(value)
    for name, values in found.items():
        print(f"{name:<58} {statistics.median(values):7.1f}   ({min(values):.1f} to {max(values):.1f})")


def measure(variables: dict[str, str]) -> dict[str, float]:
    """Start a server and read what it costs, step by step."""
    seen: dict[str, float] = {}
    with serving(variables) as (url, pid):
        for _ in range(PLACEMENTS):
            call(url, "/api/v1/predict", CUSTOMER)
        seen["server, placing customers, MB"] = before = pss(pid)
        private = pss(pid, "Private_Dirty:") + pss(pid, "Private_Clean:")
        begun = time.perf_counter()
        call(url, "/api/v1/jobs")
        seen["first request that needs the database, s"] = time.perf_counter() - begun
        begun = time.perf_counter()
        call(url, "/api/v1/jobs")
        seen["the second one, s"] = time.perf_counter() - begun
        seen["server, once the database is open, MB"] = pss(pid)
        bring(url)
        worker = child_of(pid)
        seen["server, once a table was brought, MB"] = pss(pid)
        seen["worker, once it took a table in, MB"] = pss(worker)
        await_job(url, call(url, "/api/v1/trainings", {"recipe": "mall"})["id"])
        for _ in range(PLACEMENTS):
            call(url, "/api/v1/predict", CUSTOMER)
        seen["server, once a training was followed, MB"] = after = pss(pid)
        seen["worker, once it trained, MB"] = pss(worker)
        seen["what the server grew by, MB"] = after - before
        seen["what the server grew by, % of what it was"] = 100 * (after / before - 1)
        own = pss(pid, "Private_Dirty:") + pss(pid, "Private_Clean:")
        seen["the same of memory that no other process shares, MB"] = own - private
    return seen


@contextlib.contextmanager
def serving(variables: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Run a server; give its address and its process."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "main.py"], cwd=PROJECT, env=variables | {"PORT": str(port)})
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                call(url, "/livez")
                break
            time.sleep(0.05)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def call(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask, with a JSON body if one is given; return the answer's."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=60) as answer:
        return json.load(answer)


def bring(url: str) -> None:
    """Bring a table of 200 rows, and wait until it is taken in."""
    mark = "a-border-of-the-form"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    form = f"{head}{TABLE}\r\n--{mark}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/datasets", form, headers)) as answer:
        found = json.load(answer)
        if answer.status == 202:
            await_job(url, found["id"])


def await_job(url: str, job_id: str) -> None:
    """Wait for the good end of a job."""
    while (job := call(url, f"/api/v1/jobs/{job_id}"))["status"] in ("pending", "running"):
        time.sleep(0.5)
    if job["status"] != "completed":
        raise RuntimeError(f"the job has {job['status']}")


def child_of(pid: int) -> int:
    """Return the worker of a server."""
    children = [c for task in Path(f"/proc/{pid}/task").glob("*/children") for c in task.read_text().split()]
    (worker,) = map(int, children)
    return worker


def pss(pid: int, kind: str = "Pss:") -> float:
    """Return a process's proportional share of memory, or memory of another kind, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    (kilobytes,) = [int(line.split()[1]) for line in lines if line.startswith(kind)]
    return kilobytes * 1024 / 1e6


if __name__ == "__main__":
    main()
