"""What people wrote over a segment's texts; the model version below stays as it was trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainNumber, PlainText, UtcDateTime
from app.core.database import clock
from app.models.records.base import LONG, SHORT, Record, insert_or, new_id


@dataclass(frozen=True)
class SegmentTexts:
    """A person's words; None leaves what the model version says.

    Attributes
    ----------
    slot : int or None
        Place in the palette, 1 to 8.
    """

    name: str | None = None
    slot: int | None = None
    description: str | None = None
    strategy: list[str] | None = None


class SegmentEditRecord(Record):
    """A row of `segment_edits`."""

    __tablename__ = "segment_edits"
    __table_args__ = (
        UniqueConstraint("recipe", "segment_id"),
        CheckConstraint("slot BETWEEN 1 AND 8", name="slot"),
    )

    id: Mapped[str] = mapped_column(PlainText(SHORT), primary_key=True)
    recipe: Mapped[str] = mapped_column(PlainText(SHORT))
    segment_id: Mapped[int] = mapped_column(PlainNumber)
    name: Mapped[str | None] = mapped_column(PlainText(SHORT))
    slot: Mapped[int | None]
    description: Mapped[str | None] = mapped_column(PlainText(LONG))
    strategy: Mapped[list[str] | None]
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SegmentEditStore:
    """The edits, within one transaction of the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turn(self) -> None:
        """Wait until nobody else changes words, as every writer on SQLite does by itself."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("LOCK TABLE segment_edits IN SHARE ROW EXCLUSIVE MODE"))

    def save_edit(self, recipe: str, segment_id: int, texts: SegmentTexts) -> SegmentEditRecord:
        """Keep a person's words for a segment in the place of earlier ones."""
        insert = insert_or(self._session, SegmentEditRecord).values(
            id=new_id(),
            recipe=recipe,
            segment_id=segment_id,
            edited_at=clock(self._session),
            **asdict(texts),
        )
        changed = {name: insert.excluded[name] for name in (*asdict(texts), "edited_at")}
        statement = insert.on_conflict_do_update(index_elements=["recipe", "segment_id"], set_=changed)
        options = {"populate_existing": True}
        found = self._session.scalars(statement.returning(SegmentEditRecord), execution_options=options)
        return found.one()

    def find_edit(self, recipe: str, segment_id: int) -> SegmentEditRecord | None:
        """Return the words for a segment, or None."""
        query = select(SegmentEditRecord).where(
            SegmentEditRecord.recipe == recipe, SegmentEditRecord.segment_id == segment_id
        )
        return self._session.scalars(query).one_or_none()

    def list_edits(self, recipe: str) -> dict[int, SegmentEditRecord]:
        """Return the words for all segments of a recipe, by segment id."""
        query = select(SegmentEditRecord).where(SegmentEditRecord.recipe == recipe)
        rows = self._session.scalars(query.order_by(SegmentEditRecord.segment_id))
        return {row.segment_id: row for row in rows}

    def delete_edit(self, recipe: str, segment_id: int) -> None:
        """Go back to what the model version says."""
        is_it = (SegmentEditRecord.recipe == recipe) & (SegmentEditRecord.segment_id == segment_id)
        self._session.execute(delete(SegmentEditRecord).where(is_it))
