"""Turns among those who write to one SQLite file: who comes first writes first.

SQLite lets one write at a time, and who waits for it tries again after pauses that grow, so that newcomers
are served before those who wait longest. Here the writers of all threads and processes stand in one queue
before they try: the kernel's, of an advisory lock on an empty file beside the database. The kernel also gives
back the turn of a process that dies.

The turn is for fairness alone; SQLite's own locks guard the data. So where there is no such lock (on Windows,
in a folder that cannot be written) writers go on as SQLite has them.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

# of the threads that stand in the kernel's queue for this process; who comes later waits for one of them
MOST_KEEPERS = 16


class WriteTurns:
    """The turns of this process's threads, in one queue with those of the other processes.

    The kernel lets nobody leave its queue before his turn. So threads of ours stand there for the writers,
    who can then be told that it takes too long.

    Parameters
    ----------
    path : Path
        The file whose lock is the turn. It is made when it is missing, and stays empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._places: deque[tuple[int, Future[None]]] = deque()
        self._keepers = 0

    @contextmanager
    def turn(self, patience: float, late: Exception) -> Iterator[None]:
        """Have a turn for the block, or raise `late` if it does not come within so many seconds."""
        try:
            turn = self.take(patience)
        except TimeoutError:
            raise late from None
        try:
            yield
        finally:
            self.leave(turn)

    def take(self, patience: float) -> int | None:
        """Wait for a turn, at most so many seconds; return what to give to `leave`.

        Raises
        ------
        TimeoutError
            If it did not come. Who has a turn gets no second one before he leaves.
        """
        if sys.platform == "win32":
            return None
        try:
            turn = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            return None
        if _lock(turn, wait=False):
            return turn
        comes: Future[None] = Future()
        self._stand(turn, comes)
        try:
            comes.result(patience)
        except BaseException:
            if not comes.cancel():  # it came this very moment; else its keeper closes it
                self.leave(turn)
            raise
        return turn

    def leave(self, turn: int | None) -> None:
        """Let the next one write."""
        if turn is not None:
            _unlock(turn)
            os.close(turn)

    def _stand(self, turn: int, comes: Future[None]) -> None:
        with self._lock:
            if self._keepers < MOST_KEEPERS:
                threading.Thread(target=self._keep, name="write-turn", daemon=True).start()
                self._keepers += 1
            self._places.append((turn, comes))

    def _keep(self) -> None:
        """Stand in the kernel's queue for one writer after another, until none of this process waits."""
        while True:
            with self._lock:
                if not self._places:
                    self._keepers -= 1
                    return
                turn, comes = self._places.popleft()
            if not comes.cancelled():
                _lock(turn, wait=True)
            if comes.set_running_or_notify_cancel():
                comes.set_result(None)
            else:
                os.close(turn)


def _lock(turn: int, *, wait: bool) -> bool:
    """Answer whether the lock need not be waited for: it is ours, or there is no such lock here."""
    try:
        if sys.platform != "win32":
            fcntl.flock(turn, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _unlock(turn: int) -> None:
    # closing alone would leave it to a child that was forked meanwhile
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(turn, fcntl.LOCK_UN)
