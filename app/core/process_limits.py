"""Bounds on what one piece of work may take of this process: time, processor, memory.

A thread looks a few times a second and sees nearly all of it. Work that never lets go of the interpreter's
lock silences every thread, so the kernel is told, too: its timers end the process a little later, and what is
allocated beyond the bound is refused.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

LOOK_SECONDS = 0.25
# how long after its bound a process goes at the latest
GRACE_SECONDS = 3.0
# the exit code of a process that went too far: whoever keeps it may start it again at once
OVER_LIMIT = 4


@dataclass(frozen=True)
class ProcessLimits:
    """What one piece of work may take.

    Attributes
    ----------
    wall_seconds, cpu_seconds : float
        Time on the clock, and of the processor over all threads.
    memory_bytes : int
        Memory of the whole process. Looked at on Linux only.
    """

    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int


class ProcessWatch:
    """Watches over this process while a block runs, and ends it once a bound is passed.

    Parameters
    ----------
    limits : ProcessLimits
    tell : callable
        Told which bound was passed, as words, just before the process ends; it has `GRACE_SECONDS`.
    """

    def __init__(self, limits: ProcessLimits, tell: Callable[[str], None]) -> None:
        self._limits = limits
        self._tell = tell
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="process-watch", daemon=True)
        self._kernel = _KernelLimits(limits)

    def __enter__(self) -> None:
        self._begun, self._cpu_begun = time.monotonic(), time.process_time()
        self._kernel.set()
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        self._kernel.take_back()

    def _look_on(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            passed = self._passed()
            if passed:
                self._kernel.end_soon()
                try:
                    self._tell(passed)
                finally:
                    end_process()
                return

    def _passed(self) -> str:
        limits = self._limits
        if time.monotonic() - self._begun > limits.wall_seconds:
            return f"{limits.wall_seconds:,.0f} seconds"
        if time.process_time() - self._cpu_begun > limits.cpu_seconds:
            return f"{limits.cpu_seconds:,.0f} seconds of the processor"
        if resident_bytes() > limits.memory_bytes:
            return f"{limits.memory_bytes:,} bytes of memory"
        return ""


def end_process() -> None:
    """End this process now, whatever its other threads do."""
    os._exit(OVER_LIMIT)


def resident_bytes() -> int:
    """Return the memory that this process holds, 0 where nobody tells."""
    return _pages(1)


def _pages(place: int) -> int:
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123 - often, and this is the quicker
        return int(told.read().split()[place]) * os.sysconf("SC_PAGE_SIZE")


class _KernelLimits:
    """What the kernel does by itself, where it can: it needs no lock of the interpreter's."""

    def __init__(self, limits: ProcessLimits) -> None:
        self._limits = limits
        self._before: dict[Any, tuple[float, float]] = {}
        self._data_before: tuple[int, int] | None = None

    def set(self) -> None:
        # a signal that nobody handles ends the process
        if hasattr(signal, "setitimer"):
            for timer, seconds in (
                (signal.ITIMER_REAL, self._limits.wall_seconds),
                (signal.ITIMER_PROF, self._limits.cpu_seconds),
            ):
                self._before[timer] = signal.setitimer(timer, seconds + GRACE_SECONDS)
        if sys.platform == "linux":
            import resource  # noqa: PLC0415 - not there on Windows

            self._data_before = resource.getrlimit(resource.RLIMIT_DATA)
            most, hard = _pages(5) + self._limits.memory_bytes, self._data_before[1]
            # of what is reserved and not only of what is used: so beyond what is reserved by now
            resource.setrlimit(
                resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
            )

    def end_soon(self) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def take_back(self) -> None:
        for timer, (seconds, interval) in self._before.items():
            signal.setitimer(timer, seconds, interval)
        if self._data_before is not None:
            import resource  # noqa: PLC0415 - not there on Windows

            resource.setrlimit(resource.RLIMIT_DATA, self._data_before)
