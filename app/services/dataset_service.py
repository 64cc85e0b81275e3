"""Customer tables: brought in, looked at, taken away."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatasetNotFound
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.dataset import DatasetRecord, DatasetStore
from app.schemas.dataset import DatasetList, DatasetRead, DatasetRows, DatasetSummary, ImportChoices
from app.schemas.job import JobRead
from app.services.dataset_files import DatasetFiles
from app.services.job_kinds import DRY_RUN, IMPORT
from app.services.job_service import JobService

Lineage = Literal["replaced", "appended"]


class DatasetService:
    """The tables of one data folder and one database."""

    def __init__(self, settings: Settings, database: Database, jobs: JobService) -> None:
        self._database = database
        self._jobs = jobs
        self._files = DatasetFiles(settings)

    def make_upload(self) -> tuple[str, Path]:
        """Return the id and the path for a file that comes."""
        return self._files.make_upload()

    def try_out(self, upload: str, file_name: str, choices: ImportChoices) -> JobRead:
        """Ask what an uploaded file holds. Raises UploadNotFound."""
        self._files.keep_upload(upload)
        asked = {"upload": upload, "file_name": file_name, "choices": _chosen(choices)}
        return self._jobs.submit(DRY_RUN, asked)

    def take_in(
        self,
        upload: str,
        file_name: str,
        choices: ImportChoices,
        name: str,
        parent_id: str | None = None,
        lineage: Lineage | None = None,
        key: str | None = None,
    ) -> JobRead:
        """Ask for an uploaded file to be taken in: alone, in the place of another table, or behind it.

        With an idempotency key that came before, return the job of then.

        Raises
        ------
        UploadNotFound, DatasetNotFound
        """
        # what was taken in has no upload any more, and is answered all the same
        if key is None or not self._jobs.is_known(key):
            self._files.keep_upload(upload)
            if parent_id is not None:
                self.get_dataset(parent_id)
        asked = {
            "upload": upload,
            "file_name": file_name,
            "choices": _chosen(choices),
            "name": name,
            "parent_id": parent_id,
            "lineage": lineage,
        }
        return self._jobs.submit(IMPORT, asked, key)

    def forget_answers(self, header: Sequence[str]) -> None:
        """Forget what was answered to files with these columns: the next one is guessed anew."""
        from app.models.importing.understanding import fingerprint_header  # noqa: PLC0415 - it reads files

        with self._database.writing() as session:
            ColumnMappingStore(session).delete_mapping(fingerprint_header(header))

    def discard_upload(self, upload: str) -> None:
        """Remove a file that was sent and will not be taken in; one that is gone is no error."""
        self._files.remove_upload(upload)

    def get_dataset(self, dataset_id: str) -> DatasetRead:
        """Return a table's facts. Raises DatasetNotFound."""
        with self._database.reading() as session:
            return _read(DatasetStore(session).get_dataset(dataset_id))

    def list_successors(self, dataset_id: str) -> list[DatasetRead]:
        """Return the tables that replaced this one or were appended to it, oldest first."""
        with self._database.reading() as session:
            return [_read(row) for row in DatasetStore(session).list_successors(dataset_id)]

    def list_datasets(self, limit: int, cursor: str | None = None) -> DatasetList:
        """Return a page of the tables, newest first."""
        with self._database.reading() as session:
            page = DatasetStore(session).list_datasets(limit, cursor)
        return DatasetList(datasets=[_read(row) for row in page.rows], next_cursor=page.next_cursor)

    def rename_dataset(self, dataset_id: str, name: str) -> DatasetRead:
        """Give a table another name. Raises DatasetNotFound."""
        with self._database.writing() as session:
            return _read(DatasetStore(session).rename_dataset(dataset_id, name))

    def delete_dataset(self, dataset_id: str) -> None:
        """Remove a table; models that were trained on it stay. Raises DatasetNotFound."""
        self.get_dataset(dataset_id)
        self._files.note_unlisted(dataset_id)
        with self._database.writing() as session:
            DatasetStore(session).delete_dataset(dataset_id)
        self._files.remove(dataset_id)

    def get_summary(self, dataset_id: str) -> DatasetSummary:
        """Return what a table's columns look like. Raises DatasetNotFound."""
        self.get_dataset(dataset_id)
        try:
            return DatasetSummary(**json.loads(self._files.summary_of(dataset_id).read_bytes()))
        except FileNotFoundError:
            raise DatasetNotFound("the files of this dataset are gone") from None

    def read_rows(self, dataset_id: str, after: int, limit: int, search: str) -> DatasetRows:
        """Return some rows of a table. Raises DatasetNotFound."""
        from app.models.datasets.rows import read_rows  # noqa: PLC0415 - who never looks need not load it

        dataset = self.get_dataset(dataset_id)
        names = [column.name for column in dataset.columns]
        page = read_rows(self._table(dataset_id), dataset.source["row_column"], names, after, limit, search)
        return DatasetRows(columns=names, rows=page.rows, next_after=page.next_after)

    def write_csv(self, dataset_id: str) -> tuple[str, Path]:
        """Write a table as CSV into a temporary file, which the caller removes; return its name and path."""
        from app.models.datasets.rows import write_csv  # noqa: PLC0415

        dataset = self.get_dataset(dataset_id)
        with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as file:
            path = Path(file.name)
        write_csv(self._table(dataset_id), [column.name for column in dataset.columns], path)
        return dataset.name, path

    def rejected_rows(self, dataset_id: str) -> tuple[str, Path]:
        """Return a table's name and the path of its rejected rows. Raises DatasetNotFound."""
        dataset = self.get_dataset(dataset_id)
        return dataset.name, self._existing(self._files.rejected_of(dataset_id))

    def _table(self, dataset_id: str) -> Path:
        return self._existing(self._files.table_of(dataset_id))

    @staticmethod
    def _existing(path: Path) -> Path:
        if not path.is_file():
            raise DatasetNotFound("the files of this dataset are gone")
        return path


def _chosen(choices: ImportChoices) -> dict[str, Any]:
    return choices.model_dump(exclude_defaults=True)


def _read(row: DatasetRecord) -> DatasetRead:
    return DatasetRead(
        id=row.id,
        name=row.name,
        rows=row.rows,
        rejected=row.source["rejected"],
        columns=row.columns,
        source=row.source,
        parent_id=row.parent_id,
        lineage=row.lineage,
        created_at=row.created_at,
    )
