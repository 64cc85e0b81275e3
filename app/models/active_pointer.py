"""Which version of a recipe is in use, and which were before it.

    <recipe>/ACTIVE      one line: the version in use
    <recipe>/HISTORY     one line an activation that was not rolled back: what may be fallen back to

A crash between the two files leaves ``HISTORY`` a line ahead or behind; both read alike.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.core.durable_files import replace_durably
from app.core.errors import ArtifactInvalid, ModelUnavailable, VersionsBusy

ACTIVE, HISTORY = "ACTIVE", "HISTORY"
MOST_REMEMBERED = 100
LONGEST_WAIT_SECONDS = 10.0
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class ActivePointer:
    """The pointer of one recipe.

    Parameters
    ----------
    folder : Path
        The recipe's folder, by its name.

    Attributes
    ----------
    path : Path
        The file that says which version is in use; serving looks at its status once a request.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recipe = folder.name
        self.path = folder / ACTIVE

    def version(self) -> int:
        """Return the active version's number.

        Raises
        ------
        ModelUnavailable
            If nothing was activated yet.
        ArtifactInvalid
            If the pointer is not one line with one number.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            raise ModelUnavailable(
                f"no version of {self._recipe} is active: run python train_model.py"
            ) from None
        except OSError as error:
            raise ArtifactInvalid(f"the pointer {ACTIVE} of {self._recipe} cannot be read") from error
        line = text.strip()
        if not _NUMBER.fullmatch(line.decode("ascii", "replace")) or text.count(b"\n") > 1:
            raise ArtifactInvalid(
                f"the pointer {ACTIVE} of {self._recipe} is not one line with a version number"
            )
        return int(line)

    def find(self) -> int | None:
        """Return the active version's number, or None where that cannot be told."""
        try:
            return self.version()
        except ModelUnavailable:
            return None

    def history(self) -> list[int]:
        """Return the versions that were ever in use, the latest last; what cannot be read is left out."""
        try:
            lines = (self._folder / HISTORY).read_bytes().splitlines()
        except OSError:
            return []
        return [int(line) for line in lines if line.isdigit() and len(line) < 10]

    def history_before(self, active: int, stored: Collection[int]) -> list[int]:
        """Return the activations before the active one's, as far as the last that is still stored."""
        history = self.history()
        if active in history:
            history = history[: len(history) - 1 - history[::-1].index(active)]
        there = set(stored) - {active}
        while history and history[-1] not in there:
            history.pop()
        return history

    def move(self, version: int, history: list[int]) -> None:
        """Point to a version, and remember these activations. Call it within `held()`."""
        kept = "".join(f"{number}\n" for number in history[-MOST_REMEMBERED:])
        replace_durably(self._folder / HISTORY, kept.encode())
        replace_durably(self.path, f"{version}\n".encode())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the right to move the pointer, for milliseconds; no training is waited for.

        The lock lies beside the recipe's folder, which holds what is backed up and nothing else.

        Raises
        ------
        VersionsBusy
            If another process holds it and does not end.
        """
        lock = FileLock(self._folder.parent / f".{self._recipe}.pointer.lock")
        try:
            lock.acquire(timeout=LONGEST_WAIT_SECONDS)
        except Timeout:
            raise VersionsBusy(f"the versions of {self._recipe} are being changed; try again") from None
        try:
            yield
        finally:
            lock.release()
