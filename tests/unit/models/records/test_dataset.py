from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.database import Database
from app.core.errors import DatasetNotFound, InputInvalid
from app.models.records.dataset import DatasetFacts, DatasetStore, Lineage

FACTS = DatasetFacts(
    name="Kunden – Mai",
    rows=200,
    columns=[{"name": "income", "kind": "number"}],
    fingerprint="values",
    header_fingerprint="header",
    source={"encoding": "utf-8", "delimiter": ";", "content_hash": "file"},
    file_name="table-1.csv",
)


D = [str(UUID(int=number)) for number in range(10)]


def facts(number: int, parent_id: str | None = None) -> DatasetFacts:
    lineage: Lineage | None = None if parent_id is None else "appended"
    return replace(FACTS, id=D[number], file_name=f"{number}", parent_id=parent_id, lineage=lineage)


class TestCreate:
    def test_all_facts_come_back(self, database: Database) -> None:
        with database.writing() as session:
            DatasetStore(session).create_dataset(FACTS)
        with database.reading() as session:
            found = DatasetStore(session).get_dataset(FACTS.id)
        assert {name: getattr(found, name) for name in vars(FACTS)} == vars(FACTS)
        assert abs(found.created_at - datetime.now(UTC)) < timedelta(minutes=1)

    def test_a_parent_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(DatasetNotFound), database.writing() as session:
            DatasetStore(session).create_dataset(facts(1, D[9]))

    @pytest.mark.parametrize(
        "change",
        [{"rows": -1}, {"rows": 2**63}, {"name": "x" * 201}, {"name": "\x00"}, {"lineage": "copied"}],
    )
    def test_what_cannot_be_kept(self, database: Database, change: dict[str, object]) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            DatasetStore(session).create_dataset(replace(FACTS, **change))  # type: ignore[arg-type]

    def test_two_with_one_file(self, database: Database) -> None:
        with database.writing() as session:
            DatasetStore(session).create_dataset(FACTS)
        with pytest.raises(InputInvalid), database.writing() as session:
            DatasetStore(session).create_dataset(replace(FACTS, id=D[1]))

    @pytest.mark.parametrize(
        "name",
        ["", ".", "..", "../a", "a/b", "a\\b", "/etc/passwd", "a\x00", "a\n", ".a", "a.", "a.b.c", "-a", "A",
         "%2e%2e%2f", "a:b", "é", "x" * 101],
    )  # fmt: skip
    def test_file_names_that_lead_elsewhere(self, name: str) -> None:
        with pytest.raises(InputInvalid, match="small letters, digits and hyphens"):
            replace(FACTS, file_name=name)


class TestFind:
    def test_nothing(self, database: Database) -> None:
        with database.reading() as session:
            store = DatasetStore(session)
            assert store.find_dataset(D[1]) is None
            assert store.find_same("file") is None
            with pytest.raises(DatasetNotFound):
                store.get_dataset(D[1])

    def test_the_newest_of_this_very_file(self, database: Database) -> None:
        # what was appended to another table holds more than the file
        for given in (facts(1), facts(2), facts(3, D[1])):
            with database.writing() as session:
                DatasetStore(session).create_dataset(given)
        with database.reading() as session:
            found = DatasetStore(session).find_same("file")
            assert DatasetStore(session).find_same("another") is None
        assert found is not None
        assert found.id == D[2]

    def test_pages_newest_first(self, database: Database) -> None:
        for number in range(5):
            with database.writing() as session:
                DatasetStore(session).create_dataset(facts(number))
        with database.reading() as session:
            first = DatasetStore(session).list_datasets(3)
            second = DatasetStore(session).list_datasets(3, first.next_cursor)
        assert [row.id for row in (*first.rows, *second.rows)] == D[4::-1]
        assert second.next_cursor is None


class TestChange:
    def test_another_name(self, database: Database) -> None:
        with database.writing() as session:
            store = DatasetStore(session)
            store.create_dataset(FACTS)
            assert store.rename_dataset(FACTS.id, "June").name == "June"
            assert store.get_dataset(FACTS.id).name == "June"

    def test_successors_outlive_their_parent(self, database: Database) -> None:
        with database.writing() as session:
            store = DatasetStore(session)
            for given in (facts(1), facts(2, D[1]), facts(3, D[1])):
                store.create_dataset(given)
        with database.writing() as session:
            store = DatasetStore(session)
            assert [row.id for row in store.list_successors(D[1])] == [D[2], D[3]]
            assert store.delete_dataset(D[1]) == "1"
        with database.reading() as session:
            left = DatasetStore(session).list_datasets(10).rows
        assert {(row.id, row.parent_id) for row in left} == {(D[2], None), (D[3], None)}

    def test_one_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(DatasetNotFound), database.writing() as session:
            DatasetStore(session).rename_dataset(D[1], "June")
        with pytest.raises(DatasetNotFound), database.writing() as session:
            DatasetStore(session).delete_dataset(D[1])
