from __future__ import annotations

from app.core.database import Database
from app.models.records.column_mapping import ColumnMappingStore

MAPPING = {"Jährliches Einkommen": "annual_income", "Punkte": "spending_score", "Notiz": None}


class TestColumnMappings:
    def test_remembered_for_the_next_file(self, database: Database) -> None:
        with database.writing() as session:
            ColumnMappingStore(session).save_mapping("header", MAPPING)
        with database.reading() as session:
            found = ColumnMappingStore(session).find_mapping("header")
            assert ColumnMappingStore(session).find_mapping("another header") is None
        assert found == MAPPING
        assert list(found) == list(MAPPING)

    def test_the_newest_wins(self, database: Database) -> None:
        with database.writing() as session:
            store = ColumnMappingStore(session)
            store.save_mapping("header", {"a": "annual_income"})
            assert store.find_mapping("header") == {"a": "annual_income"}
            store.save_mapping("header", {"a": "spending_score"})
            assert store.find_mapping("header") == {"a": "spending_score"}

    def test_forgotten(self, database: Database) -> None:
        with database.writing() as session:
            store = ColumnMappingStore(session)
            store.save_mapping("header", MAPPING)
            store.delete_mapping("header")
            assert store.find_mapping("header") is None
            store.delete_mapping("header")  # there is nothing to do
