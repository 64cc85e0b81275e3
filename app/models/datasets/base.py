"""A table that was taken in, opened for SQL; loads no library for numbers, as the server reads rows too."""

from __future__ import annotations

from pathlib import Path

import duckdb

from app.utils.sql_text import literal


def open_base() -> duckdb.DuckDBPyConnection:
    """Open a base in memory that may use little of it."""
    return duckdb.connect(
        config={
            "memory_limit": "256MB",
            "threads": 1,
            "enable_external_access": True,
            "autoload_known_extensions": False,
        }
    )


def open_rows(base: duckdb.DuckDBPyConnection, path: Path, view: str = "rows") -> dict[str, str]:
    """Make a view of a Parquet file; return the types of its columns by name."""
    base.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({literal(path)})")  # noqa: S608
    return dict(base.execute(f"SELECT column_name, column_type FROM (DESCRIBE {view})").fetchall())  # noqa: S608
