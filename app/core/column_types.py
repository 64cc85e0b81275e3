"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from app.core.errors import InputInvalid

_MOST = 2**63 - 1
# PostgreSQL keeps neither, SQLite does
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: kept in UTC, given back aware; a time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC; SQLite keeps it as text that sorts by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy names it
    ) -> datetime | None:
        """Give a moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text of at most so many characters, without what only one of the databases can keep.

    Parameters
    ----------
    most : int
        Characters; also what an index of PostgreSQL can take, where there is one.
    """

    impl = Text
    cache_ok = True

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def process_bind_param(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy names it
    ) -> str | None:
        """Refuse text that cannot be kept everywhere."""
        if value is None:
            return None
        if len(value) > self.most:
            raise InputInvalid(f"a text is longer than {self.most} characters")
        if _UNKEEPABLE.search(value):
            raise InputInvalid("a text holds a NUL or half a character")
        return value


class PlainNumber(TypeDecorator[int]):
    """A whole number of 64 bits; a larger one is refused before a driver stumbles over it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy names it
    ) -> int | None:
        """Refuse a number that is too large."""
        if value is not None and abs(value) > _MOST:
            raise InputInvalid("a number is out of the range that can be kept")
        return value


def write_json(value: object, *, sort_keys: bool = False) -> str:
    """Write a JSON column in ASCII; PostgreSQL has no NaN and no Infinity, so SQLite gets none either."""
    try:
        return json.dumps(value, allow_nan=False, sort_keys=sort_keys)
    except ValueError:
        raise InputInvalid("a number is not finite") from None
    except RecursionError:
        raise InputInvalid("a value is nested too deeply") from None
