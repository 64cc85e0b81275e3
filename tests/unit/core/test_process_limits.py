from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from app.core import process_limits
from app.core.process_limits import OVER_LIMIT, ProcessLimits, ProcessWatch, resident_bytes

AMPLE = ProcessLimits(3_600.0, 3_600.0, 2**40)
PATIENCE_SECONDS = 60.0
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is looked at on Linux only")
HOLDING = """
import re
from app.core import process_limits
process_limits.GRACE_SECONDS = 0.1
with process_limits.ProcessWatch(process_limits.ProcessLimits({limits}), print):
    re.match("(a+)+$", "a" * 1_000 + "b")
"""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the process would have ended."""
    event = threading.Event()
    monkeypatch.setattr(process_limits, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(process_limits, "GRACE_SECONDS", 600.0)
    monkeypatch.setattr(process_limits, "end_process", event.set)
    return event


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ProcessLimits(0.05, 3_600.0, 2**40), "0 seconds"),
        (ProcessLimits(3_600.0, 0.05, 2**40), "0 seconds of the processor"),
        pytest.param(ProcessLimits(3_600.0, 3_600.0, 1_024), "1,024 bytes of memory", marks=only_linux),
    ],
)
def test_it_tells_what_was_passed_then_ends(
    ended: threading.Event, limits: ProcessLimits, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_limits, "_pages", lambda place: 2**20 if place == 1 else 2**50)
    told: list[str] = []
    with ProcessWatch(limits, told.append):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not ended.is_set() and time.monotonic() < deadline:
            pass
    assert told == [words]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_ends_also_if_nobody_can_be_told(ended: threading.Event) -> None:
    def fail(words: str) -> None:
        raise OSError

    with ProcessWatch(ProcessLimits(0.0, 3_600.0, 2**40), fail):
        assert ended.wait(PATIENCE_SECONDS)


def test_within_its_bounds_nothing_happens(ended: threading.Event) -> None:
    with ProcessWatch(AMPLE, pytest.fail):
        time.sleep(0.05)
    assert not ended.is_set()
    assert "process-watch" not in [thread.name for thread in threading.enumerate()]


@only_linux
def test_everything_is_as_before_afterwards(ended: threading.Event) -> None:
    import resource  # noqa: PLC0415 - not there on Windows

    before = signal.getitimer(signal.ITIMER_PROF), resource.getrlimit(resource.RLIMIT_DATA)
    with ProcessWatch(AMPLE, print):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 3_600.0
        assert resource.getrlimit(resource.RLIMIT_DATA) != before[1]
    assert (signal.getitimer(signal.ITIMER_PROF), resource.getrlimit(resource.RLIMIT_DATA)) == before


@only_linux
@pytest.mark.parametrize(
    ("limits", "code"), [("0.2, 60, 2**40", -signal.SIGALRM), ("60, 0.2, 2**40", -signal.SIGPROF)]
)
def test_the_kernel_ends_what_lets_no_thread_run(limits: str, code: int) -> None:
    command = [sys.executable, "-c", HOLDING.format(limits=limits)]
    assert subprocess.run(command, timeout=PATIENCE_SECONDS, check=False).returncode == code


@only_linux
def test_memory_is_measured() -> None:
    assert 2**20 < resident_bytes() < 2**40


def test_elsewhere_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert resident_bytes() == 0


def test_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    process_limits.end_process()
    assert codes == [OVER_LIMIT]
