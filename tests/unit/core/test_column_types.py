from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Dialect, create_engine

from app.core.column_types import PlainNumber, PlainText, UtcDateTime, write_json
from app.core.errors import InputInvalid

SQLITE = create_engine("sqlite://").dialect
POSTGRES = create_engine("postgresql://host/shop").dialect
NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, UTC)


class TestUtcDateTime:
    def test_sqlite_keeps_utc_without_its_name(self) -> None:
        there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
        assert UtcDateTime().process_bind_param(there, SQLITE) == NOON.replace(tzinfo=None)

    def test_postgresql_keeps_the_zone(self) -> None:
        there = NOON.astimezone(timezone(timedelta(hours=-3)))
        kept = UtcDateTime().process_bind_param(there, POSTGRES)
        assert kept == NOON
        assert kept.tzinfo is UTC

    @pytest.mark.parametrize("dialect", [SQLITE, POSTGRES])
    def test_what_comes_back_is_aware(self, dialect: Dialect) -> None:
        for kept in (NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=2)))):
            found = UtcDateTime().process_result_value(kept, dialect)
            assert found == NOON
            assert found.tzinfo is UTC

    def test_a_time_without_a_zone(self) -> None:
        with pytest.raises(TypeError, match="needs a time zone"):
            UtcDateTime().process_bind_param(datetime(2026, 5, 1), SQLITE)

    def test_nothing(self) -> None:
        assert UtcDateTime().process_bind_param(None, SQLITE) is None
        assert UtcDateTime().process_result_value(None, SQLITE) is None


class TestPlainText:
    @pytest.mark.parametrize("value", ["", "Zoë 🛒", "'; DROP TABLE jobs; --", "é" * 10, None])
    def test_kept_as_it_is(self, value: str | None) -> None:
        assert PlainText(30).process_bind_param(value, SQLITE) == value

    @pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 31])
    def test_refused_on_both(self, value: str) -> None:
        for dialect in (SQLITE, POSTGRES):
            with pytest.raises(InputInvalid) as caught:
                PlainText(30).process_bind_param(value, dialect)
            assert value not in caught.value.detail


class TestPlainNumber:
    @pytest.mark.parametrize("value", [None, 0, -(2**63) + 1, 2**63 - 1])
    def test_kept_as_it_is(self, value: int | None) -> None:
        assert PlainNumber().process_bind_param(value, SQLITE) == value

    def test_refused(self) -> None:
        with pytest.raises(InputInvalid):
            PlainNumber().process_bind_param(2**63, SQLITE)


class TestWriteJson:
    def test_keys_stay_in_their_order(self) -> None:
        assert write_json({"b": 1, "a": ["é"]}) == '{"b": 1, "a": ["\\u00e9"]}'

    @pytest.mark.parametrize("value", [float("nan"), float("-inf")])
    def test_numbers_that_json_does_not_have(self, value: float) -> None:
        with pytest.raises(InputInvalid):
            write_json({"x": value})
