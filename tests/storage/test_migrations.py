"""Upgrades: the same tables as the models say, once, whole or not at all."""

from __future__ import annotations

import os
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from app.core.database import Database
from app.core.errors import DatabaseUnavailable, SettingsInvalid
from app.models.records.tables import metadata
from app.models.records.upgrade import MIGRATIONS, list_revisions, status, upgrade
from tests.storage import children

STARTERS = 4
needs_signals = pytest.mark.skipif(os.name == "nt", reason="there are no such signals")


def described(connection: Connection) -> dict[str, Any]:
    """Describe all tables but Alembic's own, as far as the database tells."""
    seen = inspect(connection)
    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)),
            "key": seen.get_pk_constraint(table),
            "references": seen.get_foreign_keys(table),
            "checks": sorted((c["name"], c["sqltext"]) for c in seen.get_check_constraints(table)),
            "unique": sorted((c["name"], c["column_names"]) for c in seen.get_unique_constraints(table)),
            "indices": sorted((i["name"], i["column_names"], i["unique"]) for i in seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


class TestSchema:
    def test_a_migration_for_every_change_of_the_models(self, database: Database) -> None:
        with database.reading() as session:
            options = {"compare_type": True, "compare_server_default": True}
            migrations = MigrationContext.configure(session.connection(), opts=options)
            assert compare_metadata(migrations, metadata) == []

    def test_constraints_too(self, empty_database: Database) -> None:
        upgrade(empty_database)
        with empty_database.writing() as session:
            migrated = described(session.connection())
            metadata.drop_all(session.connection())
            assert described(session.connection()) == {}
            metadata.create_all(session.connection())
            assert described(session.connection()) == migrated
        assert len(migrated) == 4


class TestUpgrade:
    def test_from_nothing(self, empty_database: Database) -> None:
        assert status(empty_database).revision is None
        assert upgrade(empty_database).revision is None
        after = status(empty_database)
        assert after.is_current
        assert upgrade(empty_database) == after

    def test_a_newer_database(self, empty_database: Database) -> None:
        upgrade(empty_database)
        with empty_database.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert not status(empty_database).is_known
        with pytest.raises(SettingsInvalid, match="a newer release wrote this database") as caught:
            upgrade(empty_database)
        assert "\n" not in caught.value.detail

    def test_tables_of_somebody_else(self, empty_database: Database) -> None:
        with empty_database.writing() as session:
            session.execute(text("CREATE TABLE jobs (x INTEGER)"))
        with pytest.raises(DatabaseUnavailable, match="could not be upgraded"):
            upgrade(empty_database)
        with empty_database.reading() as session:
            assert inspect(session.connection()).get_table_names() == ["jobs"]

    @needs_signals
    def test_several_at_once(self, empty_url: str) -> None:
        context = children.context()
        gate = context.Barrier(STARTERS)
        pipes = [context.Pipe(duplex=False) for _ in range(STARTERS)]
        starters = [
            context.Process(target=children.upgrade_together, args=(empty_url, gate, its)) for _, its in pipes
        ]
        for starter in starters:
            starter.start()
        found = [ours.recv() for ours, _ in pipes]
        for starter in starters:
            starter.join()
        assert set(found) <= {None, list_revisions()[-1]}
        assert found.count(None) == 1

    @needs_signals
    @pytest.mark.slow
    def test_a_kill_at_every_statement(self, empty_url: str, empty_database: Database) -> None:
        point, code = 0, -9
        while code == -9:
            child = children.context().Process(
                target=children.upgrade_until, args=(empty_url, point, MIGRATIONS)
            )
            child.start()
            child.join()
            code = child.exitcode or 0
            with empty_database.reading() as session:
                tables = set(inspect(session.connection()).get_table_names())
            whole = {*metadata.tables, "alembic_version"}
            assert tables == (whole if code == 0 else set()), f"killed before statement {point}"
            point += 1
        assert code == 0
        assert point > 10
        assert status(empty_database).is_current
