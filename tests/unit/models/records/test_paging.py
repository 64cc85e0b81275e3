from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from app.core.database import Database
from app.core.errors import InputInvalid
from app.models.records.job import JobRecord, JobStore
from app.models.records.paging import MOST, page_of

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def as_cursor(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


CURSORS = {
    "empty": "",
    "no base64": "%%%",
    "not ASCII": "é",
    "no JSON": base64.urlsafe_b64encode(b"\xff{").decode(),
    "too deep": base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    "no list": as_cursor(7),
    "an empty list": as_cursor([]),
    "no moment": as_cursor(["yesterday", UUID]),
    "a number for a moment": as_cursor([1, UUID]),
    "a moment before all": as_cursor(["0001-01-01T00:00:00+14:00", UUID]),
    "no id": as_cursor(["2026-05-01T12:00:00+00:00", "x' OR 1=1"]),
    "a number for an id": as_cursor(["2026-05-01T12:00:00+00:00", 1]),
}


def listed(database: Database, limit: int) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        with database.reading() as session:
            page = page_of(session, JobRecord, limit, cursor)
        assert len(page.rows) <= limit
        ids += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return ids


class TestPages:
    def test_nothing(self, database: Database) -> None:
        assert listed(database, 5) == []

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    def test_each_row_once_whatever_the_size(self, database: Database, limit: int) -> None:
        with database.writing() as session:
            made = [JobStore(session).enqueue("train", {}).id for _ in range(7)]
            if limit == 3:  # at one moment, the id decides
                session.execute(update(JobRecord).values(created_at=datetime(2026, 5, 1, tzinfo=UTC)))
        found = listed(database, limit)
        assert found == (sorted(made, reverse=True) if limit == 3 else made[::-1])

    def test_new_rows_shift_nothing(self, database: Database) -> None:
        with database.writing() as session:
            made = [JobStore(session).enqueue("train", {}).id for _ in range(4)]
            first = page_of(session, JobRecord, 2, None)
            JobStore(session).enqueue("train", {})
            second = page_of(session, JobRecord, 2, first.next_cursor)
        assert [row.id for row in (*first.rows, *second.rows)] == made[::-1]

    def test_only_what_is_asked_for(self, database: Database) -> None:
        with database.writing() as session:
            for kind in ("train", "score", "train"):
                JobStore(session).enqueue(kind, {})
            page = page_of(session, JobRecord, 1, None, JobRecord.kind == "score")
        assert [row.kind for row in page.rows] == ["score"]
        assert page.next_cursor is None


class TestRefusals:
    @pytest.mark.parametrize("limit", [0, -1, MOST + 1])
    def test_limits(self, database: Database, limit: int) -> None:
        with pytest.raises(InputInvalid, match=f"limit must be between 1 and {MOST}"):
            listed(database, limit)

    @pytest.mark.parametrize("name", CURSORS)
    def test_cursors(self, database: Database, name: str) -> None:
        with pytest.raises(InputInvalid) as caught, database.reading() as session:
            page_of(session, JobRecord, 5, CURSORS[name])
        assert caught.value.detail == "cursor is none that a list has given"
        assert [fault.pointer for fault in caught.value.faults] == ["/cursor"]
