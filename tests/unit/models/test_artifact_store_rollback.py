from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from app.core.errors import ArtifactInvalid, NothingBefore, VersionNotFound, VersionsBusy
from app.models import active_pointer
from app.models.artifact_store import ArtifactStore
from tests.unit.models.test_artifact_store import add, is_ended


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """Three versions, activated one after another."""
    store = ArtifactStore(tmp_path / "artifacts", "mall")
    for name in ("one", "two", "three"):
        add(store, name)
    return store


class TestActivate:
    def test_twice_is_once(self, store: ArtifactStore) -> None:
        status = store.pointer.path.stat()
        store.activate(3)
        assert store.pointer.history() == [1, 2, 3]
        assert store.pointer.path.stat().st_ino == status.st_ino

    def test_a_recipe_without_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(VersionNotFound):
            ArtifactStore(tmp_path / "nowhere", "mall").activate(1)
        assert not (tmp_path / "nowhere").exists()

    def test_somebody_else_is_at_it_and_does_not_end(
        self, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(active_pointer, "LONGEST_WAIT_SECONDS", 0.05)
        with FileLock(store.folder.parent / ".mall.pointer.lock"), pytest.raises(VersionsBusy):
            store.activate(1)
        assert store.pointer.version() == 3

    def test_no_training_is_waited_for(self, store: ArtifactStore) -> None:
        with store.training():
            store.activate(1)
        assert store.pointer.version() == 1

    def test_one_that_is_deleted_while_it_waits(self, store: ArtifactStore) -> None:
        found: list[str] = []

        def try_it() -> None:
            try:
                ArtifactStore(store.folder.parent, "mall").activate(1)
            except VersionNotFound as error:
                found.append(error.detail)

        with FileLock(store.folder.parent / ".mall.pointer.lock"):
            thread = threading.Thread(target=try_it)
            thread.start()
            (store.folder / "1").rename(store.folder / ".deleted-1")
        thread.join()
        assert found == ["there is no version mall/1"]
        assert store.pointer.version() == 3


class TestRollBack:
    def test_one_further_back_each_time(self, store: ArtifactStore) -> None:
        assert store.find_before() == 2
        assert [store.roll_back(), store.roll_back()] == [2, 1]
        assert (store.pointer.version(), store.pointer.history()) == (1, [1])
        assert store.find_before() is None
        with pytest.raises(NothingBefore, match="in use before mall/1 is known and still there"):
            store.roll_back()
        assert store.pointer.version() == 1

    def test_what_was_activated_by_hand_counts(self, store: ArtifactStore) -> None:
        store.activate(1)
        assert [store.roll_back(), store.roll_back()] == [3, 2]

    def test_on_from_where_it_went_back_to(self, store: ArtifactStore) -> None:
        store.roll_back()
        add(store, "four")
        assert [store.roll_back(), store.roll_back()] == [2, 1]

    def test_versions_that_are_gone_are_passed_over(self, store: ArtifactStore) -> None:
        with store.training():
            store.delete(2)
        assert store.roll_back() == 1

    def test_a_version_that_is_not_whole(self, store: ArtifactStore) -> None:
        (store.folder / "2" / "scaler.pkl").write_bytes(b"")
        with pytest.raises(ArtifactInvalid):
            store.roll_back()
        assert (store.pointer.version(), store.pointer.history()) == (3, [1, 2, 3])

    def test_a_request_that_comes_twice_goes_back_once(self, store: ArtifactStore) -> None:
        assert store.roll_back(leaving=3) == 2
        with pytest.raises(NothingBefore, match="mall/2 is in use by now, not mall/3"):
            store.roll_back(leaving=3)
        assert store.pointer.version() == 2

    @pytest.mark.parametrize("content", [None, b"", b"x"])
    def test_nobody_knows_what_is_in_use(self, store: ArtifactStore, content: bytes | None) -> None:
        store.pointer.path.unlink()
        if content is not None:
            store.pointer.path.write_bytes(content)
        assert (store.pointer.find(), store.find_before()) == (None, None)
        with pytest.raises(NothingBefore, match="no version of mall is in use"):
            store.roll_back()

    def test_a_history_that_is_gone(self, store: ArtifactStore) -> None:
        (store.folder / "HISTORY").unlink()
        with pytest.raises(NothingBefore):
            store.roll_back()

    def test_the_active_one_is_not_in_the_history(self, store: ArtifactStore) -> None:
        store.pointer.path.write_bytes(b"2\n")
        (store.folder / "HISTORY").write_bytes(b"1\n3\n")
        assert store.roll_back() == 3


@pytest.mark.parametrize("after", [False, True])
def test_a_crash(tmp_path: Path, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the disk did: the version in use is the one before or the one after, and going on works."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    for k in range(1, 200):
        store = ArtifactStore(tmp_path / str(k), "mall")
        for name in ("one", "two", "three"):
            add(store, name)
        if not is_ended(k, after, store.roll_back):
            break
        again = ArtifactStore(store.folder.parent, "mall")
        found = again.pointer.version()
        assert found in {2, 3}
        assert again.roll_back() == found - 1
    else:
        raise AssertionError("the work never ended")
    assert store.pointer.version() == 2
