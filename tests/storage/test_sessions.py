"""What a session promises, the same on both databases."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import ClienteleError, DatabaseUnavailable, InputInvalid
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.job import JobStore
from app.models.records.segment_edit import SegmentEditStore, SegmentTexts


def count(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM column_mappings")).scalar_one())


def save(session: Session) -> bool:
    ColumnMappingStore(session).save_mapping("a", {})
    return True


class TestWriting:
    def test_all_or_nothing(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), database.writing() as session:
            ColumnMappingStore(session).save_mapping("a", {"income": 1 // 0 if save(session) else 1})
        assert count(database) == 0
        with database.writing() as session:
            ColumnMappingStore(session).save_mapping("a", {})
        assert count(database) == 1

    def test_rows_can_be_read_afterwards(self, database: Database) -> None:
        with database.writing() as session:
            job = JobStore(session).enqueue("train", {"recipe": "mall"})
        assert (job.kind, job.payload, job.status) == ("train", {"recipe": "mall"}, "pending")


class TestReading:
    def test_it_cannot_write(self, database: Database) -> None:
        with pytest.raises(DatabaseUnavailable), database.reading() as session:
            ColumnMappingStore(session).save_mapping("a", {})
        assert count(database) == 0

    def test_it_sees_one_moment(self, url: str, database: Database) -> None:
        other = Database(url)
        with database.reading() as session:
            jobs = JobStore(session)
            assert jobs.list_jobs(10).rows == []
            if not database.is_sqlite:  # where a reader keeps writers waiting, unless it has a WAL
                with other.writing() as writer:
                    JobStore(writer).enqueue("train", {})
            assert jobs.list_jobs(10).rows == []
        other.close()

    def test_a_writer_after_a_reader_on_one_connection(self, database: Database) -> None:
        for _ in range(3):
            before = count(database)
            with database.writing() as session:
                ColumnMappingStore(session).save_mapping(f"{before}", {})
        assert count(database) == 3


class TestFaults:
    def test_no_tables(self, empty_database: Database) -> None:
        with pytest.raises(DatabaseUnavailable) as caught, empty_database.reading() as session:
            JobStore(session).find_job("x")
        assert caught.value.detail == (
            "DATABASE_URL: the database cannot be used: "
            "it is not set up; run python -m app.cli.database upgrade"
        )

    def test_a_number_out_of_range(self, database: Database) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            SegmentEditStore(session).save_edit("mall", 2**70, SegmentTexts())

    @pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 201])
    def test_text_that_only_one_could_keep(self, database: Database, value: str) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            JobStore(session).enqueue("train", {}, key=value)

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_numbers_that_json_does_not_have(self, database: Database, value: float) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            JobStore(session).enqueue("train", {"x": value})

    def test_a_broken_rule_tells_nothing_of_the_row(self, database: Database) -> None:
        with pytest.raises(InputInvalid) as caught, database.writing() as session:
            SegmentEditStore(session).save_edit("mall", 1, SegmentTexts(slot=9, name="s3cr3t-canary"))
        assert "[SQL" not in "".join(traceback.format_exception(caught.value))

    def test_a_statement_that_is_wrong_stays_what_it_is(self, database: Database) -> None:
        with pytest.raises(DBAPIError), database.reading() as session:
            session.execute(text("SELECT nothing_of_the_kind FROM jobs"))

    def test_a_value_nested_too_deeply(self, database: Database) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(InputInvalid, match="nested too deeply"), database.writing() as session:
            JobStore(session).enqueue("train", {"x": deep})

    def test_after_a_fault_it_goes_on(self, database: Database) -> None:
        for _ in range(20):  # more than there are connections
            with pytest.raises(ClienteleError), database.writing() as session:
                JobStore(session).enqueue("train", {}, key="\x00")
        assert count(database) == 0


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
class TestPostgres:
    def test_a_database_that_is_not_there(self, empty_database: Database) -> None:
        absent = empty_database.url.set(database="nowhere").render_as_string(hide_password=False)
        with (
            pytest.raises(DatabaseUnavailable, match=r"the server has no such database$"),
            Database(absent).reading(),
        ):
            pass

    def test_the_server_was_restarted(self, empty_database: Database) -> None:
        with empty_database.reading() as session:
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = Database(empty_database.url.render_as_string(hide_password=False))
        with other.writing() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        other.close()
        with empty_database.reading() as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1

    def test_a_frozen_worker_gives_its_rows_back(self, empty_database: Database) -> None:
        with empty_database.reading() as session:
            shown = session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
        assert shown == "30s"
