"""Model versions on disk: immutable folders, and the pointer to one of them.

    <root>/<recipe>/ACTIVE      and HISTORY: see :mod:`app.models.active_pointer`
    <root>/<recipe>/NEXT        next version number and next segment id, never used twice
    <root>/<recipe>/<number>/   model.json, its hash, and the files that it names with their hashes

A version is staged, flushed and renamed into place; then ``NEXT`` and ``ACTIVE`` are replaced the same way.
A version that is deleted is renamed away before its files go. A crash anywhere leaves the last good version
in use and at most a hidden folder, swept at the next training.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from app.core.durable_files import flush_folder, replace_durably, write_durably
from app.core.errors import (
    ArtifactInvalid,
    NothingBefore,
    TrainingBusy,
    VersionActive,
    VersionNotFound,
    VersionsBusy,
)
from app.models.active_pointer import ACTIVE, HISTORY, ActivePointer
from app.models.model_document import MODEL, MODEL_HASH

NEXT, LOCK, STAGING, DELETED = "NEXT", ".training.lock", ".staging-", ".deleted-"
MOST_BYTES = 64 * 1024 * 1024
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Numbering:
    """The next version number and the next segment id of a recipe."""

    version: int = 1
    segment_id: int = 0


class ArtifactStore:
    """The versions of one recipe.

    Parameters
    ----------
    root : Path
        The artefact folder of all recipes.
    recipe : str
        The recipe's name, a folder below `root`.
    """

    def __init__(self, root: Path, recipe: str) -> None:
        self.folder = root / recipe
        self.recipe = recipe
        self.pointer = ActivePointer(self.folder)

    def versions(self) -> list[int]:
        """Return the version numbers on disk in order."""
        if not self.folder.is_dir():
            return []
        return sorted(
            int(path.name) for path in self.folder.iterdir() if _NUMBER.fullmatch(path.name) and path.is_dir()
        )

    def read(self, version: int) -> dict[str, bytes]:
        """Return a version's files, each one equal to its recorded hash.

        Raises
        ------
        VersionNotFound
            If there is no such version.
        ArtifactInvalid
            If a file is missing, too large, or not the one that was written.
        """
        folder = self.folder / str(version)
        if not folder.is_dir():
            raise VersionNotFound(f"there is no version {self.recipe}/{version}")
        model, recorded = self._bytes(folder, MODEL), self._bytes(folder, MODEL_HASH)
        if sha256(model) != recorded.decode("ascii", "replace").strip():
            raise ArtifactInvalid(f"{MODEL} of {self.recipe}/{version} is not the file that was written")
        files = {MODEL: model}
        for name, expected in self._named_files(model, version):
            files[name] = self._bytes(folder, name)
            if sha256(files[name]) != expected:
                raise ArtifactInvalid(f"{name} of {self.recipe}/{version} is not the file that was written")
        return files

    def numbering(self) -> Numbering:
        """Return the numbers that the next version may use, never one that was used before.

        Raises
        ------
        ArtifactInvalid
            If the file that counts them is torn, or gone while versions remain: a guess could repeat one.
        """
        newest = max(self.versions(), default=0)
        try:
            stored = _parse_numbering((self.folder / NEXT).read_bytes())
        except FileNotFoundError:
            if newest:
                raise ArtifactInvalid(f"the file {NEXT} of {self.recipe} is gone: put it back") from None
            stored = Numbering()
        except OSError as error:
            raise ArtifactInvalid(f"the file {NEXT} of {self.recipe} cannot be read") from error
        if stored is None:
            raise ArtifactInvalid(f"the file {NEXT} of {self.recipe} does not hold the next two numbers")
        return Numbering(max(stored.version, newest + 1), stored.segment_id)

    @contextmanager
    def training(self) -> Iterator[None]:
        """Hold the right to add a version; leftovers of a crashed training are swept.

        Raises
        ------
        TrainingBusy
            If another process holds it. The lock goes with its process, however that ends.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise TrainingBusy(f"another training of {self.recipe} is running; wait for it to end") from None
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def leftovers(self) -> list[Path]:
        """Return the folders of a training or a deletion that is under way, or crashed."""
        return [path for kind in (STAGING, DELETED) for path in self.folder.glob(f"{kind}*")]

    def publish(self, version: int, files: Mapping[str, bytes], next_segment_id: int) -> None:
        """Store a version durably, under a number that must be free. It is not yet active.

        `files` must hold ``model.json``, which names the others with their hashes.
        """
        staged = self.folder / f"{STAGING}{version}"
        staged.mkdir(mode=0o755)
        for name, content in files.items():
            write_durably(staged / name, content)
        write_durably(staged / MODEL_HASH, f"{sha256(files[MODEL])}\n".encode())
        flush_folder(staged)
        numbering = json.dumps({"version": version + 1, "segment_id": next_segment_id}) + "\n"
        replace_durably(self.folder / NEXT, numbering.encode())
        staged.rename(self.folder / str(version))
        flush_folder(self.folder)

    def activate(self, version: int) -> None:
        """Move the pointer to a version that is whole; if it stands there already, nothing changes.

        Raises
        ------
        VersionNotFound, ArtifactInvalid
            If it is not; the pointer then stays.
        VersionsBusy
            If another process moves it and does not end.
        """
        with self._moving(version):
            self.read(version)
            if self.pointer.find() != version:
                self.pointer.move(version, [*self.pointer.history(), version])

    def roll_back(self, leaving: int | None = None) -> int:
        """Move the pointer to the version that was in use before the active one, and return its number.

        What is left behind leaves ``HISTORY``, so that the next call goes one further back and not forth.

        Parameters
        ----------
        leaving : int or None
            The version that the caller takes for the active one; a call that comes twice moves once.

        Raises
        ------
        NothingBefore
            If no version before it is known and still there, or another one than `leaving` is active.
        ArtifactInvalid, VersionsBusy
            As `activate` does.
        """
        if self.pointer.find() is None:
            raise NothingBefore(f"no version of {self.recipe} is in use, so none was before it")
        with self._moving():
            active = self.pointer.version()
            if leaving not in (None, active):
                raise NothingBefore(f"{self.recipe}/{active} is in use by now, not {self.recipe}/{leaving}")
            history = self.pointer.history_before(active, self.versions())
            if not history:
                raise NothingBefore(
                    f"no version that was in use before {self.recipe}/{active} is known and still there"
                )
            self.read(history[-1])
            self.pointer.move(history[-1], history)
        return history[-1]

    def find_before(self) -> int | None:
        """Return the version that `roll_back` would go to, or None."""
        active = self.pointer.find()
        history = [] if active is None else self.pointer.history_before(active, self.versions())
        return history[-1] if history else None

    def delete(self, version: int) -> None:
        """Remove a version that is not in use; its number is not given again. Call it within `training()`.

        Raises
        ------
        VersionNotFound
            If there is no such version.
        VersionActive
            If it is the one in use.
        ArtifactInvalid
            If it cannot be told which one is in use.
        """
        with self._moving(version):
            if self.pointer.path.exists() and self.pointer.version() == version:
                raise VersionActive(f"{self.recipe}/{version} is in use: activate another version first")
            gone = self.folder / f"{DELETED}{version}"
            (self.folder / str(version)).rename(gone)
            flush_folder(self.folder)
        shutil.rmtree(gone)

    @contextmanager
    def _moving(self, version: int | None = None) -> Iterator[None]:
        """Hold the pointer while what it may move to is there, asked before waiting and again after it."""
        self._refuse_absent(version)
        with self.pointer.held():
            self._refuse_absent(version)
            yield

    def _refuse_absent(self, version: int | None) -> None:
        if version is not None and not (self.folder / str(version)).is_dir():
            raise VersionNotFound(f"there is no version {self.recipe}/{version}")

    def _sweep(self) -> None:
        for leftover in self.leftovers():
            shutil.rmtree(leftover, ignore_errors=True)
        self._sweep_staged(NEXT)
        if self._staged(ACTIVE, HISTORY):
            # whoever moves the pointer just now needs them; the next training sweeps what is left
            with suppress(VersionsBusy), self.pointer.held():
                self._sweep_staged(ACTIVE, HISTORY)

    def _sweep_staged(self, *names: str) -> None:
        for leftover in self._staged(*names):
            leftover.unlink(missing_ok=True)

    def _staged(self, *names: str) -> list[Path]:
        return [path for name in names for path in self.folder.glob(f".{name}.*.tmp")]

    def _bytes(self, folder: Path, name: str) -> bytes:
        path = folder / name
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ArtifactInvalid(f"{name} of {self.recipe}/{folder.name} is too large to be ours")
            return path.read_bytes()
        except OSError as error:
            raise ArtifactInvalid(
                f"{name} of {self.recipe}/{folder.name} is missing or cannot be read"
            ) from error

    def _named_files(self, model: bytes, version: int) -> list[tuple[str, str]]:
        try:
            named = json.loads(model)["files"].items()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ArtifactInvalid(f"{MODEL} of {self.recipe}/{version} does not name its files") from error
        if not all(_FILE_NAME.fullmatch(name) for name, _ in named):
            raise ArtifactInvalid(f"{MODEL} of {self.recipe}/{version} names a file outside its folder")
        return list(named)


def _parse_numbering(content: bytes) -> Numbering | None:
    """Return the stored numbers, or None where the file holds anything else."""
    try:
        found = json.loads(content)
        version, segment_id = found["version"], found["segment_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_whole = all(type(number) is int for number in (version, segment_id))
    return Numbering(version, segment_id) if is_whole and version > 0 and segment_id >= 0 else None


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
