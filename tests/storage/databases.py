"""The fixtures: each test's own database, on SQLite and on PostgreSQL, with the tables or without any."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from app.core.database import Database
from app.models.records.upgrade import upgrade
from tests.storage.postgres import server_url

KINDS = ("sqlite", "postgresql")
TEMPLATE = f"clientele_template_{os.getpid()}"
numbers = itertools.count()
NewDatabase = Callable[[str | None], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[NewDatabase]:
    """Make databases on a server: empty, or like another one."""
    with server_url() as url:

        def run(words: str, *names: str) -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))

        made: list[str] = []

        def new(template: str | None, name: str | None = None) -> str:
            name = name or f"clientele_test_{os.getpid()}_{next(numbers)}"
            run("CREATE DATABASE {} TEMPLATE {}", name, template or "template0")
            made.append(name)
            return make_url(url).set(database=name).render_as_string(hide_password=False)

        with_tables = Database(new(None, TEMPLATE))
        upgrade(with_tables)
        with_tables.close()
        yield new
        for name in made:
            run("DROP DATABASE {} WITH (FORCE)", name)


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
    return new(None)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables."""
    if request.param == "sqlite":
        path = tmp_path / "clientele.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        return f"sqlite:///{path}"
    new: NewDatabase = request.getfixturevalue("postgres")
    return new(TEMPLATE)


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
