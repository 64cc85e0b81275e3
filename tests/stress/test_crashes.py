"""A crash anywhere in writing, activating or deleting a version leaves a version that answers."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore

CALLS = ("open", "write", "fsync", "close", "replace", "rename", "mkdir", "unlink", "rmdir")
FEATURES = ("annual_income", "spending_score")
Operation = Callable[[ArtifactStore, dict[str, bytes]], None]


class Crash(BaseException):
    """The process ends here: nothing that comes later happens, not even in `finally`."""


class Disk:
    """Counts system calls and crashes at one of them, before it, after it or half through it."""

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.count, self.is_dead = at, how, 0, False

    def call(self, do: Callable[..., Any], *args: Any, **more: Any) -> Any:
        if self.is_dead:
            raise Crash
        self.count += 1
        if self.count != self.at:
            return do(*args, **more)
        self.is_dead = True
        if self.how == "after":
            do(*args, **more)
        raise Crash

    def write(self, file: Any, content: bytes) -> Any:
        if self.count + 1 == self.at and self.how == "half" and not self.is_dead:
            file.write(content[: len(content) // 2])
            file.flush()
        return self.call(file.write, content)


class WatchedFile:
    """A file whose writes and end are counted too."""

    def __init__(self, disk: Disk, file: Any) -> None:
        self._disk, self._file = disk, file

    def write(self, content: bytes) -> Any:
        return self._disk.write(self._file, content)

    def flush(self) -> None:
        self._disk.call(self._file.flush)

    def fileno(self) -> int:
        return int(self._file.fileno())

    def __enter__(self) -> WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextlib.contextmanager
def crashing(at: int, how: str) -> Iterator[Disk]:
    """Let the block crash at its nth system call; 0 counts them only."""
    disk = Disk(at, how)
    open_file, opened = io.open, contextlib.ExitStack()
    with pytest.MonkeyPatch.context() as patch:
        for name in set(CALLS) - {"write", "close"}:
            real = getattr(os, name)
            patch.setattr(os, name, lambda *args, _real=real, **more: disk.call(_real, *args, **more))

        def watched(path: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
            if "w" not in mode:
                return open_file(path, mode, *args, **more)
            return WatchedFile(
                disk, disk.call(lambda: opened.enter_context(open_file(path, mode, *args, **more)))
            )

        patch.setattr(io, "open", watched)
        with opened, contextlib.suppress(Crash):
            yield disk


def publish(store: ArtifactStore, files: dict[str, bytes]) -> None:
    store.publish(3, files, 20)


def activate(store: ArtifactStore, files: dict[str, bytes]) -> None:
    store.activate(2)


def delete(store: ArtifactStore, files: dict[str, bytes]) -> None:
    store.delete(2)


OPERATIONS: list[Operation] = [publish, activate, delete]


def count_calls(operation: Operation, folder: Path) -> int:
    store = ArtifactStore(folder, "mall")
    with crashing(0, "before") as disk:
        operation(store, store.read(1))
    return disk.count


def is_good(folder: Path, allowed: set[int]) -> bool:
    """Answer whether a server that starts now answers with one of these, each version listed being whole."""
    store = ArtifactStore(folder, "mall")
    active = ActiveModel(store, FEATURES)
    model = active.current()
    whole = [store.read(version) for version in store.versions()]
    return active.refusal is None and int(model.label.split("/")[1]) in allowed and bool(whole)


@pytest.mark.parametrize("how", ["before", "after", "half"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_crash_at_every_system_call(
    two_versions: Settings, tmp_path: Path, operation: Operation, how: str
) -> None:
    pristine = two_versions.artifacts_dir
    total = count_calls(operation, shutil.copytree(pristine, tmp_path / "counted"))
    assert total > 5
    for at in range(1, total + 1):
        folder = shutil.copytree(pristine, tmp_path / f"{at}")
        store = ArtifactStore(folder, "mall")
        with crashing(at, how) as disk:
            operation(store, store.read(1))
        assert disk.is_dead
        assert is_good(folder, {1, 2} if operation is activate else {1}), f"{operation.__name__} at {at}"
        recovers(store, operation)
    print(f"{operation.__name__}, {how}: {total} points, 0 unusable")


def recovers(store: ArtifactStore, operation: Operation) -> None:
    """The next run sweeps what was left, and the same can be done again."""
    files = store.read(1)
    with store.training():
        left = [
            path.name for path in store.folder.iterdir() if path.name.startswith((".staging-", ".deleted-"))
        ]
        assert left == []
        if operation is publish:
            version = store.numbering().version
            store.publish(version, files, 20)
            assert store.versions()[-1] == version
        elif operation is activate or 2 in store.versions():
            operation(store, files)
    assert not list(store.folder.glob(".*.tmp"))
