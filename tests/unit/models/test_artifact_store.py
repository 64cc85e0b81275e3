from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ArtifactInvalid, ModelUnavailable, TrainingBusy, VersionActive, VersionNotFound
from app.models import active_pointer
from app.models.artifact_store import ArtifactStore, Numbering, sha256


def version_of(name: str) -> dict[str, bytes]:
    """The files of a version; the store looks no deeper than their hashes."""
    files = {"analysis.json": f"analysis of {name}".encode() * 100, "scaler.pkl": name.encode()}
    hashes = {file: sha256(content) for file, content in files.items()}
    return files | {"model.json": json.dumps({"name": name, "files": hashes}).encode()}


def add(store: ArtifactStore, name: str, next_segment_id: int = 5) -> int:
    with store.training():
        number = store.numbering().version
        store.publish(number, version_of(name), next_segment_id)
        store.activate(number)
    return number


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts", "mall")


class TestPublish:
    def test_what_was_written_is_read(self, store: ArtifactStore) -> None:
        assert add(store, "first") == 1
        assert store.pointer.version() == 1
        assert store.read(1) == version_of("first")
        assert store.versions() == [1]
        recorded = (store.folder / "1" / "model.json.sha256").read_text()
        assert recorded == sha256(version_of("first")["model.json"]) + "\n"

    def test_it_is_not_active_by_itself(self, store: ArtifactStore) -> None:
        with store.training():
            store.publish(1, version_of("first"), 5)
        with pytest.raises(ModelUnavailable, match=r"run python train_model\.py"):
            store.pointer.version()

    def test_a_taken_number(self, store: ArtifactStore) -> None:
        add(store, "first")
        with store.training(), pytest.raises(OSError, match=r"not empty|exists"):
            store.publish(1, version_of("other"), 5)
        assert store.read(1) == version_of("first")

    def test_nothing_else_is_left(self, store: ArtifactStore) -> None:
        add(store, "first")
        names = {path.name for path in store.folder.iterdir()} - {".training.lock"}
        assert names == {"1", "ACTIVE", "HISTORY", "NEXT"}


class TestActivate:
    def test_forth_and_back(self, store: ArtifactStore) -> None:
        add(store, "first")
        add(store, "second")
        store.activate(1)
        assert store.pointer.version() == 1
        assert store.pointer.path.read_bytes() == b"1\n"
        store.activate(2)
        assert store.pointer.version() == 2

    def test_a_version_that_is_not_there(self, store: ArtifactStore) -> None:
        add(store, "first")
        with pytest.raises(VersionNotFound, match="there is no version mall/2"):
            store.activate(2)
        assert store.pointer.version() == 1

    def test_a_version_that_is_not_whole(self, store: ArtifactStore) -> None:
        add(store, "first")
        add(store, "second")
        store.activate(1)
        (store.folder / "2" / "scaler.pkl").write_bytes(b"")
        with pytest.raises(ArtifactInvalid, match=r"scaler\.pkl of mall/2"):
            store.activate(2)
        assert store.pointer.version() == 1


class TestDelete:
    def test_one_that_is_not_in_use(self, store: ArtifactStore) -> None:
        first, second = add(store, "one"), add(store, "two")
        store.delete(first)
        assert store.versions() == [second]
        assert store.pointer.version() == second
        assert store.numbering().version == second + 1
        assert [path.name for path in store.folder.iterdir() if path.name.startswith(".deleted")] == []

    def test_the_one_in_use(self, store: ArtifactStore) -> None:
        version = add(store, "one")
        with pytest.raises(VersionActive):
            store.delete(version)
        assert store.read(version) == version_of("one")

    def test_one_that_is_not_there(self, store: ArtifactStore) -> None:
        with pytest.raises(VersionNotFound):
            store.delete(7)

    def test_while_nobody_knows_what_is_in_use(self, store: ArtifactStore) -> None:
        version = add(store, "one")
        store.pointer.path.write_bytes(b"")
        with pytest.raises(ArtifactInvalid):
            store.delete(version)
        store.pointer.path.unlink()
        store.delete(version)
        assert store.versions() == []


class TestRead:
    def test_a_file_too_large_to_be_ours(self, store: ArtifactStore) -> None:
        add(store, "first")
        with (store.folder / "1" / "analysis.json").open("wb") as file:
            file.truncate(65 * 1024 * 1024)
        with pytest.raises(ArtifactInvalid, match="too large"):
            store.read(1)

    def test_a_symbolic_link_that_leads_elsewhere(self, store: ArtifactStore, tmp_path: Path) -> None:
        add(store, "first")
        (tmp_path / "secret").write_bytes(b"secret")
        (store.folder / "1" / "scaler.pkl").unlink()
        (store.folder / "1" / "scaler.pkl").symlink_to(tmp_path / "secret")
        with pytest.raises(ArtifactInvalid, match="not the file that was written"):
            store.read(1)

    def test_more_files_than_named_are_not_read(self, store: ArtifactStore) -> None:
        add(store, "first")
        (store.folder / "1" / "more.pkl").write_bytes(b"more")
        assert "more.pkl" not in store.read(1)


class TestVersions:
    def test_in_order_of_their_numbers(self, store: ArtifactStore) -> None:
        for name in ("10", "9", "01", "0", "٣", "x", ".staging-11", "1000000000"):
            (store.folder / name).mkdir(parents=True)
        (store.folder / "8").write_bytes(b"a file")
        assert store.versions() == [9, 10]

    def test_no_folder(self, store: ArtifactStore) -> None:
        assert store.versions() == []


class TestNumbering:
    def test_the_first(self, store: ArtifactStore) -> None:
        assert store.numbering() == Numbering(version=1, segment_id=0)

    def test_it_counts(self, store: ArtifactStore) -> None:
        add(store, "first", next_segment_id=5)
        assert store.numbering() == Numbering(version=2, segment_id=5)

    def test_a_deleted_version_keeps_its_number(self, store: ArtifactStore) -> None:
        for name in ("first", "second"):
            add(store, name)
        for file in (store.folder / "2").iterdir():
            file.unlink()
        (store.folder / "2").rmdir()
        assert store.numbering().version == 3

    def test_a_version_that_was_put_there_counts(self, store: ArtifactStore) -> None:
        add(store, "first")
        (store.folder / "7").mkdir()
        assert store.numbering().version == 8

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"7", b"[]", b"null", b"{}", b'{"version": 2}', b'{"version": "2", "segment_id": 5}',
            b'{"version": 2.5, "segment_id": 5}', b'{"version": true, "segment_id": 5}', b"\xff",
            b'{"version": 0, "segment_id": 5}', b'{"version": 2, "segment_id": -1}', b"[" * 100_000,
        ],
        ids=range(13),
    )  # fmt: skip
    def test_a_torn_file(self, store: ArtifactStore, content: bytes) -> None:
        add(store, "first")
        (store.folder / "NEXT").write_bytes(content)
        with pytest.raises(ArtifactInvalid, match="NEXT of mall"):
            store.numbering()

    def test_a_file_that_is_gone_is_not_guessed(self, store: ArtifactStore) -> None:
        add(store, "first")
        (store.folder / "NEXT").unlink()
        with pytest.raises(ArtifactInvalid, match="NEXT of mall is gone"):
            store.numbering()

    def test_a_folder_in_its_place(self, store: ArtifactStore) -> None:
        (store.folder / "NEXT").mkdir(parents=True)
        with pytest.raises(ArtifactInvalid, match="cannot be read"):
            store.numbering()


class TestTraining:
    def test_a_second_one_waits_its_turn(self, store: ArtifactStore) -> None:
        other = ArtifactStore(store.folder.parent, "mall")
        found: list[object] = []

        def try_it() -> None:
            try:
                with other.training():
                    found.append("both")
            except TrainingBusy as error:
                found.append(error.detail)

        with store.training():
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()
        assert found == ["another training of mall is running; wait for it to end"]
        with other.training():
            pass

    def test_another_recipe_does_not_wait(self, store: ArtifactStore) -> None:
        with store.training(), ArtifactStore(store.folder.parent, "retail").training():
            pass

    def test_the_lock_goes_with_its_process(self, store: ArtifactStore, repository: Path) -> None:
        code = (
            "import os, sys, pathlib; from app.models.artifact_store import ArtifactStore\n"
            "with ArtifactStore(pathlib.Path(sys.argv[1]), 'mall').training(): os._exit(9)"
        )
        command = [sys.executable, "-c", code, str(store.folder.parent)]
        assert subprocess.run(command, cwd=repository, check=False).returncode == 9
        with store.training():
            pass

    def test_leftovers_are_swept(self, store: ArtifactStore) -> None:
        add(store, "first")
        for number in range(50):
            (store.folder / f".staging-{number}" / "deep").mkdir(parents=True)
        for name in (".ACTIVE.1.tmp", ".NEXT.99.tmp"):
            (store.folder / name).write_bytes(b"half")
        (store.folder / ".keep").write_bytes(b"")
        with store.training():
            names = {path.name for path in store.folder.iterdir()} - {".training.lock"}
        assert names == {"1", "ACTIVE", "HISTORY", "NEXT", ".keep"}

    def test_what_somebody_moves_the_pointer_with_is_not_swept(
        self, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(active_pointer, "LONGEST_WAIT_SECONDS", 0.1)
        add(store, "first")
        staged = store.folder / ".ACTIVE.7.tmp"
        staged.write_bytes(b"1\n")
        with store.pointer.held():
            another = ArtifactStore(store.folder.parent, "mall")
            with another.training():
                assert staged.exists()
        with store.training():
            assert not staged.exists()


class PowerLoss(BaseException):
    """Stands for the end of the process at any call to the system."""


class Crash:
    """Ends the process before or after its k-th call that changes the disk; nothing is tidied up after."""

    CALLS = ((os, "fsync"), (Path, "mkdir"), (Path, "rename"), (Path, "replace"), (Path, "open"))

    def __init__(self, monkeypatch: pytest.MonkeyPatch, k: int, *, after: bool) -> None:
        self._k, self._after = k, after
        self.count = 0
        self.is_over = False
        for owner, name in self.CALLS:
            monkeypatch.setattr(owner, name, self._wrap(getattr(owner, name)))
        monkeypatch.setattr(Path, "unlink", self._wrap(Path.unlink, counts=False))

    def _wrap(self, call: Callable[..., Any], *, counts: bool = True) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            if self.is_over:
                raise PowerLoss
            self.count += counts
            ends = counts and self.count == self._k
            if ends and not self._after:
                self.is_over = True
                raise PowerLoss
            result = call(*args, **options)
            if ends:
                self.is_over = True
                if hasattr(result, "close"):
                    result.close()
                raise PowerLoss
            return result

        return wrapped


def is_ended(k: int, after: bool, work: Callable[[], object]) -> bool:
    """Do the work under a crash at its k-th call; answer whether it came that far."""
    with pytest.MonkeyPatch.context() as patch:
        crash = Crash(patch, k, after=after)
        try:
            work()
        except PowerLoss:
            assert crash.is_over
            return True
    assert k > 5  # the calls were counted at all
    return False


@pytest.mark.parametrize("after", [False, True])
class TestACrash:
    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is flushed cannot be told from what is not while the power is on."""
        monkeypatch.setattr(os, "fsync", lambda handle: None)

    def test_while_a_version_is_added(self, tmp_path: Path, after: bool) -> None:
        for k in range(1, 200):
            store = ArtifactStore(tmp_path / str(k), "mall")
            add(store, "old")
            if not is_ended(k, after, partial(add, store, "new")):
                break
            self.is_whole(store)
            assert add(ArtifactStore(store.folder.parent, "mall"), "new") in {2, 3}
            assert store.read(store.pointer.version()) == version_of("new")
            names = {path.name for path in store.folder.iterdir()} - {".training.lock"}
            assert names <= {"1", "2", "3", "ACTIVE", "HISTORY", "NEXT"}
        else:
            raise AssertionError("the work never ended")

    def test_while_the_pointer_moves(self, store: ArtifactStore, after: bool) -> None:
        add(store, "old")
        add(store, "new")
        store.activate(1)
        for k in range(1, 200):
            if not is_ended(k, after, partial(store.activate, 2)):
                break
            self.is_whole(store)
            store.activate(1)
        assert store.pointer.version() == 2

    @staticmethod
    def is_whole(store: ArtifactStore) -> None:
        """The version in use is the old or the new one, and every version that can be seen is whole."""
        contents = [version_of("old"), version_of("new")]
        assert store.read(store.pointer.version()) in contents
        for version in store.versions():
            assert store.read(version) in contents
