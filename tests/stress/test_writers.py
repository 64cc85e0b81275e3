"""Many who write through the API of several workers at once: nobody is told that the database is locked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

import httpx
import pytest
from pydantic import SecretStr

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving
from tests.stress.counts import chosen

WORKERS, WRITERS, SECONDS = chosen((2, 8, 2.0), (4, 16, 60.0))
# of 99 in 100 writes; a short run on a busy machine tells nothing about it
MOST_SECONDS = chosen(PATIENCE_SECONDS, 0.25)


class Writer:
    """One client that writes, and reads in between, without pause."""

    def __init__(self, live: Live, seed: int) -> None:
        self.client = httpx.Client(base_url=f"{live.url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False)
        self.draws = Random(seed)
        self.statuses: Counter[int] = Counter()
        self.reads: list[float] = []
        self.writes: list[float] = []
        self.jobs: list[str] = []

    def run(self, end: float) -> None:
        while time.monotonic() < end:
            self.draws.choice(
                (self.ask, self.edit, self.stop, self.forget, self.list_jobs, self.list_texts)
            )()
        self.client.close()

    def send(self, method: str, address: str, json: object = None) -> httpx.Response:
        begun = time.perf_counter()
        answer = self.client.request(method, address, json=json)
        (self.reads if method == "GET" else self.writes).append(time.perf_counter() - begun)
        self.statuses[answer.status_code] += 1
        return answer

    def ask(self) -> None:
        self.jobs.append(self.send("POST", "/trainings", {"recipe": "mall"}).json().get("id", ""))

    def edit(self) -> None:
        segment, name = self.draws.randrange(3), self.draws.randrange(1_000)
        self.send(
            "PATCH", f"/recipes/mall/segments/{segment}", {"name": f"Name {segment} {name}"}
        )  # no two have the same

    def stop(self) -> None:
        if self.jobs:
            self.send("POST", f"/jobs/{self.draws.choice(self.jobs)}/cancel")

    def forget(self) -> None:
        if self.jobs:  # one that nobody has cancelled has not ended: 409
            job = self.jobs.pop(0)
            self.send("POST", f"/jobs/{job}/cancel")
            self.send("DELETE", f"/jobs/{job}")

    def list_jobs(self) -> None:
        self.send("GET", "/jobs?limit=20")

    def list_texts(self) -> None:
        self.send("GET", "/recipes/mall/segments")


@pytest.mark.timeout(600)
def test_many_writers_over_the_api(trained: Settings, tmp_path: Path, url: str) -> None:
    chosen_settings = trained.model_copy(update={"database_url": SecretStr(url)})
    more = {"WEB_CONCURRENCY": str(WORKERS), "JOB_WORKER": "false", "DATABASE_URL": url}
    with serving(chosen_settings, tmp_path / "log", **more) as live:
        writers = [Writer(live, seed) for seed in range(WRITERS)]
        for writer in writers:  # each one's worker opens the database, and the clock begins
            writer.list_jobs()
        end = time.monotonic() + SECONDS
        threads = [threading.Thread(target=writer.run, args=(end,)) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    statuses = sum((writer.statuses for writer in writers), Counter[int]())
    writes = sorted(seconds for writer in writers for seconds in writer.writes)
    reads = sorted(seconds for writer in writers for seconds in writer.reads)
    kind = url.partition(":")[0]
    print(
        f"{kind}: {WRITERS} writers, {WORKERS} workers, {SECONDS:.0f} s: {len(writes)} writes, median "
        f"{at(writes, 0.5):.3f} s, p99 {at(writes, 0.99):.3f} s, slowest {writes[-1]:.3f} s; {len(reads)} "
        f"reads, p99 {at(reads, 0.99):.3f} s; {dict(statuses)}"
    )
    assert set(statuses) <= {200, 202, 204}
    assert len(writes) >= WRITERS // 2
    assert at(writes, 0.99) < MOST_SECONDS


def at(times: list[float], share: float) -> float:
    return times[int(share * (len(times) - 1))]
