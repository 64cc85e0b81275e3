"""What a worker can do. Each kind loads what it needs when its first job comes, and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from app.core.config import Settings

if TYPE_CHECKING:
    from app.core.database import Database
    from app.services.job_worker import Work

TRAINING, SEARCH, DRY_RUN, IMPORT = "training", "search", "dry_run", "import"


def job_kinds(settings: Settings, database: Database) -> Mapping[str, Callable[[], Work]]:
    """Return how each kind of job is done."""
    return {
        TRAINING: cache(partial(_training, settings)),
        SEARCH: cache(partial(_search, settings)),
        DRY_RUN: cache(partial(_dry_run, settings, database)),
        IMPORT: cache(partial(_import, settings, database)),
    }


def _training(settings: Settings) -> Work:
    from app.services.dataset_files import DatasetFiles  # noqa: PLC0415
    from app.services.training_service import TrainingService  # noqa: PLC0415
    from app.services.training_work import TrainingWork  # noqa: PLC0415

    return TrainingWork(TrainingService(settings), DatasetFiles(settings))


def _search(settings: Settings) -> Work:
    from app.services.dataset_files import DatasetFiles  # noqa: PLC0415
    from app.services.search_work import SearchWork  # noqa: PLC0415

    return SearchWork(DatasetFiles(settings))


def _dry_run(settings: Settings, database: Database) -> Work:
    from app.services.dataset_work import DryRunWork  # noqa: PLC0415

    return DryRunWork(settings, database)


def _import(settings: Settings, database: Database) -> Work:
    from app.services.dataset_work import ImportWork  # noqa: PLC0415

    return ImportWork(settings, database)
