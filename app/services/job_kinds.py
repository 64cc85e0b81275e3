"""What a worker can do. Each kind loads what it needs when its first job comes, and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

from app.core.config import Settings
from app.services.job_worker import Work

TRAINING = "training"


def job_kinds(settings: Settings) -> Mapping[str, Callable[[], Work]]:
    """Return how each kind of job is done."""
    return {TRAINING: cache(partial(_training, settings))}


def _training(settings: Settings) -> Work:
    from app.services.training_service import TrainingService  # noqa: PLC0415
    from app.services.training_work import TrainingWork  # noqa: PLC0415

    return TrainingWork(TrainingService(settings))
