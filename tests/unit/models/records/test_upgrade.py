from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.core.database import Database
from app.core.errors import DatabaseUnavailable, SettingsInvalid
from app.models.records import upgrade as module
from app.models.records.upgrade import MIGRATIONS, SchemaStatus, list_revisions, status, upgrade


def test_file_names_tell_what_alembic_reads() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list_revisions()


def test_there_is_no_way_down() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert not any(hasattr(script.module, "downgrade") for script in scripts.walk_revisions())


@pytest.mark.parametrize(
    ("found", "is_current"),
    [(SchemaStatus(None, "0001", True), False), (SchemaStatus("0001", "0001", True), True)],
)
def test_current(found: SchemaStatus, is_current: bool) -> None:
    assert found.is_current == is_current


class TestUpgrade:
    def test_once(self, empty_database: Database) -> None:
        before = upgrade(empty_database)
        assert before == SchemaStatus(None, list_revisions()[-1], is_known=True)
        assert upgrade(empty_database) == status(empty_database)
        assert status(empty_database).is_current

    def test_a_newer_release_came_while_it_waited(
        self, empty_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "status", lambda _: SchemaStatus(None, "0001", is_known=True))
        monkeypatch.setattr(module, "_status", lambda _: SchemaStatus("9999", "0001", is_known=False))
        with pytest.raises(SettingsInvalid, match="a newer release wrote this database"):
            upgrade(empty_database)

    def test_another_was_first(self, empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "status", lambda _: SchemaStatus(None, "0001", is_known=True))
        monkeypatch.setattr(module, "_status", lambda _: SchemaStatus("0001", "0001", is_known=True))
        monkeypatch.setattr(module, "_migrate", lambda *_: pytest.fail("it was done already"))
        assert upgrade(empty_database).is_current

    @pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
    def test_torn_references(self, empty_database: Database) -> None:
        with empty_database.alone(1.0) as connection:
            connection.exec_driver_sql("CREATE TABLE parents (id TEXT PRIMARY KEY)")
            connection.exec_driver_sql("CREATE TABLE children (parent TEXT REFERENCES parents (id))")
            connection.exec_driver_sql("INSERT INTO children VALUES ('nobody')")
        with pytest.raises(DatabaseUnavailable, match="references are torn"):
            upgrade(empty_database)
        assert status(empty_database).revision is None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_alembic_is_loaded_only_to_do_something(repository: Path, url: str) -> None:
    code = (
        "import sys; from app.core.database import Database; from app.models.records.upgrade import upgrade;"
        f"database = Database({url!r}); upgrade(database); database.close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
