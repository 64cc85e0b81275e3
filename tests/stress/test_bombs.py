"""Small things that would grow: each is refused soon, and neither server nor worker grows with it."""

from __future__ import annotations

import gzip
import io
import re
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving
from tests.stress.counts import chosen
from tests.stress.test_jobs import worker_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MEGABYTE = 1_048_576
MOST_GROWTH = 32 * MEGABYTE
TURNS = chosen(1, 5)
MOST_SECONDS = chosen(5.0, 1.0)
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


class Measured:
    """Two processes whose greatest memory is looked at since a moment."""

    def __init__(self, live: Live) -> None:
        worker = worker_of(live)
        assert worker is not None
        self.pids = (live.process.pid, worker)

    def begin(self) -> list[int]:
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
        return [self.read(pid, "VmRSS") for pid in self.pids]

    def grown(self, before: list[int]) -> list[float]:
        peaks = [self.read(pid, "VmHWM") for pid in self.pids]
        return [(peak - was) / MEGABYTE for peak, was in zip(peaks, before, strict=True)]

    @staticmethod
    def read(pid: int, name: str) -> int:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return 1024 * int(re.findall(rf"{name}:\s+(\d+)", status)[0])


def bring(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/api/v1/datasets", params={"dry_run": "true"}, files={"file": ("a.csv", content)})


def deep_json(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/predict", content=DEEP, headers={"Content-Type": "application/json"})


def deep_choices(client: httpx.Client) -> httpx.Response:
    files = {"file": ("a.csv", GOOD), "choices": (None, DEEP[:200_000])}
    return client.post("/api/v1/datasets", params={"dry_run": "true"}, files=files)


def test_bombs(trained: Settings, tmp_path: Path) -> None:
    bombs = {"JSON 1,000,000 deep": deep_json, "choices 200,000 deep": deep_choices}
    for name, make in FILES.items():
        content = make()
        bombs[name] = lambda client, content=content: bring(client, content)  # type: ignore[misc]
    lines, worst = [], 0.0
    with (
        serving(trained, tmp_path / "log", MAX_BODY_BYTES="4194304") as live,
        httpx.Client(base_url=live.url, timeout=PATIENCE_SECONDS, trust_env=False) as client,
    ):
        for _ in range(3):
            assert bring(client, GOOD).status_code == 200  # the worker has come, and loaded what it needs
        measured = Measured(live)
        for name, throw in bombs.items():
            seconds, grown = [], [0.0, 0.0]
            for _ in range(TURNS):
                before, begun = measured.begin(), time.perf_counter()
                answer = throw(client)
                seconds.append(time.perf_counter() - begun)
                grown = [max(pair) for pair in zip(grown, measured.grown(before), strict=True)]
                is_read = answer.status_code == 200
                assert answer.status_code in (200, 400, 413, 422), answer.text
                # a file whose one bad row is told apart may be read
                assert not is_read or answer.json()["rejected"] > 0, name
            worst = max(worst, *grown)
            least = min(seconds)
            lines.append(
                f"{name}: {answer.status_code} in {least:.2f} s, +{grown[0]:.0f} and +{grown[1]:.0f} MB"
            )
            assert least < MOST_SECONDS, lines[-1]
        assert bring(client, GOOD).status_code == 200
    print("; ".join(lines))
    assert worst * MEGABYTE <= MOST_GROWTH, lines
