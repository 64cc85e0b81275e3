"""What all tables share."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

# Lengths of texts: what an index of PostgreSQL can take, and what a person reads.
SHORT, LONG = 200, 10_000


class Record(DeclarativeBase):
    """A row; constraints have names on both databases, so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    # the plain type on PostgreSQL too: it gives keys back in the order in which they were written
    type_annotation_map = {  # noqa: RUF012 - the name and the form are SQLAlchemy's
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
    }


def new_id() -> str:
    """Return an id that nobody has and nobody guesses."""
    return str(uuid.uuid4())


def insert_or(session: Session, record: type[Record]) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what happens where the row is there already (``ON CONFLICT``)."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(record)
    return postgresql.insert(record)
