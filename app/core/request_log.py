"""One line a request, written a moment later: on the request's path it would cost more than the answer."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from time import time
from typing import TextIO

from app.core.config import Settings

DELAY_SECONDS = 0.25
MOST_WAITING = 10_000

Line = tuple[float, str, str, str, int, float]


class RequestLog:
    """Collects lines and writes them together, at the latest after a quarter of a second.

    Parameters
    ----------
    as_json : bool
        One JSON object a line; else text for people.
    is_on : bool
        Whether the settings' level asks for these lines at all.
    stream : TextIO or None
        Where to; standard error unless given.
    """

    def __init__(self, *, as_json: bool, is_on: bool = True, stream: TextIO | None = None) -> None:
        self._as_json = as_json
        self._is_on = is_on
        self._stream = stream
        self._waiting: list[Line] = []

    @classmethod
    def from_settings(cls, settings: Settings) -> RequestLog:
        """Make the log that the settings ask for."""
        is_on = logging.getLevelNamesMapping()[settings.log_level] <= logging.INFO
        return cls(as_json=settings.log_format == "json", is_on=is_on)

    def add(self, request_id: str, method: str, path: str, status: int, millis: float) -> None:
        """Note one request; must be called from the event loop."""
        if not self._is_on:
            return
        if not self._waiting:
            asyncio.get_running_loop().call_later(DELAY_SECONDS, self.flush)
        self._waiting.append((time(), request_id, method, path, status, millis))
        if len(self._waiting) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits, in one piece; called once more when the server stops."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            write = self._json if self._as_json else self._text
            stream = self._stream or sys.stderr
            stream.write("".join(map(write, waiting)))
            stream.flush()

    def _json(self, line: Line) -> str:
        at, request_id, method, path, status, millis = line
        # an encoder of the whole would cost a tenth of a placement; only these two can hold any character
        return (
            f'{{"event": "request", "level": "info", "logger": "clientele.request", '
            f'"timestamp": "{_moment(at)}", "request_id": "{request_id}", "method": {json.dumps(method)}, '
            f'"path": {json.dumps(path)}, "status": {status}, "ms": {millis:.2f}}}\n'
        )

    def _text(self, line: Line) -> str:
        at, request_id, method, path, status, millis = line
        # a path may hold any character; as JSON text it cannot forge a line
        return f"{_moment(at)} {method} {json.dumps(path)} {status} {millis:.2f} ms {request_id}\n"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
