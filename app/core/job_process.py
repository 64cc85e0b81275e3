"""The process that does the long work, kept beside a web process so that serving never waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from app.core.process_limits import OVER_LIMIT

COMMAND = (sys.executable, "-m", "app.cli.worker", "--beside")
LOCK = "worker.lock"
# touched by every worker that lives, and taken away by one that ends because there is nothing to do
BEAT = "worker.beat"
PROJECT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 2.0
# exit code of a worker that found another one at work
TAKEN = 3
# a beat so old is a worker's that was stopped, or lost with its machine: its job may wait for somebody
LEFT_SECONDS = 15.0
# how long the process may stay away: it also tidies
REST_SECONDS = 6 * 3600.0
# how long one that cannot work is left alone: its database is away, or of a newer release
REFUSED_SECONDS = 20.0
STOP_SECONDS = 5.0

log = structlog.get_logger("clientele.jobs")


class JobProcess:
    """Keeps `python -m app.cli.worker` alive while there may be work.

    One such process works for all web processes over one data folder: it holds the lock there. A web process
    whose lock is free, because nobody works or the one who did is gone, starts its own. That one ends when
    its standard input does, so with the web process at the latest, and with status 0 after a time without
    work. After a rest it is started again, for there is something to tidy now and then. One that was killed,
    or ended itself with a job that took too much, is started again at once, one that refused to work after a
    while. The web processes may be those of several servers, also on other machines that share the folder:
    what the last beat tells is how one learns that another's worker went in the middle of something.

    Parameters
    ----------
    folder : Path
        The data folder.
    environment : mapping of str to str
        Settings for the process, over this one's own environment.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], command: tuple[str, ...] = COMMAND
    ) -> None:
        self._path = folder / LOCK
        self._beat = folder / BEAT
        self._environment = {**os.environ, **environment}
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._is_wanted = False
        self._rests_since = time.monotonic()
        self._not_before = float("-inf")
        self._is_over = threading.Event()

    def wake(self) -> None:
        """Tell the process that there is work; start it unless somebody's works."""
        with self._lock:
            if self._is_over.is_set():
                return
            self._is_wanted = True
            self._see_to_it()
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="job-process", daemon=True)
                self._watcher.start()

    def stop(self) -> None:
        """End the process: it gives its job back, or is killed after a while."""
        self._is_over.set()
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        _hang_up(process)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            with self._lock:
                if not self._is_over.is_set():
                    is_rested = time.monotonic() - self._rests_since >= REST_SECONDS
                    self._is_wanted = self._is_wanted or is_rested or self._was_left()
                    self._see_to_it(knock=False)

    def _see_to_it(self, *, knock: bool = True) -> None:
        if self._process is not None and (status := self._process.poll()) is not None:
            _hang_up(self._process)
            self._process = None
            if status == 0 and not knock:
                self._is_wanted = False
                self._rests_since = time.monotonic()
            elif status not in (0, TAKEN):
                log.warning("job_process_ended", detail=f"status {status}")
            if status > 0 and status not in (OVER_LIMIT, TAKEN):  # a signal's is negative
                self._not_before = time.monotonic() + REFUSED_SECONDS
        may_start = self._is_wanted and time.monotonic() >= self._not_before
        if self._process is None and may_start and self._is_free():
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self._command, stdin=subprocess.PIPE, env=self._environment, cwd=PROJECT
            )
        if self._process is not None and knock:
            assert self._process.stdin is not None  # noqa: S101 - it was asked for
            with suppress(OSError):  # it died this moment; the next look sees it
                self._process.stdin.write(b"\n")
                self._process.stdin.flush()

    def _was_left(self) -> bool:
        try:
            return self._process is None and time.time() - self._beat.stat().st_mtime >= LEFT_SECONDS
        except OSError:  # nobody beats
            return False

    def _is_free(self) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path, timeout=0):
                return True
        except Timeout:
            return False


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with suppress(OSError):  # what it was still to hear can no longer be said
        process.stdin.close()
