from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock
from sqlalchemy import text

from app.cli import worker as command
from app.core.config import Settings
from app.core.job_process import BEAT, LOCK, TAKEN
from app.models.records.upgrade import open_database
from app.services.job_service import JobService
from app.services.job_worker import JobWorker
from app.services.retention_service import RetentionService
from tests.api.live_server import REPOSITORY
from tests.priorities import group_niceness, stands_back

PATIENCE_SECONDS = 120.0


@pytest.fixture
def variables(settings: Settings) -> dict[str, str]:
    settings.data_dir.mkdir(parents=True)
    return settings.environment()


def run(*arguments: str, env: dict[str, str]) -> int:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        return CliRunner().invoke(command.worker, arguments, env=env).exit_code
    finally:
        signal.signal(signal.SIGTERM, handler)


def test_once_does_what_there_is(settings: Settings, variables: dict[str, str]) -> None:
    database = open_database(settings)
    jobs = JobService(database)
    job = jobs.submit(
        "training", {"recipe": "mall", "segments": 3, "seed": 1, "activate": True, "dataset_id": None}
    )
    assert run("--once", env=variables) == 0
    # there is no table to train on
    failure = jobs.get_job(job.id).failure
    assert failure is not None
    assert failure.status == 422
    database.close()


def test_it_beats_and_tidies(
    settings: Settings, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[float] = []

    def tidy(self: RetentionService) -> None:
        beats.append((settings.data_dir / BEAT).stat().st_mtime)

    monkeypatch.setattr(RetentionService, "tidy", tidy)
    started = time.time()
    assert run("--once", env=variables) == 0
    (beat,) = beats
    assert beat >= started - 1.0
    # there is nothing to do, so nobody needs to follow it
    assert not (settings.data_dir / BEAT).exists()


def test_what_it_was_stopped_in_shows_by_an_old_beat(
    settings: Settings, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RetentionService, "tidy", lambda self: signal.raise_signal(signal.SIGTERM))
    assert run(env=variables) == 0
    assert (settings.data_dir / BEAT).exists()


def test_it_tidies_seldom(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    turns: list[str] = []

    def work_off(self: JobWorker) -> int:
        turns.append("work")
        return 0

    monkeypatch.setattr(command, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(command, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(command, "_listen", lambda wake, end: None)
    monkeypatch.setattr(command, "_stand_back", lambda: None)
    monkeypatch.setattr(RetentionService, "tidy", lambda self: turns.append("tidy"))
    monkeypatch.setattr(JobWorker, "work_off", work_off)
    assert run("--beside", env=variables) == 0
    assert turns[:2] == ["work", "tidy"]
    assert set(turns[2:]) == {"work"}


def test_a_folder_that_cannot_be_written_stops_no_beat(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    command._beat(tmp_path / "nothing" / BEAT, stop)


def test_settings_that_cannot_be_used(variables: dict[str, str]) -> None:
    assert run("--once", env=variables | {"DATABASE_URL": "mysql://x/y"}) == 2


def test_a_database_of_a_newer_release(variables: dict[str, str], settings: Settings) -> None:
    database = open_database(settings)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    handler = signal.getsignal(signal.SIGTERM)
    refused = CliRunner().invoke(command.worker, ["--once"], env=variables)
    signal.signal(signal.SIGTERM, handler)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("clientele: cannot start: DATA_DIR: a newer release wrote this database")
    assert refused.stderr.count("\n") == 1


def test_a_database_that_does_not_answer(variables: dict[str, str], settings: Settings) -> None:
    settings.database_file.write_bytes(b"no database at all" * 100)
    assert run("--once", env=variables) == 1


def test_beside_a_server_only_one_works(
    variables: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "TURN_SECONDS", 0.05)
    monkeypatch.setattr(command, "_listen", lambda wake, end: None)
    monkeypatch.setattr(command, "_stand_back", lambda: None)
    with FileLock(settings.data_dir / LOCK):
        assert run("--beside", env=variables) == TAKEN


def test_without_work_it_ends(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(command, "_listen", lambda wake, end: None)
    monkeypatch.setattr(command, "_stand_back", lambda: None)
    assert run("--beside", env=variables) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are weighed on Linux")
class TestStandBack:
    def test_a_low_priority_in_a_session_of_its_own(self) -> None:
        code = "from app.cli import worker; worker._stand_back(); print('done', flush=True); input()"
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"done\n"
            assert not stands_back(os.getpid())
            assert stands_back(process.pid)
            process.communicate(b"\n")

    def test_a_session_of_others_is_left_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> None:
            raise PermissionError

        monkeypatch.setattr(os, "nice", lambda by: by)
        monkeypatch.setattr(os, "setsid", refuse)
        before = group_niceness(os.getpid())
        command._stand_back()
        assert group_niceness(os.getpid()) == before

    def test_elsewhere_there_are_no_sessions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(os, "nice")
        monkeypatch.setattr(sys, "platform", "win32")
        command._stand_back()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
@pytest.mark.parametrize("end", ["input", "signal"])
def test_it_ends_with_its_server(variables: dict[str, str], end: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.worker", "--beside"],
        cwd=REPOSITORY,
        env=os.environ | variables,
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    with process.stdin:
        process.stdin.write(b"\n")
        process.stdin.flush()
        if end == "signal":
            lock = FileLock(f"{variables['DATA_DIR']}/{LOCK}")
            while process.poll() is None and not is_taken(lock):
                pass
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
    assert process.wait(PATIENCE_SECONDS) == 0


def is_taken(lock: FileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return False
    except TimeoutError:
        return True
