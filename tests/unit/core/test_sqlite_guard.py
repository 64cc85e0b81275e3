from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from app.core.errors import DatabaseUnavailable, SettingsInvalid
from app.core.sqlite_guard import journal_mode, prepare

REPAIRED = (3, 51, 3)
FAULTY = (3, 40, 1)
MODES = {
    (3, 35, 0): "persist",
    (3, 40, 1): "persist",
    (3, 44, 5): "persist",
    (3, 44, 6): "wal",
    (3, 45, 0): "persist",
    (3, 50, 6): "persist",
    (3, 50, 7): "wal",
    (3, 51, 0): "persist",
    (3, 51, 2): "persist",
    (3, 51, 3): "wal",
    (3, 52, 0): "wal",
    (4, 0, 0): "wal",
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "clientele.db")) as connection:
        yield connection


def asked(connection: sqlite3.Connection, pragma: str) -> object:
    return connection.execute(f"PRAGMA {pragma}").fetchone()[0]


class TestJournalMode:
    @pytest.mark.parametrize(("version", "mode"), MODES.items())
    def test_only_repaired_versions_get_a_write_ahead_log(
        self, version: tuple[int, int, int], mode: str
    ) -> None:
        assert journal_mode(version) == mode

    def test_a_version_without_returning(self) -> None:
        with pytest.raises(SettingsInvalid, match=r"^cannot start: SQLite 3\.34\.1 is too old") as caught:
            journal_mode((3, 34, 1))
        assert "\n" not in caught.value.detail


class TestPrepare:
    @pytest.mark.parametrize(("version", "mode"), [(FAULTY, "persist"), (REPAIRED, "wal")])
    def test_what_is_set(
        self, connection: sqlite3.Connection, version: tuple[int, int, int], mode: str
    ) -> None:
        prepare(connection, 3.0, version=version)
        assert asked(connection, "journal_mode") == mode
        assert asked(connection, "busy_timeout") == 3000
        assert asked(connection, "synchronous") == 2  # FULL
        assert asked(connection, "foreign_keys") == 1

    def test_references_may_be_left_unchecked(self, connection: sqlite3.Connection) -> None:
        prepare(connection, 3.0, foreign_keys=False)
        assert asked(connection, "foreign_keys") == 0

    def test_a_file_with_a_write_ahead_log_is_taken_back(self, connection: sqlite3.Connection) -> None:
        prepare(connection, 3.0, version=REPAIRED)
        connection.execute("CREATE TABLE t (x)")
        prepare(connection, 3.0, version=FAULTY)
        assert asked(connection, "journal_mode") == "persist"
        assert connection.execute("SELECT * FROM t").fetchall() == []

    def test_somebody_else_keeps_the_write_ahead_log(
        self, connection: sqlite3.Connection, tmp_path: Path
    ) -> None:
        prepare(connection, 3.0, version=REPAIRED)
        connection.execute("CREATE TABLE t (x)")
        with (
            closing(sqlite3.connect(tmp_path / "clientele.db")) as other,
            pytest.raises(DatabaseUnavailable, match="another journal mode than persist"),
        ):
            prepare(other, 0.0, version=FAULTY)

    def test_it_waits_until_somebody_else_has_closed(
        self, connection: sqlite3.Connection, tmp_path: Path
    ) -> None:
        prepare(connection, 3.0, version=REPAIRED)
        connection.execute("CREATE TABLE t (x)")
        prepare(connection, 3.0, version=REPAIRED)  # nothing to change
        other = sqlite3.connect(tmp_path / "clientele.db", check_same_thread=False)
        other.execute("SELECT * FROM t").fetchall()
        closing_soon = Timer(0.1, other.close)
        closing_soon.start()
        prepare(connection, 20.0, version=FAULTY)
        closing_soon.join()
        assert asked(connection, "journal_mode") == "persist"

    def test_a_file_that_cannot_be_written(self, connection: sqlite3.Connection, tmp_path: Path) -> None:
        prepare(connection, 3.0, version=REPAIRED)
        connection.execute("CREATE TABLE t (x)")
        connection.close()
        with (
            closing(sqlite3.connect(f"file:{tmp_path / 'clientele.db'}?mode=ro", uri=True)) as reader,
            pytest.raises(sqlite3.OperationalError, match=r"readonly|disk"),
        ):
            prepare(reader, 0.0, version=FAULTY)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "clientele.db"
        path.write_bytes(b"customers, of a kind" * 100)
        with (
            closing(sqlite3.connect(path)) as connection,
            pytest.raises(sqlite3.DatabaseError, match="not a database"),
        ):
            prepare(connection, 0.0)
