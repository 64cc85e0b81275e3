"""A worker whose trainings run away: ``python -m tests.stress.runaways``, as the real one."""

from __future__ import annotations

import re
import signal
import time
from itertools import count
from unittest.mock import patch

from app.cli import worker as command
from app.core.process_limits import resident_bytes
from app.models.records.job import JobRecord
from app.services.job_kinds import TRAINING
from app.services.job_worker import Outcome, Tell

BLOCK_BYTES = 33_554_432


def spin(tell: Tell) -> None:
    for _ in count():
        pass


def hold(tell: Tell) -> None:
    """Compute for ever without letting any other thread run, as a library can."""
    re.match(r"(a+)+$", "a" * 1_000 + "b")


def allocate(tell: Tell) -> None:
    """Take more and more memory; tell when, and how much it is by then."""
    kept = []
    while True:
        kept.append(b"x" * BLOCK_BYTES)
        print(f"at {time.time()} {resident_bytes()}", flush=True)
        time.sleep(0.02)


def hoard(tell: Tell) -> None:
    """Ask for more than there may be in one piece."""
    print(len(b"x" * 2**30), flush=True)


def churn(tell: Tell) -> None:
    """Keep the memory busy, but within bounds."""
    while True:
        bytearray(BLOCK_BYTES).translate(None, b"y")


def stay(tell: Tell) -> None:
    """Wait for nothing, and ignore being told to stop."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    while True:
        time.sleep(60.0)


def end_well(tell: Tell) -> None:
    tell(0.5, "half")


RUNAWAYS = {run.__name__: run for run in (spin, hold, allocate, hoard, churn, stay, end_well)}


def run_away(job: JobRecord, tell: Tell) -> Outcome:
    print(f"begun {time.time()} {time.process_time()}", flush=True)
    RUNAWAYS[job.payload["recipe"]](tell)
    return Outcome({})


if __name__ == "__main__":
    with patch.object(command, "job_kinds", lambda settings, database: {TRAINING: lambda: run_away}):
        command.worker()
