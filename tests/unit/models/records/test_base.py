from __future__ import annotations

import uuid
from datetime import UTC, datetime

from app.core.database import Database
from app.models.records.base import insert_or, new_id
from app.models.records.column_mapping import ColumnMappingRecord
from app.models.records.tables import metadata


def test_ids_are_of_their_own() -> None:
    made = [new_id() for _ in range(100)]
    assert len(set(made)) == 100
    assert {uuid.UUID(one).version for one in made} == {4}


def test_all_constraints_have_names() -> None:
    # Alembic can change only what has one, and SQLite gives none by itself
    unnamed = [c for table in metadata.tables.values() for c in table.constraints if c.name is None]
    assert unnamed == []


def test_an_insert_that_leaves_what_is_there(database: Database) -> None:
    with database.writing() as session:
        for mapping in ({"a": "1"}, {"a": "2"}):
            insert = insert_or(session, ColumnMappingRecord).values(
                header_fingerprint="h", mapping=mapping, updated_at=datetime(2026, 5, 1, tzinfo=UTC)
            )
            session.execute(insert.on_conflict_do_nothing())
    with database.reading() as session:
        kept = session.get(ColumnMappingRecord, "h")
    assert kept is not None
    assert kept.mapping == {"a": "1"}
