from __future__ import annotations

import errno
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import MovesUnknown, VersionNotFound, VersionsDiffer, VersionsReadOnly
from app.models import active_pointer
from app.models.artifact_store import ArtifactStore
from app.models.recipe import get_recipe
from app.services.recipe_service import RecipeService
from app.services.training_service import TrainingService
from app.services.version_service import VersionService
from tests.conftest import settings_in


@pytest.fixture(scope="module")
def three_versions(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three versions on the same table, of 5, 4 and 5 segments, each activated."""
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    for k in (4, 5):
        TrainingService(settings_in(folder), 2, 2).train("mall", segments=k)
    return folder


@pytest.fixture
def settings(three_versions: Path, tmp_path: Path) -> Settings:
    shutil.copytree(three_versions, tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)


@pytest.fixture
def store(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.artifacts_dir, "mall")


@pytest.fixture
def service(settings: Settings) -> VersionService:
    return RecipeService(settings).get_services("mall").versions


class TestLooking:
    @pytest.mark.slow
    def test_page_by_page(self, service: VersionService) -> None:
        first = service.list_versions(2)
        assert ([v.version for v in first.versions], first.next_cursor) == ([3, 2], 2)
        rest = service.list_versions(2, after=2)
        assert ([v.version for v in rest.versions], rest.next_cursor) == ([1], None)
        assert (first.active, first.rollback_to) == (3, 2)

    def test_one(self, service: VersionService) -> None:
        found = service.get_version(2)
        assert (found.model_version, found.is_active, found.model.k) == ("mall/2", False, 4)
        assert "moves.json" in found.files

    def test_one_that_cannot_be_trusted(self, service: VersionService, store: ArtifactStore) -> None:
        (store.folder / "2" / "model.json").write_bytes(b"{}")
        summary = service.get_summary(2)
        assert summary.card is None
        assert "model.json of mall/2" in (summary.fault or "")

    def test_one_that_is_not_there(self, service: VersionService) -> None:
        with pytest.raises(VersionNotFound):
            service.get_summary(9)


class TestChanging:
    def test_forth_and_back(self, service: VersionService, store: ArtifactStore) -> None:
        assert service.activate(1).is_active
        assert service.roll_back().version == 3
        assert store.pointer.version() == 3

    def test_delete(self, service: VersionService, store: ArtifactStore) -> None:
        service.delete_version(1)
        assert store.versions() == [2, 3]
        with pytest.raises(VersionNotFound):
            service.delete_version(1)

    def test_a_recipe_that_measures_other_things_by_now(
        self, service: VersionService, store: ArtifactStore
    ) -> None:
        recipe = get_recipe("mall")
        other = recipe.model_copy(update={"features": recipe.features[:1]})
        other.__dict__.pop("feature_names")
        changed = VersionService(
            other, store, service._describe, service._describe_exceptional, service._edits
        )
        with pytest.raises(VersionsDiffer, match="train again"):
            changed.activate(1)
        with pytest.raises(VersionsDiffer, match="mall/2 was trained on other features"):
            changed.roll_back()
        assert store.pointer.version() == 3

    @pytest.mark.parametrize(
        ("number", "expected"),
        [(errno.EROFS, VersionsReadOnly), (errno.EACCES, VersionsReadOnly), (errno.ENOSPC, OSError)],
    )
    def test_a_folder_that_takes_nothing(
        self, service: VersionService, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(number, "no")

        monkeypatch.setattr(active_pointer, "replace_durably", refuse)
        with pytest.raises(expected):
            service.activate(1)


class TestDownload:
    def test_piece_by_piece(self, service: VersionService) -> None:
        download = service.download(2)
        pieces = list(download.pieces)
        assert len(pieces) > 5
        with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
            assert archive.testzip() is None
            assert "SHA256SUMS" in archive.namelist()


class TestCurves:
    def test_the_file_that_was_written(self, service: VersionService, store: ArtifactStore) -> None:
        download = service.draw_curves(2)
        assert download.name == "mall-2-curves.svg"
        assert b"".join(download.pieces) == store.read(2)["curves.svg"]

    def test_a_version_of_before_is_drawn_anew(
        self, service: VersionService, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = store.read(2)
        drawn = files.pop("curves.svg")
        monkeypatch.setattr(store.__class__, "read", lambda *_: files)
        assert b"".join(service.draw_curves(2).pieces) == drawn


class TestMoves:
    def test_from_the_one_before(self, service: VersionService) -> None:
        assert (service.get_moves(3).from_version, service.get_moves(3).basis) == ("mall/2", "joined")
        assert service.get_moves(3, 2) == service.get_moves(3)

    def test_from_any_other(self, service: VersionService) -> None:
        found = service.get_moves(3, 1)
        assert (found.from_version, found.basis, found.moved) == ("mall/1", "newer_table", found.by_model)

    def test_what_was_counted_outlives_the_older_version(self, service: VersionService) -> None:
        service.delete_version(2)
        assert service.get_moves(3).from_version == "mall/2"

    def test_the_first(self, service: VersionService) -> None:
        with pytest.raises(MovesUnknown, match="mall/1 followed no other version"):
            service.get_moves(1)

    @pytest.mark.slow
    def test_without_the_counts_the_models_are_compared(
        self, service: VersionService, settings: Settings
    ) -> None:
        # another training's labelled table has the older version's place
        table = settings.raw_dir / "mall_customers.csv"
        changed = settings.raw_dir / "changed.csv"
        changed.write_text("\n".join(table.read_text(encoding="utf-8").splitlines()[:150]), encoding="utf-8")
        training = TrainingService(settings, 2, 2)
        training.train("mall", changed)
        service.activate(3)
        training.train("mall", changed)
        found = service.get_moves(5)
        assert (found.from_version, found.basis) == ("mall/3", "newer_table")
        assert found.customers == 149


class TestExceptional:
    @pytest.fixture
    def service(self, shoppers_once: Path) -> VersionService:
        return RecipeService(settings_in(shoppers_once)).get_services("lifestyle").versions

    def test_stand_beside_the_segments_with_their_size(self, service: VersionService) -> None:
        card = service.get_summary(1).card
        assert card is not None
        assert card.exceptional is not None
        assert (card.exceptional.name, card.exceptional.size) == ("Exceptional", 12)
        sizes = [segment.size for segment in card.segments]
        assert sum(sizes) + card.exceptional.size == card.data.rows == 1000
        assert service.get_version(1).exceptional == card.exceptional

    def test_versions_without_them_do_not_name_them(self, three_versions: Path) -> None:
        plain = RecipeService(settings_in(three_versions)).get_services("mall").versions
        assert "exceptional" not in plain.get_version(1).model_dump()
