"""Names and ids that point elsewhere: nothing beside the data folder is touched, seen or changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.config import Settings
from tests.api.live_server import REPOSITORY
from tests.stress.counts import chosen
from tests.stress.hostile_places import fingerprint, plant

NAMES = chosen(100, 3_000)


@pytest.mark.skipif(sys.platform != "linux", reason="open folders are named by /proc")
@pytest.mark.timeout(1_800)
def test_hostile_names(trained: Settings, tmp_path: Path) -> None:
    plant(tmp_path)
    before = fingerprint(tmp_path)
    command = [sys.executable, "-m", "tests.stress.hostile_names", str(tmp_path), str(NAMES)]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout.splitlines()[-1])
    print(
        f"{NAMES} hostile names and ids over {seen['routes']} routes, forms and queries: {seen['statuses']}, "
        f"{seen['events']} times a file was touched, 0 times outside"
    )
    assert seen["faults"] == []
    assert seen["touched"] == {}
    assert seen["events"] > NAMES // 10
    assert fingerprint(tmp_path) == before
