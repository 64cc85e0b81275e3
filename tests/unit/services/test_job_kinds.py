from __future__ import annotations

from app.core.config import Settings
from app.core.database import Database
from app.services.dataset_work import DryRunWork, ImportWork
from app.services.job_kinds import DRY_RUN, IMPORT, SEARCH, TRAINING, job_kinds
from app.services.search_work import SearchWork
from app.services.training_work import TrainingWork


def test_each_kind_is_made_once(settings: Settings) -> None:
    kinds = job_kinds(settings, Database.of(settings))
    made = {TRAINING: TrainingWork, SEARCH: SearchWork, DRY_RUN: DryRunWork, IMPORT: ImportWork}
    assert kinds.keys() == made.keys()
    for kind, work in made.items():
        assert isinstance(kinds[kind](), work)
        assert kinds[kind]() is kinds[kind]()
