from __future__ import annotations

from app.core.config import Settings
from app.services.job_kinds import TRAINING, job_kinds
from app.services.training_work import TrainingWork


def test_each_kind_is_made_once(settings: Settings) -> None:
    kinds = job_kinds(settings)
    assert list(kinds) == [TRAINING]
    assert isinstance(kinds[TRAINING](), TrainingWork)
    assert kinds[TRAINING]() is kinds[TRAINING]()
