"""Alembic's entry: `app.models.records.upgrade` runs it within a transaction of its own."""

from __future__ import annotations

from alembic import context

from app.models.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a column by rebuilding its table
    render_as_batch=True,
)
context.run_migrations()
