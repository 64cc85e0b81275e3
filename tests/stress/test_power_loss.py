"""What the disk is told, in which order: a loss of power may keep any prefix of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.config import Settings
from tests.api.live_server import REPOSITORY

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

PROGRAM = """
import os, sys
from pathlib import Path
from app.models.artifact_store import ArtifactStore
store = ArtifactStore(Path(sys.argv[1]), "mall")
files = store.read(1)
store.publish(3, files, 20); os.write(1, b"published")
store.activate(2); os.write(1, b"activated")
store.delete(3); os.write(1, b"deleted")
"""
WRITE = re.compile(r"write\(\d+<(?P<path>[^>]+)>")
FLUSH = re.compile(r"f(?:data)?sync\(\d+<(?P<path>[^>]+)>\) += 0")
MOVE = re.compile(
    r'rename(?:at2?)?\((?:AT_FDCWD[^,]*, )?"(?P<path>[^"]+)", (?:AT_FDCWD[^,]*, )?"(?P<to>[^"]+)"'
)
SAID = re.compile(r'write\(1<[^>]*>, "(?P<path>published|activated|deleted)"')


@pytest.fixture
def calls(two_versions: Settings, tmp_path: Path) -> list[tuple[str, str, str]]:
    """Return kind, path and target of each call below the artefacts, and what was said when it was done."""
    trace, folder = tmp_path / "trace", two_versions.artifacts_dir
    watched = "trace=write,fsync,fdatasync,rename,renameat,renameat2"
    subprocess.run(
        ["strace", "-f", "-y", "-s", "64", "-e", watched, "-o", trace, sys.executable, "-c", PROGRAM, folder],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    return [call for call in read(trace) if call[0] == "said" or call[1].startswith(str(folder))]


def read(trace: Path) -> Iterator[tuple[str, str, str]]:
    kinds = (("said", SAID), ("flush", FLUSH), ("move", MOVE), ("write", WRITE))
    for line in trace.read_text().splitlines():
        for kind, pattern in kinds:
            found = pattern.search(line)
            if found:
                yield kind, found["path"], found.groupdict().get("to", "")
                break


def test_nothing_is_moved_before_it_is_flushed(calls: list[tuple[str, str, str]]) -> None:
    unflushed: set[str] = set()
    flushed: set[str] = set()
    moves = 0
    for kind, path, _ in calls:
        if kind == "write":
            unflushed.add(path)
        elif kind == "flush":
            unflushed.discard(path)
            flushed.add(path)
        elif kind == "move":
            moves += 1
            assert not [name for name in unflushed if name == path or name.startswith(f"{path}/")]
            if Path(path).name.startswith(".staging-"):
                assert path in flushed, "the staged folder's own entries"
    assert moves >= 5


def test_a_move_is_flushed_before_success_is_told(calls: list[tuple[str, str, str]]) -> None:
    pending: set[str] = set()
    said = []
    for kind, path, to in calls:
        if kind == "move":
            pending.add(str(Path(to).parent))
        elif kind == "flush":
            pending.discard(path)
        elif kind == "said":
            assert pending == set(), path
            said.append(path)
    assert said == ["published", "activated", "deleted"]
