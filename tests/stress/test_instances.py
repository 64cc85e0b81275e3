"""Two servers over one PostgreSQL and one pair of folders: what one is told the other knows."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.config import Settings
from app.core.database import Database
from app.core.job_process import BEAT
from data.generators import mall
from tests.api.live_server import REPOSITORY, Live, environment, serving
from tests.conftest import settings_in
from tests.storage.databases import NewDatabase
from tests.stress.counts import chosen
from tests.stress.test_jobs import LONG, PATIENCE_SECONDS, has_ended, is_under_way, training_ids, worker_of

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="processes are found in /proc"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

CUSTOMER = {"annual_income": 55, "spending_score": 50}
ASKS = 6
IMPORTS = chosen(6, 60)
STOPS = chosen([signal.SIGTERM], [signal.SIGTERM, signal.SIGKILL])


class Instance:
    """One of the servers, as a balancer would ask it."""

    def __init__(self, live: Live, client: httpx.Client) -> None:
        self.live = live
        self.send = client.request

    def told(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Return what is answered, where it is answered with this status."""
        answer = self.send(method, f"/api/v1{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def each(self, path: str, **more: Any) -> set[tuple[int, str, str]]:
        """Return the different answers of several requests: status, tag and body."""
        answers = [self.send("GET", f"/api/v1{path}", **more) for _ in range(ASKS)]
        return {(answer.status_code, answer.headers.get("etag", ""), answer.text) for answer in answers}

    def version(self) -> set[str]:
        """Return which versions place a customer."""
        placed = (self.told("POST", "/predict", json=CUSTOMER) for _ in range(ASKS))
        return {answer["model_version"] for answer in placed}

    def follow(self, job_id: str, condition: Callable[[Any], bool] = has_ended) -> Any:
        """Return a job once it is as wanted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition(job := self.told("GET", f"/jobs/{job_id}")):
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        return job


@dataclass(frozen=True)
class Pair:
    """Both servers, and what they share."""

    first: Instance
    second: Instance
    settings: Settings
    url: str


@contextlib.contextmanager
def instance(settings: Settings, url: str, log: Path, workers: int = 2) -> Iterator[Instance]:
    # each request over a connection of its own, so that both workers of a server come to be asked
    closing = {"Connection": "close"}
    with (
        serving(settings, log, DATABASE_URL=url, WEB_CONCURRENCY=str(workers)) as live,
        httpx.Client(base_url=live.url, headers=closing, timeout=60, trust_env=False) as client,
    ):
        yield Instance(live, client)


@pytest.fixture(scope="module")
def pair(
    trained_once: Path, tmp_path_factory: pytest.TempPathFactory, postgres: NewDatabase
) -> Iterator[Pair]:
    """Two servers of two workers each, over a database that has no tables yet."""
    folder, url = tmp_path_factory.mktemp("instances"), postgres()
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    with (
        instance(settings, url, folder / "log1") as first,
        instance(settings, url, folder / "log2") as second,
    ):
        yield Pair(first, second, settings, url)


def bring(asked: Instance) -> Any:
    answer = asked.send("POST", "/api/v1/datasets", files={"file": ("customers.csv", mall.generate())})
    assert answer.status_code in (201, 202), answer.text
    if answer.status_code == 202:  # on a busy machine it takes more than the 20 s that an answer waits
        assert asked.follow(answer.json()["id"])["status"] == "completed"
    return asked.told("GET", f"/datasets/{answer.json()['id']}")


def test_what_one_is_told_the_other_knows(pair: Pair) -> None:
    first, second = pair.first, pair.second
    table = bring(first)
    for part in ("", "/rows", "/summary", "/recipe"):
        (answer,) = first.each(f"/datasets/{table['id']}{part}")
        assert second.each(f"/datasets/{table['id']}{part}") == {answer}, part
        assert second.each(f"/datasets/{table['id']}{part}", headers={"If-None-Match": answer[1]}) == {
            (304, answer[1], "")
        }
    assert table["name"] in second.send("GET", "/datasets").text

    wish = {"name": "shop", "title": "Shop", "dataset_id": table["id"], "segments": 4}
    features = [{"column": column["name"]} for column in table["columns"][-2:]]

    def make(one: Instance, noun: str) -> int:
        body = wish | {"features": features, "noun": noun}
        return one.send("POST", "/api/v1/recipes", json=body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make, (first, second), ("guest", "visitor"))) == [201, 409]
    assert second.each("/recipes/shop") == first.each("/recipes/shop")

    second.told("DELETE", f"/datasets/{table['id']}", 204)
    assert {status for status, _, _ in first.each(f"/datasets/{table['id']}")} == {404}


def test_versions_follow_for_both(pair: Pair) -> None:
    first, second = pair.first, pair.second
    key = {"Idempotency-Key": "of one client"}
    asked = {"recipe": "mall", "segments": 4}
    job = first.told("POST", "/trainings", 202, json=asked, headers=key)
    assert second.told("POST", "/trainings", 202, json=asked, headers=key)["id"] == job["id"]
    assert second.follow(job["id"])["result"]["model_version"] == "mall/2"
    (clusters,) = first.each("/recipes/mall/clusters")
    assert (first.version(), second.version()) == ({"mall/2"}, {"mall/2"})
    assert second.each("/recipes/mall/clusters") == {clusters}

    first.told("POST", "/recipes/mall/versions/1/activate")
    assert second.version() == {"mall/1"}
    (changed,) = second.each("/recipes/mall/clusters", headers={"If-None-Match": clusters[1]})
    assert (changed[0], changed[1] != clusters[1]) == (200, True)

    second.told("POST", "/recipes/mall/versions/rollback")
    assert first.version() == {"mall/2"}
    assert first.each("/recipes/mall/clusters", headers={"If-None-Match": clusters[1]}) == {
        (304, clusters[1], "")
    }

    before = second.each("/recipes/mall/segments")
    first.told("PATCH", "/recipes/mall/segments/0", json={"name": "Our regulars"})
    (after,) = second.each("/recipes/mall/segments")
    assert {after} != before
    assert first.each("/recipes/mall/segments") == {after}
    assert "Our regulars" in second.send("GET", "/").text
    second.told("PATCH", "/recipes/mall/segments/1", 422, json={"name": "OUR REGULARS"})


def test_a_job_of_one_is_cancelled_through_the_other(pair: Pair) -> None:
    first, second, before = pair.first, pair.second, training_ids(pair.settings)
    job = first.told("POST", "/trainings", 202, json=LONG)
    second.follow(job["id"], is_under_way)
    second.told("POST", f"/jobs/{job['id']}/cancel")
    assert first.follow(job["id"])["status"] == "cancelled"
    assert training_ids(pair.settings) == before


def test_each_job_is_done_once(pair: Pair, tmp_path: Path) -> None:
    # one more than the one that both servers share
    command = [sys.executable, "-m", "app.cli.worker"]
    variables = environment(pair.settings, 1, DATABASE_URL=pair.url)
    with (tmp_path / "worker").open("wb") as log, ThreadPoolExecutor(4) as pool:
        worker = subprocess.Popen(command, cwd=REPOSITORY, env=variables, stdout=log, stderr=log)
        try:
            asked = itertools.islice(itertools.cycle((pair.first, pair.second)), IMPORTS)
            made = sorted(pool.map(lambda one: bring(one)["id"], asked))
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(PATIENCE_SECONDS)
    database = Database(pair.url)
    with database.reading() as session:
        jobs = session.execute(text("SELECT id, status, attempts, worker FROM jobs ORDER BY id")).all()
        listed = session.scalars(text("SELECT id FROM datasets")).all()
    database.close()
    done = [job for job in jobs if job.id in made]
    assert [(job.id, job.status, job.attempts) for job in done] == [(job, "completed", 1) for job in made]
    assert set(made) <= set(listed)
    workers = len({job.worker for job in done})
    print(f"{IMPORTS} imports through two servers, done by {workers} workers: each once")


@pytest.mark.parametrize("blow", STOPS, ids=lambda blow: blow.name)
def test_one_goes_in_the_middle_and_the_other_finishes(
    trained: Settings, tmp_path: Path, postgres: NewDatabase, blow: signal.Signals
) -> None:
    url = postgres()
    with contextlib.ExitStack() as opened:
        both = [
            opened.enter_context(instance(trained, url, tmp_path / f"log{n}", workers=1)) for n in range(2)
        ]
        job = both[0].told("POST", "/trainings", 202, json=LONG)
        both[1].follow(job["id"], is_under_way)
        both.sort(key=lambda one: worker_of(one.live) is None)  # the one whose worker has the job goes
        for pid in both[0].live.pids() if blow == signal.SIGKILL else [both[0].live.process.pid]:
            os.kill(pid, blow)
        both[0].live.process.wait(PATIENCE_SECONDS)
        begun = time.monotonic()
        # a stopped worker gives its job back, a killed one's has to be taken from it
        attempts = 1 if blow == signal.SIGTERM else 2
        both[1].follow(job["id"], lambda job: is_under_way(job) and job["attempts"] == attempts)
        again = time.monotonic() - begun
        done = both[1].follow(job["id"])
        assert (done["status"], done["attempts"]) == ("completed", attempts)
        assert both[1].version() == {"mall/2"}
        assert training_ids(trained) == [None, job["id"]]
        assert (trained.data_dir / BEAT).exists()
    print(f"{blow.name} to one of two servers in a training: under way again after {again:.1f} s, once done")
