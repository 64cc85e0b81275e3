"""Does the jobs of a test's own folder at once, with little evidence, in the test's own process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import TableInvalid
from app.models.records.job import JobRecord
from app.models.records.upgrade import open_database
from app.services.dataset_files import DatasetFiles
from app.services.job_kinds import TRAINING, job_kinds
from app.services.job_worker import JobWorker, Outcome, Tell, Work
from app.services.training_service import TrainingService
from app.services.training_work import TrainingWork

NULL_DRAWS, REFITS = 5, 5


def work_off(settings: Settings, training: Work | None = None) -> int:
    """Do the jobs that wait; return how many there were."""
    with contextlib.closing(open_database(settings)) as database:
        return _worker(settings, database, training).work_off()


@contextlib.contextmanager
def working(settings: Settings, training: Work | None = None) -> Iterator[None]:
    """Have somebody do the jobs while requests wait for them."""
    stop, database = threading.Event(), open_database(settings)
    worker = _worker(settings, database, training)

    def work() -> None:
        while not stop.wait(0.05):  # each look costs 2 ms of what the requests need
            worker.work_off()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        database.close()


def _worker(settings: Settings, database: Database, training: Work | None) -> JobWorker:
    train = training or TrainingWork(TrainingService(settings, NULL_DRAWS, REFITS), DatasetFiles(settings))
    return JobWorker(database, {**job_kinds(settings, database), TRAINING: lambda: train}, "test")


def refuse(job: JobRecord, tell: Tell) -> Outcome:
    """Train nothing, where only the answer to the request is looked at."""
    raise TableInvalid("nothing is trained here")
