"""The job that trains a recipe."""

from __future__ import annotations

import time
from typing import Any

from app.core.errors import TrainingBusy
from app.models.datasets.text_rows import StoredTable
from app.models.records.job import JobRecord
from app.services.dataset_files import DatasetFiles
from app.services.job_worker import Outcome, Tell
from app.services.training_service import TrainingService

TURN_SECONDS = 1.0
# from which share to which each stage leads; between them are the two that take long
STAGES = {
    "reading the table": (0.0, 0.05),
    "choosing the number of segments": (0.05, 0.3),
    "fitting": (0.05, 0.15),
    "comparing with tables without groups": (0.15, 0.55),
    "drawing the customers again": (0.55, 0.9),
    "comparing numbers of segments and proving the model": (0.9, 1.0),
}


class TrainingWork:
    """Trains what a job asks for; after a crash it goes on where a version was stored already."""

    def __init__(self, trainings: TrainingService, files: DatasetFiles) -> None:
        self._trainings = trainings
        self._files = files

    def __call__(self, job: JobRecord, tell: Tell) -> Outcome:
        """Do one training."""
        asked: dict[str, Any] = job.payload

        farthest = 0.0

        def progress(words: str, share: float) -> None:
            nonlocal farthest
            start, end = STAGES.get(words, (1.0, 1.0))
            # a choice goes before the fit only where it is asked for
            farthest = max(farthest, start + share * (end - start))
            tell(farthest, words)

        while True:
            try:
                report = self._trainings.train(
                    asked["recipe"],
                    StoredTable(self._files.table_of(asked["dataset_id"])) if asked["dataset_id"] else None,
                    segments=asked["segments"],
                    seed=asked["seed"],
                    activate=asked["activate"],
                    training_id=job.id,
                    progress=progress,
                )
            except TrainingBusy:  # by hand, on the command line
                tell(0.0, "waiting for another training of this recipe")
                time.sleep(TURN_SECONDS)
                continue
            return Outcome(report.model_dump(mode="json", exclude={"labelled_table"}))
