from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from app.core import write_turns
from app.core.write_turns import WriteTurns
from tests.api.live_server import REPOSITORY

PATIENCE_SECONDS = 60.0
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
HOLDER = """
import sys, time
from pathlib import Path
from app.core.write_turns import WriteTurns
WriteTurns(Path(sys.argv[1])).take(60.0)
print("taken", flush=True)
time.sleep(60.0)
"""
FORKING = """
import os, signal, sys
from pathlib import Path
from app.core.write_turns import WriteTurns
turns = WriteTurns(Path(sys.argv[1]))
turn = turns.take(0.0)
child = os.fork()
if child == 0:
    signal.pause()
try:
    turns.leave(turn)
    turns.leave(turns.take(0.01))
finally:
    os.kill(child, signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "turn"


def waiting(turns: WriteTurns, name: str, served: list[str]) -> threading.Thread:
    """Start a thread that waits for a turn, and return when it stands in the kernel's queue."""

    def wait() -> None:
        turn = turns.take(PATIENCE_SECONDS)
        served.append(name)
        turns.leave(turn)

    before = in_queue()
    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: in_queue() > before)
    return thread


def in_queue() -> int:
    """Return how many wait for a lock, as the kernel tells."""
    told = Path("/proc/locks").read_text(encoding="ascii")
    return sum(f" {os.getpid()} " in line for line in told.splitlines() if "-> FLOCK" in line)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows who waits for a lock")
@pytest.mark.parametrize("most", [1, 16])
def test_in_the_order_in_which_they_come(path: Path, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "MOST_KEEPERS", most)
    # as two processes have them: nothing but the file is shared
    ours, theirs = WriteTurns(path), WriteTurns(path)
    served: list[str] = []
    turn = ours.take(0.0)
    threads = [waiting(ours, "1", served), waiting(theirs, "2", served)]
    if most > 1:
        threads += [waiting(ours, "3", served), waiting(ours, "4", served), waiting(theirs, "5", served)]
    ours.leave(turn)
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert served == ["1", "2", "3", "4", "5"][: len(threads)]


def test_one_at_a_time(path: Path) -> None:
    several, inside, seen = [WriteTurns(path), WriteTurns(path)], [0], []

    def write(turns: WriteTurns) -> None:
        for _ in range(20):
            turn = turns.take(PATIENCE_SECONDS)
            inside[0] += 1
            time.sleep(0.0005)
            seen.append(inside[0])
            inside[0] -= 1
            turns.leave(turn)

    threads = [threading.Thread(target=write, args=(several[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert seen == [1] * 160
    until(lambda: "write-turn" not in [thread.name for thread in threading.enumerate()])


def test_a_turn_within_a_turn_does_not_come(path: Path) -> None:
    turns = WriteTurns(path)
    turn = turns.take(0.0)
    for _ in range(3):  # the place of who went is no obstacle to others
        with pytest.raises(TimeoutError):
            turns.take(0.01)
    turns.leave(turn)
    turns.leave(turns.take(PATIENCE_SECONDS))


def test_who_is_interrupted_leaves_no_turn_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(Future[None]):
        def result(self, timeout: float | None = None) -> None:
            super().result(timeout)  # the turn has come
            raise KeyboardInterrupt

    turns = WriteTurns(path)
    turn = turns.take(0.0)
    with monkeypatch.context() as patch:
        patch.setattr(write_turns, "Future", Interrupted)
        threading.Timer(0.02, turns.leave, (turn,)).start()
        with pytest.raises(KeyboardInterrupt):
            turns.take(PATIENCE_SECONDS)
    turns.leave(turns.take(PATIENCE_SECONDS))


def test_the_turn_of_a_killed_process_is_given_back(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=REPOSITORY, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        turns = WriteTurns(path)
        with pytest.raises(TimeoutError):
            turns.take(0.01)
        holder.send_signal(signal.SIGKILL)
        turns.leave(turns.take(PATIENCE_SECONDS))


def test_a_forked_child_keeps_no_turn(path: Path) -> None:
    command = [sys.executable, "-c", FORKING, str(path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=PATIENCE_SECONDS)


def test_without_the_file_there_are_no_turns(tmp_path: Path) -> None:
    turns = WriteTurns(tmp_path / "nothing" / "turn")
    assert turns.take(0.0) is None
    turns.leave(None)


def test_without_such_locks_everybody_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, how: int) -> None:
        raise OSError

    monkeypatch.setattr("fcntl.flock", refuse)
    turns = WriteTurns(path)
    first, second = turns.take(0.0), turns.take(0.0)
    turns.leave(first)
    turns.leave(second)


def test_on_windows_there_are_no_turns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert WriteTurns(path).take(0.0) is None
    assert not path.exists()
