from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from app.cli import state_checks
from app.cli.state_checks import (
    Finding,
    look_at_database,
    look_at_disk,
    look_at_versions,
    look_at_worker,
)
from app.core.config import Settings
from app.core.database import Database
from app.core.job_process import BEAT
from app.models.records.upgrade import list_revisions, open_database
from app.services.job_service import JobService
from app.services.training_service import TrainingService

CANARY = "s3cr3t-canary"
NEWEST = list_revisions()[-1]


def at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


def one(settings: Settings) -> Finding:
    (finding,) = look_at_database(settings)
    return finding


class TestDatabase:
    def test_it_answers(self, settings: Settings, url: str) -> None:
        found = one(at(settings, url))
        assert not found.is_fault
        assert found.about == "DATABASE_URL"
        assert found.words.endswith(f"answers; its tables are at {NEWEST}")
        assert found.words.startswith("SQLite 3" if url.startswith("sqlite") else "PostgreSQL 1")

    def test_without_tables(self, settings: Settings, empty_url: str) -> None:
        found = one(at(settings, empty_url))
        is_made = not empty_url.startswith("sqlite")
        assert found.is_fault == is_made
        assert ("at nothing and not at" if is_made else "there is no file yet") in found.words
        assert "run python -m app.cli.database upgrade" in found.words
        assert is_made or not Path(make_url(empty_url).database or "").exists()

    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_of_a_newer_release(self, settings: Settings, url: str) -> None:
        database = Database(url)
        with database.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        database.close()
        found = one(at(settings, url))
        assert (found.is_fault, "a newer release wrote this database" in found.words) == (True, True)

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            (f"postgresql://clientele:{CANARY}@127.0.0.1:1/shop", "the database cannot be used: "),
            (f"mysql://clientele:{CANARY}@host/shop", "must be postgresql://"),
            (f"postgresql://clientele:{CANARY}@[", "names no database"),
        ],
    )
    def test_it_does_not_answer_and_no_password_is_told(
        self, settings: Settings, address: str, words: str
    ) -> None:
        found = one(at(settings, address))
        assert (found.is_fault, found.about) == (True, "DATABASE_URL")
        assert found.words.startswith(words)
        assert CANARY not in str(found)

    def test_a_sqlite_that_is_too_old(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        open_database(settings).close()
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
        found = one(settings)
        assert (found.is_fault, found.about) == (True, "DATA_DIR")
        assert found.words.startswith("SQLite 3.34.1 is too old")


class TestWorker:
    def look(self, settings: Settings, *, starts_one: bool = True) -> Finding:
        (finding,) = look_at_worker(settings.model_copy(update={"job_worker": starts_one}))
        return finding

    @pytest.mark.parametrize("starts_one", [True, False])
    def test_one_is_alive(self, settings: Settings, starts_one: bool) -> None:
        settings.data_dir.mkdir()
        (settings.data_dir / BEAT).touch()
        found = self.look(settings, starts_one=starts_one)
        assert not found.is_fault
        assert found.words.startswith("a worker is alive; the last beat was ")

    @pytest.mark.parametrize(
        ("seconds", "words"), [(50, "50 s"), (300, "5 min"), (7_300, "2 h"), (400_000, "5 d")]
    )
    def test_the_last_beat(self, settings: Settings, seconds: float, words: str) -> None:
        settings.data_dir.mkdir()
        (settings.data_dir / BEAT).touch()
        then = time.time() - seconds
        os.utime(settings.data_dir / BEAT, (then, then))
        found = self.look(settings)
        assert not found.is_fault
        assert f"the last beat was {words} ago" in found.words

    def test_none_where_nobody_starts_one(self, settings: Settings) -> None:
        found = self.look(settings, starts_one=False)
        assert found.is_fault
        assert found.words == ("no worker is alive; none beats here: run python -m app.cli.worker")
        assert not settings.data_dir.exists()

    def test_none_and_no_work(self, settings: Settings) -> None:
        assert not self.look(settings).is_fault
        open_database(settings).close()
        assert not self.look(settings).is_fault
        settings.database_file.write_bytes(b"no database at all" * 100)
        assert not self.look(settings).is_fault

    def test_none_and_work(self, settings: Settings) -> None:
        database = open_database(settings)
        jobs = JobService(database)
        jobs.submit("training", {})
        assert self.look(settings).words.startswith("1 job is unfinished and no worker is alive; none")
        jobs.submit("training", {})
        assert self.look(settings).words.startswith("2 jobs are unfinished")
        assert self.look(settings).is_fault
        database.close()


class TestVersions:
    def test_a_line_for_each_recipe(self, trained: Settings) -> None:
        assert list(look_at_versions(trained)) == [
            Finding("lifestyle", "no version yet", is_fault=False),
            Finding("mall", "mall/1 answers; stored: 1", is_fault=False),
        ]

    def test_a_recipe_of_ones_own_that_cannot_be_used(self, trained: Settings) -> None:
        trained.recipes_dir.mkdir()
        (trained.recipes_dir / "mine.toml").write_text("name = 1", encoding="utf-8")
        faults = [finding for finding in look_at_versions(trained) if finding.is_fault]
        assert [(fault.about, fault.words[:34]) for fault in faults] == [
            ("DATA_DIR", "the recipe mine is left out: mine.")
        ]

    def test_a_stored_one_that_is_not_whole(self, trained: Settings) -> None:
        TrainingService(trained, 5, 5).train("mall")
        (trained.artifacts_dir / "mall" / "1" / "analysis.json").write_bytes(b"{}")
        found = [finding for finding in look_at_versions(trained) if finding.about != "lifestyle"]
        assert found == [
            Finding("ARTIFACTS_DIR", "analysis.json of mall/1 is not the file that was written"),
            Finding("mall", "mall/2 answers; stored: 1, 2", is_fault=False),
        ]


class TestDisk:
    @pytest.mark.parametrize(
        ("free", "faults"), [(2**40, []), (2**29, ["DATA_DIR"]), (0, ["DATA_DIR", "ARTIFACTS_DIR"])]
    )
    def test_room(
        self, trained: Settings, monkeypatch: pytest.MonkeyPatch, free: int, faults: list[str]
    ) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
        found = list(look_at_disk(trained))
        assert [finding.about for finding in found] == ["DATA_DIR", "ARTIFACTS_DIR"]
        assert [finding.about for finding in found if finding.is_fault] == faults
        assert f"{free / 2**30:,.1f} GiB of the disk are free" in found[0].words

    def test_of_folders_that_are_not_there(self, settings: Settings) -> None:
        assert list(look_at_disk(settings)) == []


def test_a_beat_is_young_enough() -> None:
    from app.cli.worker import BEAT_SECONDS  # noqa: PLC0415

    assert state_checks.ALIVE_SECONDS > 3 * BEAT_SECONDS
