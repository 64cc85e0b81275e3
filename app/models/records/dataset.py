"""Customer tables that were brought in: their facts; the tables themselves are files."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainNumber, PlainText
from app.core.database import clock
from app.core.errors import DatasetNotFound
from app.models.records.base import SHORT, new_id
from app.models.records.paging import ListedRecord, Page, page_of

Lineage = Literal["replaced", "appended"]


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a table when it is kept.

    Attributes
    ----------
    fingerprint, header_fingerprint : str
        Hashes of all values, and of the column names in their order.
    source : dict
        How the file was read: encoding, delimiter, sheet and the like.
    file_name : str
        Its name on disk, made by the server.
    parent_id, lineage
        The dataset that this one replaced or was appended to, if any.
    """

    name: str
    rows: int
    columns: list[dict[str, Any]]
    fingerprint: str
    header_fingerprint: str
    source: dict[str, Any]
    file_name: str
    parent_id: str | None = None
    lineage: Lineage | None = None
    id: str = field(default_factory=new_id)


class DatasetRecord(ListedRecord):
    """A row of `datasets`."""

    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint("lineage IN ('replaced', 'appended')", name="lineage"),
        CheckConstraint("rows >= 0", name="rows"),
        Index(None, "created_at", "id"),
    )

    name: Mapped[str] = mapped_column(PlainText(SHORT))
    rows: Mapped[int] = mapped_column(PlainNumber)
    columns: Mapped[list[dict[str, Any]]]
    fingerprint: Mapped[str] = mapped_column(PlainText(SHORT), index=True)
    header_fingerprint: Mapped[str] = mapped_column(PlainText(SHORT))
    source: Mapped[dict[str, Any]]
    file_name: Mapped[str] = mapped_column(PlainText(SHORT), unique=True)
    parent_id: Mapped[str | None] = mapped_column(
        PlainText(SHORT), ForeignKey("datasets.id", ondelete="SET NULL"), index=True
    )
    lineage: Mapped[str | None] = mapped_column(PlainText(SHORT))


class DatasetStore:
    """The datasets, within one transaction of the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create_dataset(self, facts: DatasetFacts) -> DatasetRecord:
        """Keep a dataset's facts.

        Raises
        ------
        DatasetNotFound
            If it names a parent that is not there.
        """
        if facts.parent_id is not None:
            self.get_dataset(facts.parent_id)
        statement = insert(DatasetRecord).values(**asdict(facts), created_at=clock(self._session))
        return self._session.scalars(statement.returning(DatasetRecord)).one()

    def find_dataset(self, dataset_id: str) -> DatasetRecord | None:
        """Return a dataset, or None."""
        return self._session.get(DatasetRecord, dataset_id)

    def get_dataset(self, dataset_id: str) -> DatasetRecord:
        """Return a dataset.

        Raises
        ------
        DatasetNotFound
            If there is none.
        """
        found = self.find_dataset(dataset_id)
        if found is None:
            raise DatasetNotFound("there is no dataset of this id")
        return found

    def find_same(self, fingerprint: str) -> DatasetRecord | None:
        """Return the newest dataset with these very values, or None."""
        query = select(DatasetRecord).where(DatasetRecord.fingerprint == fingerprint)
        return self._session.scalars(query.order_by(DatasetRecord.created_at.desc()).limit(1)).first()

    def list_datasets(self, limit: int, cursor: str | None = None) -> Page[DatasetRecord]:
        """Return a page of the datasets, newest first."""
        return page_of(self._session, DatasetRecord, limit, cursor)

    def list_successors(self, dataset_id: str) -> list[DatasetRecord]:
        """Return what replaced a dataset or was appended to it, oldest first."""
        query = select(DatasetRecord).where(DatasetRecord.parent_id == dataset_id)
        return list(self._session.scalars(query.order_by(DatasetRecord.created_at)))

    def delete_dataset(self, dataset_id: str) -> str:
        """Forget a dataset; return the name of its file, which the caller removes after the transaction."""
        statement = delete(DatasetRecord).where(DatasetRecord.id == dataset_id)
        found = self._session.scalars(statement.returning(DatasetRecord.file_name)).one_or_none()
        if found is None:
            raise DatasetNotFound("there is no dataset of this id")
        return found
