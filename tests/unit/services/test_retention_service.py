from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from app.core.config import Settings
from app.core.database import Database, clock
from app.models.artifact_store import ArtifactStore
from app.models.records.dataset import DatasetStore
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from app.schemas.dataset import ImportChoices
from app.services import retention_service
from app.services.dataset_files import DatasetFiles
from app.services.dataset_service import DatasetService
from app.services.job_kinds import DRY_RUN, IMPORT, TRAINING
from app.services.job_service import JobService
from app.services.retention_service import RetentionService
from tests.working import work_off

TABLE = "id;income\n" + "".join(f"k{n};{n},5\n" for n in range(12))
NOTHING = {"uploads": 0, "dry_runs": 0, "tables": 0, "leftovers": 0, "jobs": 0}
DAY = timedelta(days=1)


class Crash(BaseException):
    """Stands for the end of the process at any call."""


@pytest.fixture
def stored(settings: Settings, url: str) -> Settings:
    """Settings over empty folders and a database, of each kind."""
    return settings.model_copy(update={"database_url": SecretStr(url)})


@pytest.fixture
def database(stored: Settings) -> Iterator[Database]:
    made = Database.of(stored)
    yield made
    made.close()


@pytest.fixture
def datasets(stored: Settings, database: Database) -> DatasetService:
    return DatasetService(stored, database, JobService(database))


@pytest.fixture
def retention(stored: Settings, database: Database) -> RetentionService:
    return RetentionService(stored, database)


def send(datasets: DatasetService) -> tuple[str, Path]:
    upload, path = datasets.make_upload()
    path.write_text(TABLE, encoding="utf-8")
    return upload, path


def age(database: Database, *paths: Path, days: float) -> None:
    """Make files, and the ends of all jobs, so old."""
    then = time.time() - timedelta(days=days).total_seconds()
    for path in paths:
        for found in (path, *path.rglob("*")):
            os.utime(found, (then, then))
    with database.writing() as session:
        has_ended = update(JobRecord).where(JobRecord.finished_at.is_not(None))
        session.execute(has_ended.values(finished_at=clock(session, -timedelta(days=days))))


def count_jobs(database: Database) -> int:
    with database.reading() as session:
        return len(JobStore(session).list_jobs(200).rows)


class TestUploads:
    def test_those_nobody_took_in_with_what_was_found_in_them(
        self, stored: Settings, database: Database, datasets: DatasetService, retention: RetentionService
    ) -> None:
        (upload, path), (_, never_asked) = send(datasets), send(datasets)
        datasets.try_out(upload, "shop.csv", ImportChoices())
        work_off(stored)
        assert retention.tidy() == NOTHING
        age(database, path, never_asked, days=1.1)
        assert retention.tidy() == NOTHING | {"uploads": 2, "dry_runs": 1}
        assert (list(stored.uploads_dir.iterdir()), count_jobs(database)) == ([], 0)

    def test_what_an_unfinished_job_names_stays(
        self, stored: Settings, database: Database, datasets: DatasetService, retention: RetentionService
    ) -> None:
        for is_running in (False, True):
            upload, path = send(datasets)
            datasets.take_in(upload, "shop.csv", ImportChoices(), "Shop")
            if is_running:
                with database.writing() as session:
                    JobLeases(session).claim("worker", 60.0)
            age(database, path, days=400)
        assert retention.tidy() == NOTHING
        assert len(list(stored.uploads_dir.iterdir())) == count_jobs(database) == 2

    def test_whoever_asks_again_has_the_whole_time(
        self, database: Database, datasets: DatasetService, retention: RetentionService
    ) -> None:
        upload, path = send(datasets)
        age(database, path, days=1.1)
        job = datasets.try_out(upload, "shop.csv", ImportChoices())
        JobService(database).cancel_job(job.id)
        assert retention.tidy() == NOTHING
        assert path.exists()

    def test_what_was_taken_in_before_a_crash(
        self,
        stored: Settings,
        database: Database,
        datasets: DatasetService,
        retention: RetentionService,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        upload, path = send(datasets)
        job = datasets.take_in(upload, "shop.csv", ImportChoices(), "Shop")
        with monkeypatch.context() as patch:
            patch.setattr(DatasetFiles, "forget_unlisted", crash)
            with pytest.raises(Crash):
                work_off(stored)
        assert path.exists()
        age(database, *stored.data_dir.glob("*/*"), *notes(stored), days=1.1)
        assert retention.tidy() == NOTHING | {"uploads": 1}
        assert notes(stored) == []
        assert datasets.read_rows(job.id, 0, 1, "").rows == [[1, "k0", 0.5]]


class TestTables:
    @pytest.mark.parametrize("call", ["delete_dataset", "remove"])
    def test_a_deletion_that_crashed(
        self,
        stored: Settings,
        database: Database,
        datasets: DatasetService,
        retention: RetentionService,
        monkeypatch: pytest.MonkeyPatch,
        call: str,
    ) -> None:
        upload, _ = send(datasets)
        job = datasets.take_in(upload, "shop.csv", ImportChoices(), "Shop")
        work_off(stored)
        with monkeypatch.context() as patch:
            patch.setattr(DatasetFiles if call == "remove" else DatasetStore, call, crash)
            with pytest.raises(Crash):
                datasets.delete_dataset(job.id)
        assert retention.tidy() == NOTHING
        age(database, *notes(stored), days=1.1)
        is_deleted = call == "remove"
        assert retention.tidy() == NOTHING | {"tables": int(is_deleted)}
        assert notes(stored) == []
        assert (stored.datasets_dir / job.id).exists() != is_deleted

    def test_an_import_that_stopped_late(
        self, stored: Settings, database: Database, datasets: DatasetService, retention: RetentionService
    ) -> None:
        upload, _ = send(datasets)
        job = datasets.take_in(upload, "shop.csv", ImportChoices(), "Shop")
        DatasetFiles(stored).clear_folder(job.id).mkdir()
        age(database, *notes(stored), days=400)
        assert retention.tidy() == NOTHING
        JobService(database).cancel_job(job.id)
        assert retention.tidy() == NOTHING | {"tables": 1}
        assert list(stored.datasets_dir.iterdir()) == []

    def test_tables_that_another_database_lists_stay(
        self, stored: Settings, database: Database, datasets: DatasetService, retention: RetentionService
    ) -> None:
        upload, _ = send(datasets)
        job = datasets.take_in(upload, "shop.csv", ImportChoices(), "Shop")
        work_off(stored)
        with database.writing() as session:
            DatasetStore(session).delete_dataset(job.id)
        age(database, *stored.datasets_dir.iterdir(), days=400)
        retention.tidy()
        assert (stored.datasets_dir / job.id / "accepted.parquet").is_file()


class TestJobs:
    def test_ended_ones_in_small_transactions(
        self, database: Database, retention: RetentionService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention_service, "BATCH", 2)
        jobs = JobService(database)
        for kind in (IMPORT, TRAINING, TRAINING, DRY_RUN, TRAINING):
            jobs.cancel_job(jobs.submit(kind, {}).id)
        jobs.submit(TRAINING, {})
        age(database, days=29)
        assert retention.tidy() == NOTHING | {"dry_runs": 1}
        age(database, days=31)
        assert retention.tidy() == NOTHING | {"jobs": 4}
        assert [job.status for job in jobs.list_jobs(10).jobs] == ["pending"]

    def test_who_is_told_to_stop_stops(self, stored: Settings, database: Database) -> None:
        jobs = JobService(database)
        jobs.cancel_job(jobs.submit(TRAINING, {}).id)
        age(database, days=31)
        stop = threading.Event()
        stop.set()
        assert RetentionService(stored, database, stop).tidy() == NOTHING
        assert count_jobs(database) == 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
class TestLeftovers:
    def test_what_was_staged(self, stored: Settings, database: Database, retention: RetentionService) -> None:
        staged = [
            stored.datasets_dir / ".importing-x",
            stored.edits_dir / ".mall.json.12.tmp",
            stored.recipes_dir / ".mine.toml.12.tmp",
            stored.processed_dir / ".mall_segments.csv.12.tmp",
        ]
        staged[0].mkdir(parents=True)
        for path in staged[1:]:
            path.parent.mkdir()
            path.touch()
        kept = stored.processed_dir / "mall_segments.csv"
        kept.touch()
        age(database, *staged, kept, days=0.9)
        assert retention.tidy() == NOTHING
        age(database, *staged, kept, days=1.1)
        assert retention.tidy() == NOTHING | {"leftovers": 4}
        assert kept.exists()
        assert not any(path.exists() for path in staged)

    def test_of_trainings_unless_one_is_at_work(
        self, trained: Settings, url: str, database: Database
    ) -> None:
        settings = trained.model_copy(update={"database_url": SecretStr(url)})
        retention = RetentionService(settings, database)
        store = ArtifactStore(settings.artifacts_dir, "mall")
        before = {path.name for path in store.folder.iterdir() if path.name != ".training.lock"}
        with store.training():
            (store.folder / ".staging-2").mkdir()
            assert retention.tidy() == NOTHING
            assert (store.folder / ".staging-2").exists()
        assert retention.tidy() == NOTHING | {"leftovers": 1}
        assert {path.name for path in store.folder.iterdir() if path.name != ".training.lock"} == before
        assert store.pointer.version() == 1

    def test_a_folder_that_cannot_be_changed_stops_nothing_else(
        self,
        stored: Settings,
        database: Database,
        retention: RetentionService,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(DatasetFiles, "remove_staged", refuse)
        jobs = JobService(database)
        jobs.cancel_job(jobs.submit(TRAINING, {}).id)
        age(database, days=31)
        gone = retention.tidy()
        assert "leftovers" not in gone
        assert gone["jobs"] == 1


def crash(*_: object) -> None:
    raise Crash


def notes(settings: Settings) -> list[Path]:
    return sorted(settings.datasets_dir.glob(".unlisted-*"))
