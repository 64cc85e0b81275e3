"""The fixtures: each test's own database, on SQLite and on PostgreSQL, with the tables or without any."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.core.database import Database
from app.models.records.tables import metadata
from app.models.records.upgrade import upgrade
from tests.storage.postgres import run, server_url

KINDS = ("sqlite", "postgresql")
numbers = itertools.count()
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[NewDatabase]:
    """Make empty databases on a server."""
    with server_url() as url:
        made: list[str] = []

        def new() -> str:
            made.append(f"clientele_test_{os.getpid()}_{next(numbers)}")
            run(url, "CREATE DATABASE {} TEMPLATE template0", made[-1])
            return make_url(url).set(database=made[-1]).render_as_string(hide_password=False)

        yield new
        # a server of our own goes with all that it holds; each drop would cost it a checkpoint
        for name in made if "TEST_DATABASE_URL" in os.environ else ():
            run(url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: NewDatabase) -> str:
    """The URL of one database that the tests take turns with: whoever changes its tables takes another."""
    url = postgres()
    database = Database(url)
    upgrade(database)
    database.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with all tables, as bytes."""
    path = tmp_path_factory.mktemp("template") / "clientele.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path.read_bytes()


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clientele.db'}"
    new: NewDatabase = request.getfixturevalue("postgres")
    return new()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables."""
    if request.param == "sqlite":
        path = tmp_path / "clientele.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        return f"sqlite:///{path}"
    shared: str = request.getfixturevalue("postgres_with_tables")
    run(shared, f"TRUNCATE {', '.join(metadata.tables)}")
    return shared


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with all tables."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    """A database without tables."""
    database = Database(empty_url)
    yield database
    database.close()
