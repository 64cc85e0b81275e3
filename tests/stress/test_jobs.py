"""Jobs under fire: workers killed, servers stopped in the middle; each training is done once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.models.ml_model import MLModel
from tests.api.live_server import Live, serving
from tests.stress.counts import chosen

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are found in /proc")

KILLS = chosen(1, 10)
# choosing takes several seconds, in which there is time to interfere
LONG = {"recipe": "mall", "segments": "auto"}
PATIENCE_SECONDS = 240.0


def call(live: Live, path: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"{live.url}/api/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def await_job(live: Live, job_id: str, condition: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition(job := call(live, f"/trainings/{job_id}")):
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return job


def worker_of(live: Live) -> int | None:
    for pid in live.pids():
        with contextlib.suppress(OSError):
            if b"app.cli.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


def is_under_way(job: Any) -> bool:
    return bool(job["status"] == "running" and job["progress"] > 0.1)


def has_ended(job: Any) -> bool:
    return job["status"] in ("completed", "failed", "cancelled")


def training_ids(settings: Settings) -> list[str | None]:
    store = ArtifactStore(settings.artifacts_dir, "mall")
    models = (MLModel.from_files(store.read(version)) for version in store.versions())
    return [model.document.training_id for model in models]


@pytest.mark.timeout(1_800)
def test_each_training_is_done_once(trained: Settings, tmp_path: Path) -> None:
    asked = []
    with serving(trained, tmp_path / "log") as live:
        for seed in range(KILLS):
            job = call(live, "/trainings", {**LONG, "seed": seed})
            await_job(live, job["id"], is_under_way)
            pid = worker_of(live)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            done = await_job(live, job["id"], has_ended)
            assert (done["status"], done["attempts"]) == ("completed", 2)
            assert call(live, "/health")["status"] == "ok"
            asked.append(job["id"])
        unfinished = call(live, "/trainings", LONG)
        await_job(live, unfinished["id"], is_under_way)
    # the server was stopped in the middle: nobody works any more
    assert worker_of(live) is None
    with serving(trained, tmp_path / "log2") as live:
        done = await_job(live, unfinished["id"], has_ended)
        assert (done["status"], done["attempts"]) == ("completed", 1)
    asked.append(unfinished["id"])
    assert training_ids(trained) == [None, *asked]
    print(f"{KILLS} workers killed and a server stopped in the middle of a training: each done once")


def test_a_cancelled_training_leaves_nothing(trained: Settings, tmp_path: Path) -> None:
    with serving(trained, tmp_path / "log") as live:
        job = call(live, "/trainings", LONG)
        await_job(live, job["id"], is_under_way)
        call(live, f"/trainings/{job['id']}/cancel", {})
        assert await_job(live, job["id"], has_ended)["status"] == "cancelled"
    assert training_ids(trained) == [None]
