"""The database behind the records: a SQLite file, or PostgreSQL where `DATABASE_URL` says so.

    with database.reading() as session: ...     one consistent view; writing through it is refused
    with database.writing() as session: ...     one transaction, kept at the end or not at all

On SQLite a writer takes its turn when the block begins and waits for it (`write_turns`), so a busy database
is slow and not an error. Blocks are short: nobody computes inside one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Interval,
    create_engine,
    event,
    func,
    literal,
    make_url,
    type_coerce,
)
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from app.core.column_types import UtcDateTime, write_json
from app.core.config import Settings
from app.core.errors import ClienteleError, DatabaseUnavailable, InputInvalid, SettingsInvalid
from app.core.sqlite_guard import prepare
from app.core.write_turns import WriteTurns

# of a writer on SQLite for its turn, of everybody for a connection
PATIENCE_SECONDS = 20.0
CONNECT_SECONDS = 5
# a worker that froze between two statements gives its rows back after it
IDLE_SECONDS = 30
EXAMPLE = "postgresql://user:password@host/name or sqlite:///file"

# Part of a driver's message → our words. The message itself may hold a piece of a badly written password.
REASONS = (
    ("no such table", "it is not set up; run python -m app.cli.database upgrade"),
    ("undefinedtable", "it is not set up; run python -m app.cli.database upgrade"),
    ("password authentication failed", "the user or the password is refused"),
    ("no password supplied", "the server wants a password"),
    ("fatal:  database", "the server has no such database"),
    ("fatal:  role", "the server has no such user"),
    ("resolve host", "the host's name is not known"),
    ("translate host", "the host's name is not known"),
    ("connection option", "the address holds an option that is not known"),
    ("locked", "it is busy for too long"),
    ("readonly", "it cannot be written"),
    ("unable to open", "the file cannot be opened"),
    ("not a database", "the file is no database, or is damaged"),
    ("malformed", "the file is no database, or is damaged"),
    ("is full", "the disk is full"),
    ("disk i/o", "the disk fails"),
)


class Database:
    """One database; connections are made when the first of them is needed.

    Parameters
    ----------
    url : str
        ``postgresql://…`` (or ``postgres://…``) or ``sqlite:///file``.
    key : str
        The setting that a fault is mended by, for messages.

    Raises
    ------
    SettingsInvalid
        If the URL cannot be used; the message names the key and repeats nothing of the value.
    """

    def __init__(self, url: str, key: str = "DATABASE_URL") -> None:
        self.url = _read_url(url, key)
        self.key = key
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._turns = WriteTurns(Path(f"{self.url.database}-turn")) if self.is_sqlite else None

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """Return the database that the settings name."""
        url = settings.database_url.get_secret_value()
        return cls(url) if url else cls(f"sqlite:///{settings.database_file}", "DATA_DIR")

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_made(self) -> bool:
        """Whether there is a file, where it is one; a server is taken to have what its URL names."""
        return not self.is_sqlite or Path(self.url.database or "").exists()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one moment and cannot write."""
        options: dict[str, Any] = {"is_writer": False}
        if not self.is_sqlite:  # where each statement would see a moment of its own
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.in_our_words(), self._sessions(options).begin() as session:
            session.connection()
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session whose changes are kept together when the block ends without an error."""
        with self.in_our_words():
            sessions = self._sessions({"is_writer": True})
            with self._turn(PATIENCE_SECONDS), sessions.begin() as session:
                session.connection()  # by itself, it would begin at the first statement
                yield session

    @contextmanager
    def alone(self, patience: float) -> Iterator[Connection]:
        """Open a transaction for changing the tables, with references unchecked while they are rebuilt."""
        engine = self._open(foreign_keys=False, patience=patience).execution_options(is_writer=True)
        try:
            with self.in_our_words(), self._turn(patience), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def _turn(self, patience: float) -> AbstractContextManager[None]:
        late = self._unusable("it is busy for too long")
        return nullcontext() if self._turns is None else self._turns.turn(patience, late)

    def close(self) -> None:
        """Close the connections that nobody uses; the next use opens new ones."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    @contextmanager
    def in_our_words(self) -> Iterator[None]:
        """Turn faults of the database and of values into errors of ours, without what the driver says."""
        try:
            yield
        except PoolTimeout:
            raise DatabaseUnavailable(f"{self.key}: all connections are in use") from None
        except StatementError as error:
            ours = self._translated(error)
            if ours is None:
                raise
            raise ours from None

    def _translated(self, error: StatementError) -> ClienteleError | None:
        origin = error.orig
        if isinstance(origin, ClienteleError):
            return origin
        if isinstance(error, DataError):
            return InputInvalid("a value is out of the range that can be kept")
        if isinstance(error, IntegrityError):  # PostgreSQL's own words repeat the whole row
            return InputInvalid("a value breaks a rule of its table")
        said = f"{type(origin).__name__} {origin}".lower()
        words = next((ours for theirs, ours in REASONS if theirs in said), None)
        is_away = isinstance(error, (OperationalError, InterfaceError)) and not self.is_sqlite
        if words is None and (is_away or (isinstance(error, DBAPIError) and error.connection_invalidated)):
            words = "it does not answer"
        return self._unusable(words) if words else None

    def _unusable(self, words: str) -> DatabaseUnavailable:
        return DatabaseUnavailable(f"{self.key}: the database cannot be used: {words}")

    def _sessions(self, options: dict[str, Any]) -> sessionmaker[Session]:
        with self._lock:
            if self._engine is None:
                self._engine = self._open(foreign_keys=True, patience=PATIENCE_SECONDS)
            engine = self._engine
        # records are read after the block, so a commit must not empty them
        return sessionmaker(engine.execution_options(**options), expire_on_commit=False)

    def _open(self, *, foreign_keys: bool, patience: float) -> Engine:
        arguments: dict[str, Any] = {"timeout": patience} if self.is_sqlite else {}
        if not self.is_sqlite and "connect_timeout" not in self.url.query:
            arguments["connect_timeout"] = CONNECT_SECONDS
        try:
            engine = create_engine(
                self.url,
                connect_args=arguments,
                hide_parameters=True,
                # a server that was restarted must not cost a request
                pool_pre_ping=not self.is_sqlite,
                pool_timeout=PATIENCE_SECONDS,
                json_serializer=write_json,
            )
        except ModuleNotFoundError:
            raise SettingsInvalid(
                f"cannot start: {self.key}: the driver is not installed; install requirements-postgres.txt"
            ) from None
        if self.is_sqlite:
            self._make_file()
            event.listen(engine, "connect", lambda c, _: _prepare(c, patience, foreign_keys=foreign_keys))
            event.listen(engine, "begin", _begin_on_sqlite)
        else:
            event.listen(engine, "connect", _limit_idling)
        return engine

    def _make_file(self) -> None:
        path = Path(self.url.database or "")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # for this user alone; SQLite gives its journals the same mode
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise self._unusable((error.strerror or "no such file").lower()) from None


def clock(session: Session, later: timedelta = timedelta(0)) -> ColumnElement[datetime]:
    """Return the database's time as an expression.

    Machines that share PostgreSQL have clocks of their own, so its clock is the one that leases go by. A
    SQLite file has one machine, whose clock we read: SQLite's own stops at milliseconds.
    """
    if session.get_bind().dialect.name == "sqlite":
        return literal(datetime.now(UTC) + later, UtcDateTime)
    # of the statement and not of the call, or no index would serve a comparison with it
    return type_coerce(func.statement_timestamp() + literal(later, Interval), UtcDateTime)


def _read_url(text: str, key: str) -> URL:
    scheme, separator, rest = text.partition("://")
    if scheme == "postgres":
        text = f"postgresql{separator}{rest}"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsInvalid(f"cannot start: {key}: is no database URL such as {EXAMPLE}") from None
    if url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise SettingsInvalid(f"cannot start: {key}: must be {EXAMPLE}")
    if not url.database or url.database == ":memory:":
        raise SettingsInvalid(f"cannot start: {key}: names no database; write {EXAMPLE}")
    if url.drivername == "sqlite" and (url.query or url.host):
        raise SettingsInvalid(f"cannot start: {key}: write sqlite:///file and nothing after it")
    return url


def _prepare(connection: sqlite3.Connection, patience: float, *, foreign_keys: bool) -> None:
    try:
        prepare(connection, patience, foreign_keys=foreign_keys)
    except BaseException:
        connection.close()  # nobody else would: it has not reached the pool yet
        raise


def _begin_on_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if is_writer else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _limit_idling(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()
