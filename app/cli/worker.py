"""Does the jobs that the database holds: ``python -m app.cli.worker``."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from filelock import FileLock, Timeout

from app.core.config import Settings, load_settings
from app.core.errors import ClienteleError
from app.core.job_process import BEAT, LOCK, TAKEN
from app.core.logging import configure_logging
from app.core.process_limits import ProcessLimits
from app.models.records.upgrade import open_database
from app.services.job_kinds import job_kinds
from app.services.job_worker import JobWorker
from app.services.retention_service import RetentionService

# about a tenth of the server's weight: lower, and a busy machine would let it miss its leases
NICENESS = 10
# a server's own worker waits so long for another one to end, and for work
TURN_SECONDS, IDLE_SECONDS = 3.0, 900.0
ASK_SECONDS = 1.0
BEAT_SECONDS = 5.0
TIDY_SECONDS = 3600.0
STOP_SECONDS = 4.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--beside", is_flag=True, help="As a server starts it: ends with standard input, or when idle.")
@click.option("--once", is_flag=True, help="Do what there is, then end.")
def worker(*, beside: bool, once: bool) -> None:
    """Do jobs, oldest first, one at a time, and tidy up now and then. Several may run: each job is done once.

    Exit codes: 0 told to stop, or nothing to do; 1 the database does not answer; 2 the settings cannot be
    used; 3 another server's worker is at it; 4 a job took more than the settings allow, or was cancelled and
    told nothing, and this process ended with it: start it again.
    """
    wake, stop = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    try:
        settings = load_settings()
        configure_logging(settings)
        if beside:
            threading.Thread(target=_listen, args=(wake, end), daemon=True).start()
            _stand_back()
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(settings.data_dir / LOCK, timeout=TURN_SECONDS):
                _work(settings, wake, stop, IDLE_SECONDS)
        else:
            _work(settings, wake, stop, 0.0 if once else float("inf"))
    except KeyboardInterrupt:
        sys.exit(0)
    except Timeout:
        sys.exit(TAKEN)
    except ClienteleError as error:
        click.echo(f"clientele: {error.detail}", err=True)
        sys.exit(2 if error.code == "settings_invalid" else 1)


def _stand_back() -> None:
    """Leave the processor to the server.

    Linux weighs sessions against each other before the processes within one. In the server's session, what
    we take would count as taken by the server, whatever our priority: so we have one of our own, at the
    same low weight.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform == "linux":
        with suppress(OSError):  # begun by hand it may have one, shared with others, or the kernel has none
            os.setsid()
            Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")


def _work(settings: Settings, wake: threading.Event, stop: threading.Event, idle_seconds: float) -> None:
    database = open_database(settings)
    name = f"{socket.gethostname()}:{os.getpid()}"
    limits = ProcessLimits(settings.job_seconds, settings.job_cpu_seconds, settings.job_memory_bytes)
    jobs = JobWorker(database, job_kinds(settings, database), name, stop, limits=limits)
    retention = RetentionService(settings, database, stop)
    last, tidied = time.monotonic(), float("-inf")
    with _beating(settings.data_dir / BEAT):
        while not stop.is_set():
            wake.clear()
            if jobs.work_off():
                last = time.monotonic()
            if time.monotonic() - tidied >= TIDY_SECONDS and not stop.is_set():
                retention.tidy()
                tidied = time.monotonic()
            if time.monotonic() - last >= idle_seconds:
                break
            wake.wait(ASK_SECONDS)
    if not stop.is_set():  # else its work may wait for somebody: the beat stays and grows old
        with suppress(OSError):
            (settings.data_dir / BEAT).unlink()
    database.close()


@contextmanager
def _beating(path: Path) -> Iterator[None]:
    """Show that a worker lives, also in the middle of a computation."""
    _touch(path)
    is_over = threading.Event()
    thread = threading.Thread(target=_beat, args=(path, is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _beat(path: Path, is_over: threading.Event) -> None:
    while not is_over.wait(BEAT_SECONDS):
        _touch(path)


def _touch(path: Path) -> None:
    with suppress(OSError):
        path.touch()


def _listen(wake: threading.Event, end: Callable[[], None]) -> None:
    """Wake at each line; when there will be no more, stop: the server is gone."""
    # sys.stdin would hold a lock that the interpreter wants when it ends
    while os.read(0, 4096):
        wake.set()
    end()
    time.sleep(STOP_SECONDS)
    os._exit(1)  # in the middle of a computation that tells nothing; the lease ends by itself


if __name__ == "__main__":
    worker()
