from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from uvicorn.supervisors import multiprocess

from app.core.config import Settings
from app.serving.server import Worker, serve


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    monkeypatch.setattr(multiprocess, "Process", multiprocess.Process)
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: found.update(options, app=app))
    before = signal.getsignal(signal.SIGTERM)
    yield found
    signal.signal(signal.SIGTERM, before)


def test_serves_as_the_settings_say(told: dict[str, Any]) -> None:
    serve(Settings(_env_file=None, host="127.0.0.2", port=8123, web_concurrency=3))
    assert (told["app"], told["host"], told["port"], told["workers"]) == ("main:app", "127.0.0.2", 8123, 3)
    assert multiprocess.Process is Worker
    uvicorn.Config(**told)  # which knows every option, and imports the protocol


def test_a_stop_that_was_asked_for_is_a_success(told: dict[str, Any]) -> None:
    serve(Settings(_env_file=None))
    handler = signal.getsignal(signal.SIGTERM)
    assert callable(handler)
    with pytest.raises(SystemExit) as ended:
        handler(signal.SIGTERM, None)
    assert ended.value.code == 0
