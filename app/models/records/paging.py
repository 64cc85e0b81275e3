"""Long lists page by page: each page tells where the next begins, so that new rows shift nothing."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, String, literal, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainText, UtcDateTime
from app.core.errors import FieldFault, InputInvalid
from app.models.records.base import SHORT, Record

MOST = 200


class ListedRecord(Record):
    """A row of a long list: newest first, then by id."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(PlainText(SHORT), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


Row = TypeVar("Row", bound=ListedRecord)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows and the cursor of the next page, None at the end."""

    rows: Sequence[Row]
    next_cursor: str | None


def page_of(
    session: Session, record: type[Row], limit: int, cursor: str | None, *conditions: ColumnElement[bool]
) -> Page[Row]:
    """Return a page of the rows of a table that meet all conditions, newest first.

    Raises
    ------
    InputInvalid
        If the limit is out of bounds or the cursor is none of ours.
    """
    if not 1 <= limit <= MOST:
        raise _refusal("limit", f"must be between 1 and {MOST}")
    order = (record.created_at, record.id)
    newest_first = (column.desc() for column in order)
    query = select(record).where(*conditions).order_by(*newest_first).limit(limit + 1)
    if cursor is not None:
        moment, row_id = _read(cursor)
        query = query.where(tuple_(*order) < tuple_(literal(moment, UtcDateTime), literal(row_id, String)))
    # one more than asked tells whether there is a next page
    rows = session.scalars(query).all()
    return Page(rows[:limit], _write(rows[limit - 1]) if len(rows) > limit else None)


def _write(row: ListedRecord) -> str:
    place = json.dumps([row.created_at.isoformat(), row.id])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        moment, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        at = datetime.fromisoformat(moment).astimezone(UTC)
        return at, str(uuid.UUID(row_id))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise _refusal("cursor", "is none that a list has given") from None


def _refusal(field: str, words: str) -> InputInvalid:
    return InputInvalid(f"{field} {words}", (FieldFault(f"/{field}", words),))
