from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from app.core import job_process
from app.core.job_process import BEAT, LOCK, TAKEN, JobProcess
from app.core.process_limits import OVER_LIMIT

# stands in for the worker: writes a line when it starts and at each knock, and ends with its standard input
STAND_IN = """
import os, sys
from filelock import FileLock
with FileLock(os.path.join(os.environ["DATA_DIR"], "worker.lock")), open(os.environ["TOLD"], "a") as told:
    print("start", os.getpid(), file=told, flush=True)
    for line in sys.stdin:
        print("knock", file=told, flush=True)
"""
REFUSING = """
import os, sys
with open(os.environ["TOLD"], "a") as told:
    print("start", os.getpid(), file=told)
sys.exit(2)
"""
PATIENCE_SECONDS = 60.0
Make = Callable[..., JobProcess]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    path = tmp_path / "told"
    path.touch()
    return path


@pytest.fixture
def make(tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(job_process, "LOOK_SECONDS", 0.05)
    made: list[JobProcess] = []

    def make_one(program: str = STAND_IN) -> JobProcess:
        environment = {"DATA_DIR": str(tmp_path), "TOLD": str(told)}
        made.append(JobProcess(tmp_path, environment, (sys.executable, "-c", program)))
        return made[-1]

    yield make_one
    for process in made:
        process.stop()


def await_lines(told: Path, condition: Callable[[list[str]], bool]) -> list[str]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition(lines := told.read_text(encoding="utf-8").splitlines()):
        assert time.monotonic() < deadline, lines
        time.sleep(0.02)
    return lines


def starts(lines: list[str]) -> list[int]:
    return [int(line.split()[1]) for line in lines if line.startswith("start")]


def test_it_starts_when_there_is_work_and_hears_each_knock(make: Make, told: Path) -> None:
    process = make()
    assert told.read_text(encoding="utf-8") == ""
    process.wake()
    process.wake()
    lines = await_lines(told, lambda lines: lines.count("knock") == 2)
    assert len(starts(lines)) == 1


def test_it_starts_again_when_a_job_took_too_much(make: Make, told: Path) -> None:
    make(REFUSING.replace("sys.exit(2)", f"sys.exit({OVER_LIMIT})")).wake()
    await_lines(told, lambda lines: len(starts(lines)) >= 3)  # without the while that others are left alone


def test_it_starts_again_when_another_was_quicker(make: Make, told: Path) -> None:
    make(REFUSING.replace("sys.exit(2)", f"sys.exit({TAKEN})")).wake()
    await_lines(told, lambda lines: len(starts(lines)) >= 3)  # it has not failed: the lock says when


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_it_starts_again_when_it_was_killed(make: Make, told: Path) -> None:
    make().wake()
    (pid,) = starts(await_lines(told, lambda lines: len(starts(lines)) == 1))
    os.kill(pid, signal.SIGKILL)
    await_lines(told, lambda lines: len(starts(lines)) == 2)


def test_one_works_for_all_and_another_follows_it(make: Make, told: Path) -> None:
    first, second = make(), make()
    first.wake()
    await_lines(told, lambda lines: len(starts(lines)) == 1)
    second.wake()
    time.sleep(0.5)
    assert len(starts(told.read_text(encoding="utf-8").splitlines())) == 1
    first.stop()
    await_lines(told, lambda lines: len(starts(lines)) == 2)


def test_nobody_is_started_while_somebody_works(make: Make, told: Path, tmp_path: Path) -> None:
    with FileLock(tmp_path / LOCK):
        make().wake()
        time.sleep(0.5)
        assert told.read_text(encoding="utf-8") == ""
    await_lines(told, lambda lines: len(starts(lines)) == 1)


@pytest.mark.slow
def test_one_that_found_nothing_to_do_is_left_alone(make: Make, told: Path, tmp_path: Path) -> None:
    process = make('import os; print("start", os.getpid(), file=open(os.environ["TOLD"], "a"))')
    process.wake()
    await_lines(told, lambda lines: len(starts(lines)) == 1)
    time.sleep(0.5)
    lines = told.read_text(encoding="utf-8").splitlines()
    process.wake()
    await_lines(told, lambda now: len(starts(now)) > len(starts(lines)))


@pytest.mark.slow
def test_one_that_refuses_to_work_is_left_alone_for_a_while(
    make: Make, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_process, "REFUSED_SECONDS", 1.0)
    begun = time.monotonic()
    process = make(REFUSING)
    process.wake()
    await_lines(told, lambda lines: len(starts(lines)) >= 3)
    assert time.monotonic() - begun >= 2.0


@pytest.mark.slow
def test_after_a_rest_it_is_started_to_tidy(make: Make, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_process, "REST_SECONDS", 0.3)
    make('import os; print("start", os.getpid(), file=open(os.environ["TOLD"], "a"))').wake()
    await_lines(told, lambda lines: len(starts(lines)) >= 3)


def test_it_follows_another_that_went_in_the_middle(make: Make, told: Path, tmp_path: Path) -> None:
    make('import os; print("start", os.getpid(), file=open(os.environ["TOLD"], "a"))').wake()
    lines = await_lines(told, lambda lines: len(starts(lines)) == 1)
    (tmp_path / BEAT).touch()  # another works, and nobody knocks here
    time.sleep(0.5)
    lines = told.read_text(encoding="utf-8").splitlines()
    then = time.time() - job_process.LEFT_SECONDS - 1.0
    os.utime(tmp_path / BEAT, (then, then))
    await_lines(told, lambda now: len(starts(now)) > len(starts(lines)))


def test_after_the_stop_nobody_is_started(make: Make, told: Path) -> None:
    process = make()
    process.stop()
    process.wake()
    time.sleep(0.3)
    assert told.read_text(encoding="utf-8") == ""


def test_one_that_does_not_stop_is_killed(make: Make, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_process, "STOP_SECONDS", 0.1)
    deaf = STAND_IN + "\nimport time; time.sleep(600)\n"
    process = make(deaf)
    process.wake()
    await_lines(told, lambda lines: "knock" in lines)
    process.stop()
    make().wake()  # the lock is free at once
    await_lines(told, lambda lines: len(starts(lines)) == 2)
