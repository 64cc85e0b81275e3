"""A PostgreSQL database for every folder of a test: ``TEST_DATABASE=postgresql python -m pytest tests/api``.

Unless it is asked for, a test's database is the SQLite file in its folder, and only what looks at the storage
runs on both.
"""

from __future__ import annotations

import atexit
import itertools
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from app.core.database import Database
from app.models.records.upgrade import upgrade
from tests.storage.postgres import run, server_url

_open = ExitStack()
atexit.register(_open.close)
_numbers = itertools.count()


def database_url(folder: Path) -> str:
    """Return the URL of a folder's own database with all tables; empty where that is its SQLite file."""
    return _database_of(folder) if os.environ.get("TEST_DATABASE") == "postgresql" else ""


@cache
def _database_of(folder: Path) -> str:
    server, template = _template()
    return _made(server, template)


@cache
def _template() -> tuple[str, str]:
    server = _open.enter_context(server_url())
    url = _made(server, "template0")
    database = Database(url)
    upgrade(database)
    database.close()
    return server, str(make_url(url).database)


def _made(server: str, template: str) -> str:
    name = f"clientele_folder_{os.getpid()}_{next(_numbers)}"
    run(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    return make_url(server).set(database=name).render_as_string(hide_password=False)
