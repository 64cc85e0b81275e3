"""Brings a database to the tables of this release: at the start, by whichever process is first.

The whole upgrade is one transaction under one lock, on both databases: a process that dies within it leaves
the tables as they were, and those that come second find nothing to do. Alembic is loaded only by who has
something to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatabaseUnavailable, SettingsInvalid

# Alembic reads these as files, they are no package: versions/v<revision>_<subject>.py, in their order.
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# of a process for another one's upgrade
PATIENCE_SECONDS = 600.0
# any number that no other program on the server locks
LOCK = 0x_C11E_17E1E


@dataclass(frozen=True)
class SchemaStatus:
    """Which tables a database has.

    Attributes
    ----------
    revision : str or None
        The last migration that it has seen; None before the first.
    newest : str
        The last migration of this release.
    is_known : bool
        False where a newer release, or something else, wrote the database.
    """

    revision: str | None
    newest: str
    is_known: bool

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to do."""
        return self.revision == self.newest


def list_revisions() -> list[str]:
    """List the migrations of this release, oldest first."""
    files = (MIGRATIONS / "versions").glob("v*_*.py")
    return sorted(file.name.removeprefix("v").partition("_")[0] for file in files)


def status(database: Database) -> SchemaStatus:
    """Look which tables a database has; changes none of them and makes no file."""
    if not database.is_made:
        return SchemaStatus(None, list_revisions()[-1], is_known=True)
    with database.reading() as session:
        return _status(session.connection())


def upgrade(database: Database, to: str = "head") -> SchemaStatus:
    """Bring a database to the newest tables, or to a certain migration; return what it was before.

    Raises
    ------
    SettingsInvalid
        If a newer release wrote the database.
    DatabaseUnavailable
        If it does not answer, or holds other tables of these names. Nothing is changed then.
    """
    before = status(database)
    _refuse_unknown(before, database)
    if before.is_current:
        return before
    with database.alone(PATIENCE_SECONDS) as connection:
        if not database.is_sqlite:  # whose transaction is the lock
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        before = _status(connection)  # somebody may have been first
        _refuse_unknown(before, database)
        if not before.is_current:
            _migrate(connection, to, database)
    return before


def open_database(settings: Settings) -> Database:
    """Return the settings' database with the tables of this release. Raises as `upgrade` does."""
    database = Database.of(settings)
    upgrade(database)
    return database


def _migrate(connection: Connection, to: str, database: Database) -> None:
    from alembic import command  # noqa: PLC0415 - slow, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
        # they were not checked while tables were rebuilt
        torn = database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    except SQLAlchemyError as error:
        kind = type(error).__name__
        raise DatabaseUnavailable(f"{database.key}: the database could not be upgraded: {kind}") from error
    if torn:
        raise DatabaseUnavailable(f"{database.key}: the database could not be upgraded: references are torn")


def _status(connection: Connection) -> SchemaStatus:
    known = list_revisions()
    revision = None
    if inspect(connection).has_table("alembic_version"):
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return SchemaStatus(revision, known[-1], revision is None or revision in known)


def _refuse_unknown(found: SchemaStatus, database: Database) -> None:
    if not found.is_known:
        raise SettingsInvalid(
            f"cannot start: {database.key}: a newer release wrote this database; start that release again, "
            "or bring back a backup from before it"
        )
