"""Small things that would grow: each is refused soon, and neither server nor worker grows with it."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving
from tests.stress.counts import chosen
from tests.stress.test_jobs import worker_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MEGABYTE = 1_048_576
MOST_GROWTH, MOST_SECONDS = 32.0, 1.0
GOOD = b"id,amount\n" + b"".join(b"k%d,%d.5\n" % (n, n) for n in range(40))
DEEP = b"[" * 1_000_000


def packed(*parts: bytes, times: int = 1) -> bytes:
    """Compress what would never fit into memory at once."""
    squeeze = zlib.compressobj(9, wbits=31)
    done = b"".join(squeeze.compress(part) for part in parts[:-1])
    done += b"".join(squeeze.compress(parts[-1]) for _ in range(times))
    return done + squeeze.flush()


def workbook_of_zeros() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(256):
                sheet.write(bytes(MEGABYTE))
    return made.getvalue()


def huge_array() -> bytes:
    """An array's header that promises 745 GiB, in the archive that such arrays come in."""
    header, made = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**11,)})
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("centroids.npy", header.getvalue())
    return made.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "1 GB of zeros, gzipped": lambda: packed(bytes(MEGABYTE), times=1_024),
    "50 million rows, gzipped": lambda: packed(b"id,amount\n", b"a,1\n" * 50_000, times=1_000),
    "gzip in gzip": lambda: gzip.compress(packed(bytes(MEGABYTE), times=256)),
    "a sheet of 256 MB": workbook_of_zeros,
    "an array of 745 GiB": huge_array,
    "200,000 columns": lambda: b",".join(b"c%d" % n for n in range(200_000)) + b"\n1\n",
    "a field of 50 MB": lambda: b"id,note\na," + b"x" * 50_000_000 + b"\n",
    "a quoted field of 50 MB": lambda: b'id,note\na,"' + b"x" * 50_000_000 + b'"\n',
    "a header of 50 MB": lambda: b"id," + b"x" * 50_000_000 + b"\na,1\n",
}


CHOSEN = chosen(("an array of 745 GiB", "200,000 columns", "gzip in gzip"), tuple(FILES))


class Measured:
    """A server's and a worker's process: what they took of the processor and of memory since a moment."""

    def __init__(self, live: Live) -> None:
        worker = worker_of(live)
        assert worker is not None
        self.pids = (live.process.pid, worker)

    def begin(self) -> tuple[float, list[float]]:
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # so that VmHWM begins anew
        return self.seconds(), [self.megabytes(pid, "VmRSS") for pid in self.pids]

    def spent(self, before: tuple[float, list[float]]) -> tuple[float, list[float]]:
        peaks = [self.megabytes(pid, "VmHWM") for pid in self.pids]
        return self.seconds() - before[0], [
            max(0.0, peak - was) for peak, was in zip(peaks, before[1], strict=True)
        ]

    def seconds(self) -> float:
        told = [Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2] for pid in self.pids]
        return sum(int(ticks) for line in told for ticks in line.split()[11:13]) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def megabytes(pid: int, name: str) -> float:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return int(re.findall(rf"{name}:\s+(\d+)", status)[0]) / 1024


def bring(client: httpx.Client, content: bytes, **fields: bytes) -> int:
    """Send a file for a dry run; return the status that it ends with."""
    files: dict[str, Any] = {"file": ("a.csv", content)} | {name: (None, v) for name, v in fields.items()}
    answer = client.post("/api/v1/datasets", params={"dry_run": "true"}, files=files)
    found = answer.json()
    while answer.status_code == 202 and found["status"] not in ("completed", "failed"):  # a busy machine
        time.sleep(0.05)
        found = client.get(f"/api/v1/jobs/{found['id']}").json()
    if answer.status_code != 202:
        return answer.status_code
    return 200 if found["result"] else int(found["failure"]["status"])


def deep_json(client: httpx.Client) -> int:
    json = {"Content-Type": "application/json"}
    return client.post("/api/v1/predict", content=DEEP, headers=json).status_code


def deep_choices(client: httpx.Client) -> int:
    return bring(client, GOOD, choices=DEEP[:200_000])


def test_bombs(trained: Settings, tmp_path: Path) -> None:
    bombs: dict[str, Callable[[httpx.Client], int]] = {
        "JSON 1,000,000 deep": deep_json,
        "choices 200,000 deep": deep_choices,
    }
    for name in CHOSEN:
        bombs[name] = partial(bring, content=FILES[name]())
    lines, faults = [], []
    with (
        serving(trained, tmp_path / "log", MAX_BODY_BYTES="4194304") as live,
        httpx.Client(base_url=live.url, timeout=PATIENCE_SECONDS, trust_env=False) as client,
    ):
        for _ in range(3):
            assert bring(client, GOOD) == 200  # the worker has come, and loaded what it needs
        measured = Measured(live)
        for name, throw in bombs.items():
            before = measured.begin()
            status = throw(client)
            seconds, grown = measured.spent(before)
            lines.append(f"{name}: {status}, {seconds:.2f} s, +{grown[0]:.0f} and +{grown[1]:.0f} MB")
            # a file whose one bad row is told apart is read
            if status not in (200, 400, 413, 422) or seconds > MOST_SECONDS or max(grown) > MOST_GROWTH:
                faults.append(lines[-1])
        assert bring(client, GOOD) == 200
    print("processor time, memory of the server and of the worker: " + "; ".join(lines))
    assert faults == []
