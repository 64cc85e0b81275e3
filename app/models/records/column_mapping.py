"""How the columns of a file were matched to features, remembered for the next file with the same header."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainText, UtcDateTime
from app.core.database import clock
from app.models.records.base import SHORT, Record, insert_or


class ColumnMappingRecord(Record):
    """A row of `column_mappings`."""

    __tablename__ = "column_mappings"

    header_fingerprint: Mapped[str] = mapped_column(PlainText(SHORT), primary_key=True)
    mapping: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ColumnMappingStore:
    """The mappings, within one transaction of the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_mapping(self, header_fingerprint: str, mapping: dict[str, Any]) -> None:
        """Remember a mapping in the place of what was remembered for this header."""
        insert = insert_or(self._session, ColumnMappingRecord).values(
            header_fingerprint=header_fingerprint, mapping=mapping, updated_at=clock(self._session)
        )
        changed = {"mapping": insert.excluded.mapping, "updated_at": insert.excluded.updated_at}
        self._session.execute(
            insert.on_conflict_do_update(index_elements=["header_fingerprint"], set_=changed)
        )

    def find_mapping(self, header_fingerprint: str) -> dict[str, Any] | None:
        """Return what was remembered for a header, or None."""
        found = self._session.get(ColumnMappingRecord, header_fingerprint, populate_existing=True)
        return None if found is None else found.mapping

    def delete_mapping(self, header_fingerprint: str) -> None:
        """Forget a mapping, if there is one."""
        is_it = ColumnMappingRecord.header_fingerprint == header_fingerprint
        self._session.execute(delete(ColumnMappingRecord).where(is_it))
