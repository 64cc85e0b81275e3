"""Several workers' counts add up, whichever of them is asked, and survive a rolling restart."""

from __future__ import annotations

import os
import re
import urllib.request
from pathlib import Path

import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving
from tests.stress.clients import busy
from tests.stress.test_restarts import STARTED, await_count, restart

COUNT = re.compile(r'clientele_requests_total\{method="POST",route="/api/v1/predict",status="200"\} (\d+)')


def counted(live: Live) -> int:
    # a connection each, so that any worker may answer
    with urllib.request.urlopen(f"{live.url}/metrics", timeout=PATIENCE_SECONDS) as answer:
        found = COUNT.search(answer.read().decode())
    return int(found[1]) if found else 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_nothing_is_lost_and_nothing_goes_back(trained: Settings, tmp_path: Path) -> None:
    with serving(trained, tmp_path / "log", WEB_CONCURRENCY="2") as live:
        await_count(live, STARTED, 2)
        with busy(live.port, 4) as tally:
            told = [counted(live) for _ in range(20)]
            restart(live, 2, 1)
            told += [counted(live) for _ in range(20)]
        told += [counted(live)]
    assert told == sorted(told)
    assert tally.faults == []
    # the other worker tells its last second a moment later
    assert told[-1] <= tally.answers
    assert told[-1] > 0
