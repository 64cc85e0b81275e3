"""Counts requests and their times: about a microsecond each, shared between workers by a file a second."""

from __future__ import annotations

import contextlib
import json
import os
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
EVERY_SECONDS = 1.0
# a worker that was silent for longer is gone; what it counted stays
SILENT_SECONDS = 5.0

# method, route template, status
Key = tuple[str, str, int]


@dataclass
class Counts:
    """Requests so far: by key their number, their seconds and how many fell into each bucket."""

    rows: dict[Key, list[float]] = field(default_factory=dict)
    in_flight: int = 0
    cpu_seconds: float = 0.0
    workers: int = 0

    def merge(self, other: Counts, *, is_alive: bool) -> None:
        """Add what another worker counted."""
        for key, row in other.rows.items():
            mine = self.rows.get(key, [0.0] * len(row))
            self.rows[key] = [a + b for a, b in zip(mine, row, strict=True)]
        self.cpu_seconds += other.cpu_seconds
        if is_alive:
            self.in_flight += other.in_flight
            self.workers += 1


class RequestMetrics:
    """One worker's counts, and through a folder those of all workers of its server.

    Parameters
    ----------
    folder : Path or None
        Where workers leave their counts; None where there is only one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._counts = Counts()
        # a process's number may be given again
        self._name = f"{os.getpid()}-{time.time_ns()}.json"

    def begin(self) -> None:
        """Count a request that is under way."""
        self._counts.in_flight += 1

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._counts.in_flight -= 1
        row = self._counts.rows.get((method, route, status))
        if row is None:
            row = self._counts.rows[method, route, status] = [0.0] * (3 + len(BUCKETS))
        row[0] += 1
        row[1] += seconds
        row[2 + bisect_left(BUCKETS, seconds)] += 1

    def write(self) -> None:
        """Leave this worker's counts for the others, if there are any; a disk that fails stops nothing."""
        if self.folder is None:
            return
        staged = self.folder / f".{self._name}"
        counts = self._own()
        state = [counts.in_flight, counts.cpu_seconds, [[*key, *row] for key, row in counts.rows.items()]]
        with contextlib.suppress(OSError):
            staged.write_text(json.dumps(state), encoding="utf-8")
            staged.replace(self.folder / self._name)

    def total(self) -> Counts:
        """Return the counts of all workers: the own ones of now, the others' of the last second.

        The own ones are left first, so that no later answer, of whichever worker, can be less.
        """
        total = Counts()
        if self.folder is None:
            total.merge(self._own(), is_alive=True)
            return total
        self.write()
        for path in self.folder.glob("[!.]*.json"):
            with contextlib.suppress(OSError, ValueError):
                is_alive = time.time() - path.stat().st_mtime < SILENT_SECONDS
                total.merge(_parse(path.read_bytes()), is_alive=is_alive)
        return total

    def _own(self) -> Counts:
        return Counts(self._counts.rows, self._counts.in_flight, time.process_time())


def _parse(content: bytes) -> Counts:
    in_flight, cpu_seconds, rows = json.loads(content)
    return Counts({(row[0], row[1], row[2]): row[3:] for row in rows}, in_flight, cpu_seconds)
