from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import (
    ArtifactInvalid,
    LabelledTableLost,
    RecipeInvalid,
    RecipeNotFound,
    TableInvalid,
    TrainingBusy,
)
from app.models.artifact_store import ArtifactStore
from app.models.recipe import SHIPPED
from app.services import training_service
from app.services.training_service import TrainingService
from data.generators import mall

HEADER = "CustomerID,Gender,Age,Annual Income (k$),Spending Score (1-100)"


@pytest.fixture
def settings_with_table(settings: Settings) -> Settings:
    mall.write(settings.raw_dir / "mall_customers.csv")
    return settings


@pytest.fixture
def service(settings_with_table: Settings) -> TrainingService:
    return TrainingService(settings_with_table, null_draws=2, refits=2)


@pytest.fixture
def store(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.artifacts_dir, "mall")


def on_disk(store: ArtifactStore) -> set[str]:
    return (
        {path.name for path in store.folder.iterdir()} - {".training.lock"}
        if store.folder.is_dir()
        else set()
    )


class TestTrain:
    def test_a_version_is_stored_and_used(self, service: TrainingService, store: ArtifactStore) -> None:
        report = service.train("mall")
        assert (report.model_version, report.activated, report.k, report.seed) == ("mall/1", True, 5, 42)
        assert [segment.size for segment in report.segments] == [81, 39, 22, 35, 23]
        assert report.segments[0].centroid["annual_income"] == pytest.approx(55.1, abs=0.1)
        assert report.lineage.born == [0, 1, 2, 3, 4]
        assert store.pointer.version() == 1
        assert on_disk(store) == {"1", "ACTIVE", "HISTORY", "NEXT"}

    def test_the_labelled_table(self, service: TrainingService, settings: Settings) -> None:
        report = service.train("mall")
        path = settings.processed_dir / "mall_segments.csv"
        assert report.labelled_table == str(path)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 200
        assert {row["segment"] for row in rows} == {segment.name for segment in report.segments}

    def test_stored_but_not_used(
        self, service: TrainingService, store: ArtifactStore, settings: Settings
    ) -> None:
        report = service.train("mall", activate=False)
        assert (report.activated, report.labelled_table) == (False, None)
        assert on_disk(store) == {"1", "NEXT"}
        assert not settings.processed_dir.exists()

    @pytest.mark.slow
    def test_the_next_one_follows(self, service: TrainingService, store: ArtifactStore) -> None:
        service.train("mall")
        report = service.train("mall", segments=4, seed=7)
        assert (report.model_version, report.k, report.seed) == ("mall/2", 4, 7)
        assert report.lineage.previous == "mall/1"
        assert store.versions() == [1, 2]
        assert store.pointer.version() == 2

    def test_a_table_of_ones_own(self, service: TrainingService, tmp_path: Path) -> None:
        path = tmp_path / "own.csv"
        path.write_text(
            "score;income\n" + "".join(f"{x % 100 + 1};{x * 7 % 90}\n" for x in range(60)), encoding="utf-8"
        )
        report = service.train("mall", data=path, segments=3)
        assert (report.data.rows, report.data.title) == (60, "a table of mall customers")

    def test_a_users_recipe(self, service: TrainingService, settings: Settings) -> None:
        text = (SHIPPED / "mall.toml").read_text(encoding="utf-8").replace("VIP / Whale", "Our best")
        settings.recipes_dir.mkdir(parents=True)
        (settings.recipes_dir / "mall.toml").write_text(text, encoding="utf-8")
        assert [segment.name for segment in service.train("mall").segments][1] == "Our best"

    @pytest.mark.slow
    def test_who_moved_is_counted_while_both_tables_are_at_hand(
        self, service: TrainingService, store: ArtifactStore, settings: Settings
    ) -> None:
        service.train("mall")
        service.train("mall")
        assert json.loads(store.read(2)["moves.json"])["customers"] == 200
        labelled = settings.processed_dir / "mall_segments.csv"
        lines = labelled.read_text(encoding="utf-8").splitlines()
        for others in ("\n".join(lines[:-1]), "no table", None):  # another table, none that can be read, none
            labelled.unlink()
            if others is not None:
                labelled.write_text(others, encoding="utf-8")
            service.train("mall")
            assert "moves.json" not in store.read(store.pointer.version())

    @pytest.mark.slow
    def test_row_numbers_are_nobody(self, service: TrainingService, tmp_path: Path) -> None:
        path = tmp_path / "own.csv"
        rows = "".join(f"{x % 100 + 1};{x * 7 % 90}\n" for x in range(60))
        path.write_text("score;income\n" + rows, encoding="utf-8")
        assert service.train("mall", path, 3).data.has_ids is False
        assert service.train("mall").data.has_ids is True

    def test_progress_begins_with_the_table(self, service: TrainingService) -> None:
        told: list[str] = []
        service.train("mall", progress=lambda words, share: told.append(words))
        assert told[:2] == ["reading the table", "fitting"]

    @pytest.mark.slow
    def test_a_torn_version_does_not_cost_the_segments_their_ids(
        self, service: TrainingService, store: ArtifactStore
    ) -> None:
        service.train("mall")
        service.train("mall")
        (store.folder / "2" / "analysis.json").write_bytes(b"")
        report = service.train("mall")
        assert report.lineage.previous == "mall/1"
        assert report.lineage.kept == [0, 1, 2, 3, 4]

    def test_versions_that_were_never_used_are_followed_too(
        self, service: TrainingService, store: ArtifactStore
    ) -> None:
        service.train("mall", activate=False)
        assert service.train("mall", activate=False).lineage.previous == "mall/1"

    def test_no_sound_version_left_is_refused(self, service: TrainingService, store: ArtifactStore) -> None:
        service.train("mall")
        (store.folder / "1" / "model.json").write_bytes(b"")
        with pytest.raises(ArtifactInvalid, match="bring one back"):
            service.train("mall")


class TestRefusals:
    """Each leaves everything as it was."""

    @pytest.fixture
    def settings(self, trained: Settings) -> Settings:
        return trained

    def unchanged(self, store: ArtifactStore) -> None:
        assert store.pointer.version() == 1
        assert on_disk(store) == {"1", "ACTIVE", "HISTORY", "NEXT"}
        with store.training():
            assert store.numbering().version == 2

    @pytest.mark.parametrize("segments", [-1, 0, 1, 9, 10**6])
    def test_a_number_of_segments(
        self, service: TrainingService, store: ArtifactStore, segments: int
    ) -> None:
        with pytest.raises(TableInvalid, match="between 2 and 8"):
            service.train("mall", segments=segments)
        self.unchanged(store)

    @pytest.mark.parametrize("name", ["nothing", "../mall", ""])
    def test_a_recipe(self, service: TrainingService, store: ArtifactStore, name: str) -> None:
        with pytest.raises(RecipeNotFound):
            service.train(name)
        self.unchanged(store)

    def test_a_bad_recipe(self, service: TrainingService, store: ArtifactStore, settings: Settings) -> None:
        settings.recipes_dir.mkdir(parents=True)
        (settings.recipes_dir / "mall.toml").write_text("name = 1", encoding="utf-8")
        with pytest.raises(RecipeInvalid):
            service.train("mall")
        self.unchanged(store)

    @pytest.mark.parametrize(
        "content",
        ["", HEADER, f"{HEADER}\n1,F,20,many,50\n", "a,b\n1,2\n", f"{HEADER}\n" + "1,F,20,5,50\n" * 30],
        ids=["empty", "no rows", "text", "no columns", "all equal"],
    )
    def test_a_table(
        self, service: TrainingService, store: ArtifactStore, tmp_path: Path, content: str
    ) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(TableInvalid):
            service.train("mall", data=path)
        self.unchanged(store)

    def test_a_table_beyond_the_settings(self, settings_with_table: Settings, store: ArtifactStore) -> None:
        few = settings_with_table.model_copy(update={"max_import_rows": 100})
        with pytest.raises(TableInvalid, match="more than 100 rows"):
            TrainingService(few, 2, 2).train("mall")
        self.unchanged(store)

    def test_another_training(self, service: TrainingService, store: ArtifactStore) -> None:
        with store.training(), pytest.raises(TrainingBusy):
            service.train("mall")
        self.unchanged(store)

    def test_a_lost_count(self, service: TrainingService, store: ArtifactStore) -> None:
        count = (store.folder / "NEXT").read_bytes()
        (store.folder / "NEXT").write_bytes(b"{}")
        with pytest.raises(ArtifactInvalid, match="NEXT"):
            service.train("mall")
        (store.folder / "NEXT").write_bytes(count)
        self.unchanged(store)

    @pytest.mark.slow
    def test_no_room_for_the_labelled_table(
        self, service: TrainingService, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(training_service, "write_labelled_table", fail)
        with pytest.raises(LabelledTableLost, match="mall/2 is in use"):
            service.train("mall")
        assert store.pointer.version() == 2
        monkeypatch.undo()
        assert service.train("mall").lineage.previous == "mall/2"


def test_the_shipped_table_is_missing(settings: Settings) -> None:
    with pytest.raises(TableInvalid, match="does not exist"):
        TrainingService(settings).train("mall")
