"""The log of requests: whole lines, a moment later, that nothing a client sends can forge."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from app.core.config import Settings
from app.core.request_log import DELAY_SECONDS, MOST_WAITING, RequestLog


def log_of(*paths: str, as_json: bool = True) -> str:
    """Return what is written for requests of these paths."""
    stream = io.StringIO()
    log = RequestLog(as_json=as_json, stream=stream)

    async def requests() -> None:
        for path in paths:
            log.add("id-12345678", "GET", path, 200, 1.234)

    asyncio.run(requests())
    log.flush()
    return stream.getvalue()


class TestJson:
    def test_one_object_a_line(self) -> None:
        first, second = map(json.loads, log_of("/", "/about").splitlines())
        assert (first["path"], second["path"]) == ("/", "/about")
        assert first["request_id"] == "id-12345678"
        assert (first["method"], first["status"], first["ms"]) == ("GET", 200, 1.23)
        assert first["timestamp"].endswith("Z")

    def test_control_characters_cannot_forge_a_line(self) -> None:
        written = log_of('/a\r\n{"event":"request"}\x1b[31m\u202e')
        assert len(written.splitlines()) == 1
        assert "\x1b" not in written
        assert "\u202e" not in written


class TestText:
    def test_a_line_for_people(self) -> None:
        assert log_of("/about", as_json=False).endswith(' GET "/about" 200 1.23 ms id-12345678\n')

    def test_control_characters_cannot_forge_a_line(self) -> None:
        assert len(log_of("/a\nGET /b", as_json=False).splitlines()) == 1


class TestWriting:
    def test_nothing_is_written_on_the_requests_path(self) -> None:
        stream = io.StringIO()
        log = RequestLog(as_json=True, stream=stream)

        async def request() -> tuple[str, str]:
            log.add("id-12345678", "GET", "/", 200, 1.0)
            at_once = stream.getvalue()
            await asyncio.sleep(2 * DELAY_SECONDS)
            return at_once, stream.getvalue()

        at_once, later = asyncio.run(request())
        assert at_once == ""
        assert later.count("\n") == 1

    def test_a_flood_is_written_without_waiting(self) -> None:
        stream = io.StringIO()
        log = RequestLog(as_json=True, stream=stream)

        async def flood() -> None:
            for _ in range(MOST_WAITING):
                log.add("id-12345678", "GET", "/", 200, 1.0)

        asyncio.run(flood())
        assert stream.getvalue().count("\n") == MOST_WAITING

    @pytest.mark.parametrize(("level", "lines"), [("DEBUG", 1), ("INFO", 1), ("WARNING", 0), ("ERROR", 0)])
    def test_the_level_decides(self, settings: Settings, level: str, lines: int) -> None:
        log = RequestLog.from_settings(settings.model_copy(update={"log_level": level}))
        stream = log._stream = io.StringIO()

        async def request() -> None:
            log.add("id-12345678", "GET", "/", 200, 1.0)

        asyncio.run(request())
        log.flush()
        assert stream.getvalue().count("\n") == lines
