from tests.storage.databases import (
    database,
    empty_database,
    empty_url,
    postgres,
    postgres_with_tables,
    sqlite_template,
    url,
)

__all__ = [
    "database",
    "empty_database",
    "empty_url",
    "postgres",
    "postgres_with_tables",
    "sqlite_template",
    "url",
]
