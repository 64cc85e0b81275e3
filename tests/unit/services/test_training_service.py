"""Trainings as a story: a version, an alias that moves, a labelled table, ids that stay."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import RecipeNotFound, TableInvalid, TrainingBusy
from app.models.artifact_store import ArtifactStore
from app.services.training_service import TrainingService


def quick(settings: Settings) -> TrainingService:
    """A service whose evidence rests on few draws: these tests are about the rest."""
    return TrainingService(settings, null_draws=3, refits=5)


class TestTrain:
    def test_the_labelled_table_says_what_the_version_says(self, trained: Settings) -> None:
        told = quick(trained).train("mall")
        assert told.labelled_table is not None
        with Path(told.labelled_table).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        counted = [sum(row["segment"] == segment.name for row in rows) for segment in told.segments]
        assert counted == [segment.size for segment in told.segments]
        assert len(rows) == told.data.rows == 200

    def test_a_second_training_keeps_every_id(self, trained: Settings) -> None:
        told = quick(trained).train("mall", seed=7)
        assert told.model_version == "mall/2"
        assert (told.lineage.kept, told.lineage.born, told.lineage.retired) == ([0, 1, 2, 3, 4], [], [])

    def test_without_activation_nothing_that_is_served_changes(self, trained: Settings) -> None:
        told = quick(trained).train("mall", activate=False)
        assert (told.activated, told.labelled_table) == (False, None)
        store = ArtifactStore(trained.artifacts_dir, "mall")
        assert store.active_version() == 1
        assert store.versions() == [1, 2]

    def test_a_version_that_cannot_be_trusted_has_no_successor(self, trained: Settings) -> None:
        (trained.artifacts_dir / "mall" / "1" / "model.json").write_bytes(b"{}")
        told = quick(trained).train("mall")
        assert told.lineage.previous is None
        # ids are never used twice, not even those of a version that is lost
        assert told.lineage.born == [5, 6, 7, 8, 9]

    def test_progress_ends_at_the_whole(self, trained: Settings) -> None:
        told: list[tuple[str, float]] = []
        quick(trained).train("mall", progress=lambda words, share: told.append((words, share)))
        assert told[0] == ("reading the table", 0.0)
        assert told[-1] == ("trained", 1.0)


class TestRefusals:
    @pytest.mark.parametrize("segments", [1, 9])
    def test_a_number_of_segments_out_of_bounds(self, trained: Settings, segments: int) -> None:
        with pytest.raises(TableInvalid, match="between 2 and 8"):
            quick(trained).train("mall", segments=segments)

    def test_an_unknown_recipe(self, trained: Settings) -> None:
        with pytest.raises(RecipeNotFound):
            quick(trained).train("nobodys")

    def test_a_table_that_is_not_there_leaves_nothing_behind(self, settings: Settings) -> None:
        with pytest.raises(TableInvalid):
            quick(settings).train("mall")
        store = ArtifactStore(settings.artifacts_dir, "mall")
        assert store.versions() == []
        assert not list(store.folder.glob(".staging-*"))

    def test_two_trainings_at_once(self, trained: Settings) -> None:
        with ArtifactStore(trained.artifacts_dir, "mall").training(), pytest.raises(TrainingBusy):
            quick(trained).train("mall")
