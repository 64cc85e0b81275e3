"""Where uploads and tables lie in the data folder."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from app.core.config import Settings
from app.core.durable_files import flush_folder, is_older
from app.core.errors import UploadNotFound
from app.models.importing.limits import ImportLimits

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNLISTED, _STAGING = ".unlisted-", ".importing-"


class DatasetFiles:
    """Files of uploads and of datasets, each in a folder named by an id that we gave.

    Beside a dataset's folder lies a note while it is to go unless the database lists the dataset: from before
    an import until its end, and from before a deletion. So what a crash leaves is told from what another
    database may list.
    """

    def __init__(self, settings: Settings) -> None:
        self._uploads = settings.uploads_dir
        self._datasets = settings.datasets_dir

    def make_upload(self) -> tuple[str, Path]:
        """Return the id and the path for a file that comes."""
        self._uploads.mkdir(parents=True, exist_ok=True)
        upload = str(uuid.uuid4())
        return upload, self._uploads / upload

    def get_upload(self, upload: str) -> Path:
        """Return the path of a file that was sent.

        Raises
        ------
        UploadNotFound
            If there is none, or no more.
        """
        path = self._uploads / upload
        # a link would lead elsewhere, and nobody of ours makes one
        if _ID.fullmatch(upload) and path.is_file() and not path.is_symlink():
            return path
        raise UploadNotFound("there is no such upload, or no more: send the file again")

    def keep_upload(self, upload: str) -> None:
        """Count the age of a file that was sent from now on. Raises UploadNotFound."""
        os.utime(self.get_upload(upload))

    def remove_upload(self, upload: str) -> None:
        """Remove a file that was sent, if there is one."""
        with contextlib.suppress(UploadNotFound):
            self.get_upload(upload).unlink(missing_ok=True)

    def list_uploads(self, before: float) -> list[str]:
        """Return the ids of the files that came, or were last kept, before a moment, in seconds."""
        return [
            path.name for path in _children(self._uploads) if _is_ours(path.name) and is_older(path, before)
        ]

    def folder_of(self, dataset_id: str) -> Path:
        """Return the folder of a dataset, whether there is one or not."""
        return self._datasets / dataset_id

    def table_of(self, dataset_id: str) -> Path:
        """Return the path of a dataset's rows."""
        return self.folder_of(dataset_id) / "accepted.parquet"

    def rejected_of(self, dataset_id: str) -> Path:
        """Return the path of the rows that were rejected, with their reasons."""
        return self.folder_of(dataset_id) / "rejected.csv"

    def summary_of(self, dataset_id: str) -> Path:
        """Return the path of what the columns look like."""
        return self.folder_of(dataset_id) / "summary.json"

    def clear_folder(self, dataset_id: str) -> Path:
        """Return the folder for a dataset to come, noted as unlisted; what a crash left there goes."""
        self.note_unlisted(dataset_id)
        folder = self.folder_of(dataset_id)
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def note_unlisted(self, dataset_id: str) -> None:
        """Note that a dataset's folder goes unless the database lists the dataset."""
        self._datasets.mkdir(parents=True, exist_ok=True)
        self._note_of(dataset_id).touch()
        flush_folder(self._datasets)

    def forget_unlisted(self, dataset_id: str) -> None:
        """Take the note away, if there is one: the database lists the dataset, or the folder is gone."""
        self._note_of(dataset_id).unlink(missing_ok=True)

    def list_unlisted(self, before: float) -> list[str]:
        """Return the ids that were noted as unlisted before a moment, in seconds."""
        notes = (path for path in _children(self._datasets) if path.name.startswith(_UNLISTED))
        return [note.name.removeprefix(_UNLISTED) for note in notes if is_older(note, before)]

    def remove(self, dataset_id: str) -> None:
        """Remove a dataset's folder, if there is one, and then its note."""
        folder = self.folder_of(dataset_id)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():  # else somebody reads a file there, on Windows
            self.forget_unlisted(dataset_id)

    def remove_staged(self, before: float) -> int:
        """Remove what imports that crashed left before a moment, in seconds; return how many there were."""
        staged = (path for path in _children(self._datasets) if path.name.startswith(_STAGING))
        left = [path for path in staged if is_older(path, before)]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)

    def _note_of(self, dataset_id: str) -> Path:
        return self._datasets / f"{_UNLISTED}{dataset_id}"


def import_limits(settings: Settings) -> ImportLimits:
    """Return what reading a customer table may cost."""
    return ImportLimits(
        file_bytes=settings.max_upload_bytes,
        rows=settings.max_import_rows,
        columns=settings.max_import_columns,
    )


def _is_ours(name: str) -> bool:
    return _ID.fullmatch(name) is not None


def _children(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())
