from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.core.config import Settings
from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What the process logs by is put back after each test."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    structlog.reset_defaults()
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def configured(settings: Settings, **changed: object) -> None:
    configure_logging(settings.model_copy(update=changed))


class TestConfigureLogging:
    def test_one_object_a_line(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        configured(settings)
        structlog.get_logger("clientele.model").info("model_loaded", detail="mall/1")
        logging.getLogger("some.library").warning("careful: %s", "é\n\x1b[31m")
        first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
        assert (first["event"], first["detail"], first["level"]) == ("model_loaded", "mall/1", "info")
        assert first["logger"] == "clientele.model"
        assert first["timestamp"].endswith("Z")
        assert (second["event"], second["level"]) == ("careful: é\n\x1b[31m", "warning")

    def test_no_control_character_reaches_the_log(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configured(settings)
        structlog.get_logger("x").info("event", value="a\nb\r\x1b[31m\x00\u202e")
        (line,) = capsys.readouterr().err.splitlines()
        assert line.isprintable()
        assert json.loads(line)["value"] == "a\nb\r\x1b[31m\x00\u202e"

    def test_text_for_people(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        configured(settings, log_format="text")
        structlog.get_logger("clientele.model").info("model_loaded", detail="mall/1\nforged")
        (line,) = capsys.readouterr().err.splitlines()
        assert "model_loaded" in line
        assert "\x1b" not in line

    @pytest.mark.parametrize(
        ("level", "told"),
        [
            ("DEBUG", ["debug", "info", "warning", "error"]),
            ("INFO", ["info", "warning", "error"]),
            ("ERROR", ["error"]),
        ],
    )
    def test_the_level_of_the_settings(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], level: str, told: list[str]
    ) -> None:
        configured(settings, log_level=level)
        log = structlog.get_logger("x")
        for name in ("debug", "info", "warning", "error"):
            getattr(log, name)(name)
        assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == told

    @pytest.mark.parametrize("log_format", ["json", "text"])
    def test_a_fault_is_told_with_where_it_happened(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], log_format: str
    ) -> None:
        configured(settings, log_format=log_format)
        try:
            int("a reason")
        except ValueError:
            structlog.get_logger("x").exception("failed")
        written = capsys.readouterr().err
        assert "ValueError: invalid literal" in written
        assert "test_logging.py" in written

    def test_twice_is_as_once(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        configured(settings)
        configured(settings)
        logging.getLogger("x").error("once")
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_the_servers_own_records_come_along(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configured(settings)
        logging.getLogger("uvicorn.error").info("started")
        logging.getLogger("uvicorn.access").info("GET / 200")
        assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["started"]
