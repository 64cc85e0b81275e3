"""Does the jobs of a test's own folder at once, with little evidence, in the test's own process."""

from __future__ import annotations

from app.core.config import Settings
from app.models.records.upgrade import open_database
from app.services.job_kinds import TRAINING, job_kinds
from app.services.job_worker import JobWorker, Work
from app.services.training_service import TrainingService
from app.services.training_work import TrainingWork

NULL_DRAWS, REFITS = 5, 5


def work_off(settings: Settings) -> int:
    """Do the jobs that wait; return how many there were."""
    trainings: Work = TrainingWork(TrainingService(settings, NULL_DRAWS, REFITS))
    database = open_database(settings)
    try:
        kinds = {**job_kinds(settings, database), TRAINING: lambda: trainings}
        return JobWorker(database, kinds, "test").work_off()
    finally:
        database.close()
