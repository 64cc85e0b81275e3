from tests.storage.databases import (
    database,
    empty_database,
    empty_url,
    postgres,
    sqlite_template,
    url,
)

__all__ = ["database", "empty_database", "empty_url", "postgres", "sqlite_template", "url"]
