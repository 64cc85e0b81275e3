"""Versions under kill -9 and under flipped bits: old or new, never torn."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import ArtifactInvalid
from app.models.artifact_store import ArtifactStore
from tests.api.live_server import PATIENCE_SECONDS, REPOSITORY
from tests.stress.counts import chosen

KILLS = chosen(30, 200)

# Ends a child at any moment of its work, again and again; forking here keeps each start at milliseconds.
KILLER = """
import os, random, signal, sys, time
from pathlib import Path
from app.models.artifact_store import ArtifactStore

store = ArtifactStore(Path(sys.argv[1]), "mall")
files = store.read(1)

def work():
    while True:
        with store.training():
            version = store.numbering().version
            store.publish(version, files, 20)
        store.activate(version)
        with store.training():
            for older in store.versions()[:-1]:
                store.delete(older)

def leftovers():
    kinds = (".staging", ".deleted", ".ACTIVE", ".NEXT")
    return [path.name for path in store.folder.iterdir() if path.name.startswith(kinds)]

for nth in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    time.sleep(random.Random(nth).uniform(0.0, 0.15))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), status
    before = leftovers()
    with store.training():
        assert leftovers() == [], leftovers()
    print(len(before), store.pointer.version(), flush=True)
"""


class Reader(threading.Thread):
    """Reads the active version with its hashes until told to stop."""

    def __init__(self, store: ArtifactStore) -> None:
        super().__init__()
        self.store, self.stop = store, threading.Event()
        self.seen: list[int] = []
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            version = self.store.pointer.version()
            try:
                self.store.read(version)
            except Exception as error:
                # it may have been deleted since: then another one is in use
                if self.store.pointer.version() == version:
                    self.faults.append(repr(error))
            self.seen.append(version)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_kill_9_while_versions_come_and_go(trained: Settings) -> None:
    store = ArtifactStore(trained.artifacts_dir, "mall")
    readers = [Reader(store) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", KILLER, str(trained.artifacts_dir), str(KILLS)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=4 * PATIENCE_SECONDS,
        )  # fmt: skip
    finally:
        for reader in readers:
            reader.stop.set()
            reader.join()
    assert done.returncode == 0, done.stderr
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    reads = [version for reader in readers for version in reader.seen]
    print(f"{KILLS} kills: {len(reads)} reads, 0 torn, {sum(n for n, _ in lines)} leftovers, all swept")
    assert [fault for reader in readers for fault in reader.faults] == []
    assert len(lines) == KILLS
    versions = [version for _, version in lines]
    assert versions == sorted(versions)
    assert all(reader.seen == sorted(reader.seen) for reader in readers)
    assert store.read(store.pointer.version())


def test_every_flipped_byte_is_refused(trained: Settings) -> None:
    store = ArtifactStore(trained.artifacts_dir, "mall")
    path = store.folder / "1" / "model.json"
    content = path.read_bytes()
    refused = 0
    with path.open("r+b", buffering=0) as file:
        for at in range(len(content)):
            file.seek(at)
            file.write(bytes([content[at] ^ (1 << at % 8)]))
            with pytest.raises(ArtifactInvalid):
                store.read(1)
            refused += 1
            file.seek(at)
            file.write(content[at : at + 1])
    assert store.read(1)["model.json"] == content
    print(f"{refused} of {len(content)} flipped bytes of model.json refused")


@pytest.mark.parametrize("name", ["model.json", "analysis.json", "confidence.json"])
def test_every_truncation_is_refused(trained: Settings, name: str) -> None:
    path = Path(ArtifactStore(trained.artifacts_dir, "mall").folder / "1" / name)
    content = path.read_bytes()
    lengths = range(0, len(content), chosen(max(1, len(content) // 200), 1))
    for length in lengths:
        path.write_bytes(content[:length])
        with pytest.raises(ArtifactInvalid):
            ArtifactStore(trained.artifacts_dir, "mall").read(1)
    print(f"{len(lengths)} of {len(lengths)} truncations of {name} refused")
