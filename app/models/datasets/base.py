"""A table that was taken in, opened for SQL; loads no library for numbers, as the server reads rows too."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

from app.utils.sql_text import literal


def open_base() -> duckdb.DuckDBPyConnection:
    """Open a connection with views of its own to a base in memory that may use little of it."""
    return _base().cursor()


@cache
def _base() -> duckdb.DuckDBPyConnection:
    # one for the process: to open another takes longer than most of what is asked of it
    return duckdb.connect(
        config={
            "memory_limit": "256MB",
            "threads": 1,
            "enable_external_access": True,
            "autoload_known_extensions": False,
            "enable_external_file_cache": False,  # tables come and go, and the server is to stay small
        }
    )


def open_rows(base: duckdb.DuckDBPyConnection, path: Path, view: str = "rows") -> dict[str, str]:
    """Make a view of a Parquet file; return the types of its columns by name."""
    base.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM read_parquet({literal(path)})")  # noqa: S608
    return dict(base.execute(f"SELECT column_name, column_type FROM (DESCRIBE {view})").fetchall())  # noqa: S608
