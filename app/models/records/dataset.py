"""Customer tables that were brought in: their facts; the tables themselves are files."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.column_types import PlainNumber, PlainText
from app.core.database import clock
from app.core.errors import DatasetNotFound, InputInvalid
from app.models.records.base import SHORT, new_id
from app.models.records.paging import ListedRecord, Page, page_of

Lineage = Literal["replaced", "appended"]
Found = TypeVar("Found")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}(?:\.[a-z0-9]{1,10})?")


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
        Its name on disk, made by the server: small letters, digits and hyphens, and perhaps an ending.
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

    def __post_init__(self) -> None:
        """Refuse a file name that could lead out of a folder, or mean another file on another system."""
        if not _FILE_NAME.fullmatch(self.file_name):
            raise InputInvalid("a dataset's file name must be small letters, digits and hyphens")


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
        return _one(self.find_dataset(dataset_id))

    def find_same(self, content_hash: str) -> DatasetRecord | None:
        """Return the newest dataset that was made of a file of this hash and of nothing else, or None."""
        query = select(DatasetRecord).where(
            DatasetRecord.source["content_hash"].as_string() == content_hash,
            DatasetRecord.lineage.is_distinct_from("appended"),
        )
        return self._session.scalars(query.order_by(DatasetRecord.created_at.desc()).limit(1)).first()

    def list_datasets(self, limit: int, cursor: str | None = None) -> Page[DatasetRecord]:
        """Return a page of the datasets, newest first."""
        return page_of(self._session, DatasetRecord, limit, cursor)

    def list_successors(self, dataset_id: str) -> list[DatasetRecord]:
        """Return what replaced a dataset or was appended to it, oldest first."""
        query = select(DatasetRecord).where(DatasetRecord.parent_id == dataset_id)
        return list(self._session.scalars(query.order_by(DatasetRecord.created_at)))

    def rename_dataset(self, dataset_id: str, name: str) -> DatasetRecord:
        """Give a dataset another name; its other facts never change. Raises DatasetNotFound."""
        statement = update(DatasetRecord).where(DatasetRecord.id == dataset_id).values(name=name)
        options = {"populate_existing": True, "synchronize_session": False}
        found = self._session.scalars(statement.returning(DatasetRecord), execution_options=options)
        return _one(found.one_or_none())

    def delete_dataset(self, dataset_id: str) -> str:
        """Forget a dataset; return the name of its file, which the caller removes after the transaction.

        Raises DatasetNotFound. What was made from it stays, without a parent.
        """
        statement = delete(DatasetRecord).where(DatasetRecord.id == dataset_id)
        return _one(self._session.scalars(statement.returning(DatasetRecord.file_name)).one_or_none())


def _one(found: Found | None) -> Found:
    if found is None:
        raise DatasetNotFound("there is no dataset of this id")
    return found
