from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import RecipeNotFound, VersionActive, VersionNotFound
from app.models.artifact_store import ArtifactStore
from app.services.recipe_service import RecipeService
from app.services.training_service import TrainingService
from app.services.version_page_service import VersionPageService
from tests.conftest import settings_in


@pytest.fixture
def settings(two_versions: Settings, store: ArtifactStore) -> Settings:
    """Two versions, the second in use."""
    store.activate(2)
    return two_versions


@pytest.fixture
def service(settings: Settings) -> VersionPageService:
    return VersionPageService(RecipeService(settings), "mall")


class TestShow:
    def test_side_by_side(self, service: VersionPageService) -> None:
        page = service.show()
        assert [(v.model_version, v.is_active, v.is_rollback) for v in page.versions] == [
            ("mall/2", True, False),
            ("mall/1", False, True),
        ]
        assert ("Segments", "4, a given number") in page.versions[0].figures
        assert page.versions[0].lineage.startswith("After mall/1: 4 segments kept")
        assert page.versions[1].lineage == "The first: all 5 segments are new."
        assert page.versions[0].widest == max(s.share for s in page.versions[0].segments)

    def test_who_moved_into_the_newest(self, service: VersionPageService) -> None:
        moves = service.show().moves
        assert moves is not None
        assert (moves.from_version, moves.to_version, moves.is_joined) == ("mall/1", "mall/2", True)
        assert [segment.change for segment in moves.columns] == ["kept"] * 4
        assert [row.segment.change for row in moves.rows].count("retired") == 1
        counted = sum(cell.customers for row in moves.rows for cell in row.cells)
        assert counted == 200
        assert all(cell.note == "stayed" for row in moves.rows for cell in row.cells if cell.is_stay)
        assert moves.note.startswith("New in the table: 0; no longer in it: 0. Retired segments: ")

    def test_moves_that_are_not_known(self, service: VersionPageService) -> None:
        page = service.show(moves=1)
        assert page.moves is None
        assert page.moves_fault == (
            "Who moved into mall/1 is not known: mall/1 followed no other version, so nobody could move."
        )
        assert service.show(after=2).moves_fault is None

    def test_moves_without_ids(
        self, service: VersionPageService, settings: Settings, store: ArtifactStore
    ) -> None:
        (settings.processed_dir / "mall_segments.csv").unlink()
        TrainingService(settings, 2, 2).train("mall", segments=5)
        moves = service.show().moves
        assert moves is not None
        assert not moves.is_joined
        assert moves.note.startswith("The table that mall/2 was trained on is not at hand with ids")
        assert "New segments: " in moves.note

    def test_one_that_cannot_be_trusted(self, service: VersionPageService, store: ArtifactStore) -> None:
        (store.folder / "1" / "analysis.json").write_bytes(b"")
        torn = service.show().versions[1]
        assert "analysis.json of mall/1" in (torn.fault or "")
        assert (torn.figures, torn.segments, torn.verdict, torn.has_moves) == ([], [], "", False)

    @pytest.mark.parametrize(
        ("done", "message"),
        [
            (("activated", 2), "mall/2 is in use now."),
            (("rolled-back", 1), "Rolled back: mall/1 is in use now."),
            (("deleted", 7), "mall/7 is deleted. Its number will not be given again."),
            (("<b>", 1), None),
            (None, None),
        ],
    )
    def test_what_was_done(
        self, service: VersionPageService, done: tuple[str, int] | None, message: str | None
    ) -> None:
        assert service.show(done=done).message == message

    def test_what_was_refused(self, service: VersionPageService) -> None:
        page = service.show(fault=VersionActive("mall/2 is in use"))
        assert page.fault == "The model version is in use: mall/2 is in use."

    def test_nothing_is_trained(self, tmp_path: Path) -> None:
        page = VersionPageService(RecipeService(settings_in(tmp_path / "none")), "mall").show()
        assert (page.versions, page.moves, page.moves_fault) == ([], None, None)

    def test_no_such_recipe(self, service: VersionPageService) -> None:
        with pytest.raises(RecipeNotFound):
            service.show("nothing")


class TestAskToDelete:
    def test_one(self, service: VersionPageService) -> None:
        page = service.ask_to_delete("mall", 1)
        assert (page.title, page.version.is_active) == ("Delete mall/1?", False)

    def test_no_such_version(self, service: VersionPageService) -> None:
        with pytest.raises(VersionNotFound):
            service.ask_to_delete("mall", 7)
