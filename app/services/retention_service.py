"""Takes away what nobody needs any more: tables that nobody took in, what crashes left, jobs of long ago.

Nothing is remembered from one round to the next: what one leaves, because it crashes or because somebody
needs it still, a later one finds again. Versions, tables that the database lists and what an unfinished job
names are never touched.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from app.core.config import Settings
from app.core.database import Database
from app.core.durable_files import remove_staged
from app.core.errors import TrainingBusy
from app.models.artifact_store import ArtifactStore
from app.models.records.dataset import DatasetStore
from app.models.records.job import JobStore
from app.services.dataset_files import DatasetFiles
from app.services.job_kinds import DRY_RUN

# of jobs in one transaction
BATCH = 100

log = structlog.get_logger("clientele.retention")


class RetentionService:
    """Tidies one data folder, one artefact folder and one database; several may do so at once.

    Parameters
    ----------
    stop : threading.Event
        Once it is set, the round ends soon.
    """

    def __init__(self, settings: Settings, database: Database, stop: threading.Event | None = None) -> None:
        self._settings = settings
        self._database = database
        self._stop = stop or threading.Event()
        self._files = DatasetFiles(settings)
        self._wait = timedelta(days=settings.upload_days)

    def tidy(self) -> dict[str, int]:
        """Do one round; return how much of each kind went.

        Raises
        ------
        DatabaseUnavailable
            If it does not answer. A folder that cannot be changed is told in the log and left.
        """
        steps: dict[str, Callable[[], int]] = {
            "uploads": self._remove_uploads,
            "dry_runs": lambda: self._delete_jobs(self._wait, DRY_RUN),
            "tables": self._remove_tables,
            "leftovers": self._remove_leftovers,
            "jobs": lambda: self._delete_jobs(timedelta(days=self._settings.retention_days)),
        }
        gone: dict[str, int] = {}
        for name, step in steps.items():
            try:
                gone[name] = step()
            except OSError as error:
                log.warning("retention_failed", what=name, detail=error.strerror)
        if any(gone.values()):
            log.info("retention_done", **gone)
        return gone

    def _remove_uploads(self) -> int:
        with self._database.reading() as session:
            needed = {job.payload.get("upload") for job in JobStore(session).list_unfinished()}
        # in this order: whoever asks for one from now on has made it young before
        gone = [upload for upload in self._files.list_uploads(self._before()) if upload not in needed]
        for upload in gone:
            self._files.remove_upload(upload)
        return len(gone)

    def _remove_tables(self) -> int:
        """Remove the folders of imports that did not end well, and of deletions that did not end."""
        gone = 0
        for dataset_id in self._files.list_unlisted(self._before()):
            with self._database.reading() as session:
                is_listed = DatasetStore(session).find_dataset(dataset_id) is not None
                job = JobStore(session).find_job(dataset_id)
            if is_listed:
                self._files.forget_unlisted(dataset_id)
            elif job is None or job.lease_until is None:
                self._files.remove(dataset_id)
                gone += 1
        return gone

    def _remove_leftovers(self) -> int:
        """Remove what was staged and never put into its place."""
        settings, before = self._settings, self._before()
        gone = self._files.remove_staged(before)
        for folder in (settings.edits_dir, settings.recipes_dir, settings.processed_dir):
            gone += remove_staged(folder, before)
        recipes = settings.artifacts_dir.iterdir() if settings.artifacts_dir.is_dir() else ()
        for folder in recipes:
            store = ArtifactStore(settings.artifacts_dir, folder.name)
            if store.leftovers():
                # who holds the right to train has just swept, or is the one at work
                with contextlib.suppress(TrainingBusy), store.training():
                    gone += 1
        return gone

    def _delete_jobs(self, age: timedelta, kind: str | None = None) -> int:
        gone = 0
        while not self._stop.is_set():
            with self._database.writing() as session:
                some = JobStore(session).delete_ended_jobs(age, BATCH, kind)
            gone += some
            if some < BATCH:
                break
        return gone

    def _before(self) -> float:
        return time.time() - self._wait.total_seconds()
