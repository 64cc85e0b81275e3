from __future__ import annotations

from typing import Any, cast

import pytest

from app.core.config import Settings
from app.core.errors import TrainingBusy
from app.models.artifact_store import ArtifactStore
from app.models.records.job import JobRecord
from app.services import training_work
from app.services.dataset_files import DatasetFiles
from app.services.training_service import TrainingService
from app.services.training_work import STAGES, TrainingWork

ASKED = {"recipe": "mall", "segments": 4, "seed": 1, "activate": True, "dataset_id": None}


def job(**changed: Any) -> JobRecord:
    return JobRecord(id="a-job", kind="training", payload=ASKED | changed)


def test_progress_goes_up_to_the_end(trained: Settings) -> None:
    told: list[tuple[float, str]] = []
    work = TrainingWork(TrainingService(trained, 5, 5), DatasetFiles(trained))
    outcome = work(job(), lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {words for _, words in told} >= STAGES.keys() - {"choosing the number of segments"}
    assert outcome.result["model_version"] == "mall/2"


def test_begun_again_it_makes_no_second_version(trained: Settings) -> None:
    work = TrainingWork(TrainingService(trained, 5, 5), DatasetFiles(trained))
    store = ArtifactStore(trained.artifacts_dir, "mall")
    labelled = trained.processed_dir / "mall_segments.csv"
    first = work(job(), lambda share, words: None).result
    rows = labelled.read_bytes()
    store.activate(1)
    labelled.unlink()
    assert work(job(), lambda share, words: None).result == first
    assert store.versions() == [1, 2]
    assert store.pointer.version() == 2
    assert labelled.read_bytes() == rows


def test_it_waits_for_a_training_by_hand(trained: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_work, "TURN_SECONDS", 0.01)

    class BusyTwice:
        times = 0

        def train(self, *_: Any, **__: Any) -> Any:
            self.times += 1
            if self.times < 3:
                raise TrainingBusy("another one")
            return TrainingService(trained, 5, 5).train("mall")

    told: list[str] = []
    outcome = TrainingWork(cast("TrainingService", BusyTwice()), DatasetFiles(trained))(
        job(), lambda share, words: told.append(words)
    )
    assert told == ["waiting for another training of this recipe"] * 2
    assert outcome.result["model_version"] == "mall/2"
