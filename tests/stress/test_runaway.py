"""Trainings that run away: each is ended soon after its bound, and whoever scores does not notice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx
import pytest
from pydantic import SecretStr

from app.core.config import Settings
from app.core.process_limits import OVER_LIMIT
from app.models.records.job import JobRecord, JobStore
from app.models.records.upgrade import open_database
from app.services.job_kinds import TRAINING
from app.services.job_service import JobService
from tests.api.live_server import PATIENCE_SECONDS, REPOSITORY, serving
from tests.priorities import stands_back
from tests.stress.clients import CUSTOMER
from tests.stress.counts import chosen

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="a process's memory is looked at on Linux only"),
    pytest.mark.timeout(chosen(300, 1_800)),
]

WALL, CPU, MEMORY = 1, 1, 536_870_912
MOST_LATE_SECONDS = 5.0
ROUNDS, ROUND_SECONDS, PAUSE_SECONDS = 25, 2.0, 0.01
MOST_RISE = 0.25
IS_SMALL = chosen(True, False)


@dataclass(frozen=True)
class Ended:
    """How a worker went: the job's row, its exit code, when, and what it took of the processor by then."""

    job: JobRecord
    code: int
    at: float
    cpu: float
    peak: int
    told: list[list[str]]


def enqueue(settings: Settings, runaway: str) -> str:
    database = open_database(settings)
    with database.writing() as session:
        job = JobStore(session).enqueue(TRAINING, {"recipe": runaway})
    database.close()
    return job.id


def find_job(settings: Settings, job_id: str) -> JobRecord:
    database = open_database(settings)
    with database.reading() as session:
        job = JobStore(session).get_job(job_id)
    database.close()
    return job


def cancel(settings: Settings, job_id: str) -> None:
    database = open_database(settings)
    JobService(database).cancel_job(job_id)
    database.close()


@contextlib.contextmanager
def running_away(
    settings: Settings, *words: str, **limits: int
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Run a worker, whose words go to a file."""
    environment = settings.environment() | {name.upper(): str(value) for name, value in limits.items()}
    path = settings.data_dir / "told"
    with (
        path.open("wb") as told,
        subprocess.Popen(
            [sys.executable, "-m", "tests.stress.runaways", *words],
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=told,
        ) as process,
    ):
        try:
            yield process, path
        finally:
            process.kill()


def lines(told: Path) -> list[list[str]]:
    return [line.split() for line in told.read_text(encoding="utf-8").splitlines()]


def await_line(told: Path, word: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(line[:1] == [word] for line in lines(told)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def run(settings: Settings, runaway: str, **limits: int) -> Ended:
    job_id = enqueue(settings, runaway)
    bounds = {"job_seconds": 60, "job_cpu_seconds": 60, "job_memory_bytes": 8 * MEMORY} | limits
    with running_away(settings, "--once", **bounds) as (process, told):
        if runaway == "stay":
            await_line(told, "deaf")
            process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(process.pid, 0)
        at = time.time()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(
            find_job(settings, job_id),
            process.returncode,
            at,
            usage.ru_utime + usage.ru_stime,
            1024 * usage.ru_maxrss,
            lines(told),
        )


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.data_dir.mkdir(parents=True)
    return settings


class TestLimits:
    def test_one_that_spins(self, settings: Settings) -> None:
        ended = run(settings, "spin", job_cpu_seconds=CPU)
        late = ended.cpu - float(ended.told[0][2]) - CPU
        print(f"one that spins: ended {late:.2f} s of the processor behind its bound")
        assert ended.code == OVER_LIMIT
        assert -0.1 < late < MOST_LATE_SECONDS
        refuse_all_but(ended, "1 seconds of the processor")

    @pytest.mark.skipif(IS_SMALL, reason="the kernel's timers have quicker tests of their own")
    def test_one_that_holds_the_interpreter(self, settings: Settings) -> None:
        ended = run(settings, "hold", job_cpu_seconds=CPU)
        late = ended.cpu - float(ended.told[0][2]) - CPU
        print(f"one that lets no thread run: ended {late:.2f} s of the processor behind its bound")
        assert ended.code == -signal.SIGPROF
        assert -0.1 < late < MOST_LATE_SECONDS
        assert ended.job.status == "running"  # until its lease ends: then it is another's, or given up

    def test_one_that_ignores_being_stopped(self, settings: Settings) -> None:
        ended = run(settings, "stay", job_seconds=WALL)
        late = ended.at - float(ended.told[0][1]) - WALL
        print(f"one that ignores SIGTERM: ended {late:.2f} s behind its bound")
        assert ended.code == OVER_LIMIT
        assert -0.1 < late < MOST_LATE_SECONDS
        refuse_all_but(ended, f"{WALL} seconds;")

    def test_one_that_allocates(self, settings: Settings) -> None:
        ended = run(settings, "allocate", job_memory_bytes=MEMORY)
        passed = [float(at) for _, at, held in ended.told[1:] if int(held) > MEMORY]
        late = ended.at - min(passed, default=ended.at)
        print(f"one that allocates: ended after {late:.2f} s, at {ended.peak / 2**20:.0f} MB of 512 MB")
        assert ended.code in (0, OVER_LIMIT)  # refused by the kernel, or seen
        assert late < MOST_LATE_SECONDS
        assert ended.peak < MEMORY + 134_217_728
        refuse_all_but(ended, "memory")

    def test_one_that_wants_it_all_at_once(self, settings: Settings) -> None:
        ended = run(settings, "hoard", job_memory_bytes=MEMORY)
        assert ended.code == 0
        assert ended.peak < MEMORY
        refuse_all_but(ended, "memory")

    def test_one_within_its_bounds(self, settings: Settings) -> None:
        ended = run(settings, "end_well", job_seconds=WALL)
        assert (ended.code, ended.job.status) == (0, "completed")


def refuse_all_but(ended: Ended, words: str) -> None:
    assert ended.job.status == "failed"
    assert ended.job.failure is not None
    assert ended.job.failure["code"] == "work_too_large"
    assert words in ended.job.failure["detail"]


class TestCancel:
    def test_one_that_tells_nothing(self, settings: Settings, url: str) -> None:
        settings = settings.model_copy(update={"database_url": SecretStr(url)})
        job_id, next_id = enqueue(settings, "spin"), enqueue(settings, "end_well")
        with running_away(settings, "--once", job_seconds=3_600) as (process, told):
            await_line(told, "begun")
            begun = time.monotonic()
            cancel(settings, job_id)
            code = process.wait(PATIENCE_SECONDS)
            late = time.monotonic() - begun
        print(f"one that is cancelled and tells nothing: ended after {late:.2f} s")
        assert code == OVER_LIMIT
        assert late < MOST_LATE_SECONDS
        assert find_job(settings, job_id).status == "cancelled"
        with running_away(settings, "--once") as (process, _):
            assert process.wait(PATIENCE_SECONDS) == 0
        assert find_job(settings, next_id).status == "completed"


@pytest.mark.skipif(IS_SMALL, reason="a few short rounds tell nothing on a machine with other work")
class TestScoring:
    @pytest.mark.parametrize("runaway", ["spin", "hold", "churn"])
    def test_scoring_goes_on(self, trained: Settings, tmp_path: Path, runaway: str) -> None:
        enqueue(trained, runaway)
        alone, beside = [], []
        with (
            serving(trained, tmp_path / "log", JOB_WORKER="false") as live,
            running_away(trained, "--beside") as (process, told),
            httpx.Client(base_url=live.url, trust_env=False) as client,
        ):
            await_line(told, "begun")
            assert stands_back(process.pid)
            for _ in range(ROUNDS):  # by turns: the machine has other work, too
                process.send_signal(signal.SIGSTOP)
                alone.append(p99(client))
                process.send_signal(signal.SIGCONT)
                beside.append(p99(client))
            assert process.poll() is None
        rise = median(beside) / median(alone) - 1
        print(
            f"a training that runs away ({runaway}): p99 {1000 * median(alone):.2f} ms without it and "
            f"{1000 * median(beside):.2f} ms with it ({rise:+.0%}), medians of {ROUNDS} rounds"
        )
        assert rise < MOST_RISE


def p99(client: httpx.Client) -> float:
    """Score one customer after another for a while; return the 99th percentile of the times, in seconds."""
    times, end = [], time.monotonic() + ROUND_SECONDS
    while time.monotonic() < end:
        begun = time.perf_counter()
        answer = client.post(
            "/api/v1/predict", content=CUSTOMER, headers={"Content-Type": "application/json"}
        )
        times.append(time.perf_counter() - begun)
        assert answer.status_code == 200
        time.sleep(PAUSE_SECONDS)
    return quantiles(times, n=100)[98]
