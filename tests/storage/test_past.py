"""Databases of earlier releases: each is brought to this one, whole or not at all, and read again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app.core.database import Database
from app.core.errors import SettingsInvalid
from app.models.records import upgrade as module
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.dataset import DatasetStore
from app.models.records.job import JobStore
from app.models.records.job_lease import JobLeases
from app.models.records.segment_edit import SegmentEditStore
from app.models.records.upgrade import MIGRATIONS, list_revisions, status, upgrade
from tests.storage import children

PAST = Path(__file__).parent / "past"
FIRST, SECOND = (f"6a0f4b4e-0000-4000-8000-00000000000{n}" for n in (1, 2))
# What the next release might do: rebuild a table that refers to itself, fill a column, make a table.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade():
    with op.batch_alter_table("datasets") as table:
        table.add_column(sa.Column("owner", sa.Text(), nullable=False, server_default="nobody"))
        table.alter_column("header_fingerprint", existing_type=sa.Text(), nullable=True)
    op.execute("UPDATE datasets SET owner = name")
    op.create_table("owners", sa.Column("name", sa.Text(), primary_key=True))
    op.execute("INSERT INTO owners SELECT DISTINCT owner FROM datasets")
"""


def replay(database: Database, past: Path) -> None:
    """Make a database as a past release left it."""
    dump = past.read_text(encoding="utf-8")
    if database.is_sqlite:
        connection = sqlite3.connect(database.url.database or "")
        connection.executescript(dump)
        connection.close()
        return
    upgrade(database, past.stem)
    with database.writing() as session:
        session.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for line in dump.splitlines():
            if line.startswith("INSERT INTO") and "alembic_version" not in line:
                session.connection().exec_driver_sql(line)


def refuse_changes(database: Database) -> None:
    """Fail unless every row of the past is read as it was written."""
    with database.reading() as session:
        datasets = DatasetStore(session)
        (second,) = datasets.list_successors(FIRST)
        assert (second.id, second.lineage, second.rows) == (SECOND, "appended", 202)
        assert second.created_at == datetime(2026, 11, 21, 20, 8, 31, 254427, tzinfo=UTC)
        assert datasets.get_dataset(FIRST).columns == [
            {"name": "Größe", "kind": "number", "off_because": None}
        ]
        mapping = ColumnMappingStore(session).find_mapping("header")
        assert mapping == {"Größe": "annual_income", "off": None}
        edit = SegmentEditStore(session).find_edit("mall", 3)
        assert edit is not None
        assert (edit.name, edit.slot, edit.description, edit.strategy) == ("It's ours", 8, None, ["a", "b"])
        waiting, done = JobStore(session).list_jobs(5).rows
        assert (done.status, done.result) == ("completed", {"version": 1, "silhouette": 0.5539})
        assert (done.cancel_requested, waiting.payload["big"]) == (False, 2**60)


def next_release(folder: Path) -> Path:
    """Return a folder of migrations with one more than there is."""
    shutil.copytree(MIGRATIONS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    made = folder / "migrations" / "versions" / "v9001_made_up.py"
    made.write_text(NEXT.format(newest=list_revisions()[-1]), encoding="utf-8")
    return folder / "migrations"


def revision_of(database: Database) -> str:
    with database.reading() as session:
        return str(session.scalar(text("SELECT version_num FROM alembic_version")))


@pytest.mark.parametrize("past", sorted(PAST.glob("*.sql")), ids=lambda past: past.stem)
class TestPast:
    def test_is_brought_to_this_release(self, empty_database: Database, past: Path) -> None:
        replay(empty_database, past)
        assert upgrade(empty_database).revision == past.stem
        assert status(empty_database).is_current
        refuse_changes(empty_database)

    def test_goes_on_from_there(self, empty_database: Database, past: Path) -> None:
        replay(empty_database, past)
        upgrade(empty_database)
        with empty_database.writing() as session:
            first = JobStore(session).enqueue("training", {"recipe": "mall", "seed": 7}, "key 1")
            assert first.status == "completed"
            job = JobLeases(session).claim("worker", 5.0)
            assert job is not None
            assert job.kind == "import"

    @pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
    def test_its_migrations_are_as_they_were(
        self, empty_database: Database, past: Path, tmp_path: Path
    ) -> None:
        left = Database(f"sqlite:///{tmp_path / 'left.db'}")
        replay(left, past)
        upgrade(empty_database, past.stem)
        assert tables(empty_database) == tables(left)
        left.close()


def tables(database: Database) -> list[str]:
    with database.reading() as session:
        found = session.scalars(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
        return ["\n".join(map(str.rstrip, words.splitlines())) for words in found]


def test_every_earlier_migration_has_its_past() -> None:
    revisions = list_revisions()
    assert {*revisions[:-1], revisions[0]} <= {past.stem for past in PAST.glob("*.sql")} <= set(revisions)


class TestNextRelease:
    @pytest.fixture
    def migrations(self, tmp_path: Path) -> Path:
        return next_release(tmp_path)

    @pytest.fixture
    def database(self, empty_database: Database) -> Database:
        """A database of this release, with rows."""
        replay(empty_database, PAST / "0001.sql")
        upgrade(empty_database)
        return empty_database

    def test_this_one_refuses_what_it_wrote(
        self, database: Database, migrations: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(module, "MIGRATIONS", migrations)
            upgrade(database)
        assert not status(database).is_known
        with pytest.raises(SettingsInvalid, match="a newer release wrote this database; start that release"):
            upgrade(database)
        assert revision_of(database) == "9001"

    @pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
    @pytest.mark.slow
    def test_a_kill_at_every_statement(self, database: Database, empty_url: str, migrations: Path) -> None:
        point, code, before = 0, -9, list_revisions()[-1]
        while code == -9:
            arguments = (empty_url, point, migrations)
            child = children.context().Process(target=children.upgrade_until, args=arguments)
            child.start()
            child.join()
            code = child.exitcode or 0
            is_done = code == 0
            assert revision_of(database) == ("9001" if is_done else before), f"killed before {point}"
            with database.reading() as session:
                seen = inspect(session.connection())
                assert seen.has_table("owners") == is_done
                assert ("owner" in {c["name"] for c in seen.get_columns("datasets")}) == is_done
            refuse_changes(database)
            point += 1
        assert code == 0
        assert point > 8
        with database.reading() as session:
            owners = session.scalars(text("SELECT name FROM owners ORDER BY name")).all()
        assert owners == ["Kunden 1", "Kunden 2"]
