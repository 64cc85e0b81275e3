"""Where uploads and tables lie in the data folder."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
import uuid
from pathlib import Path

from app.core.config import Settings
from app.core.errors import UploadNotFound
from app.models.importing.limits import ImportLimits

UPLOAD_SECONDS = 24 * 3600.0
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class DatasetFiles:
    """Files of uploads and of datasets, each in a folder named by an id that we gave."""

    def __init__(self, settings: Settings) -> None:
        self._uploads = settings.uploads_dir
        self._datasets = settings.datasets_dir

    def make_upload(self) -> tuple[str, Path]:
        """Return the id and the path for a file that comes; uploads that nobody took in for long go."""
        self._uploads.mkdir(parents=True, exist_ok=True)
        for path in filter(_is_old, self._uploads.iterdir()):
            path.unlink(missing_ok=True)
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
        if _ID.fullmatch(upload) and path.is_file():
            return path
        raise UploadNotFound("there is no such upload, or no more: send the file again")

    def remove_upload(self, upload: str) -> None:
        """Remove a file that was sent, if there is one."""
        with contextlib.suppress(UploadNotFound):
            self.get_upload(upload).unlink(missing_ok=True)

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
        """Return the folder for a dataset to come; what crashes left there, and long ago beside it, goes."""
        folder = self.folder_of(dataset_id)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for leftover in filter(_is_old, folder.parent.glob(".importing-*")):
            shutil.rmtree(leftover, ignore_errors=True)
        self.remove(dataset_id)
        return folder

    def remove(self, dataset_id: str) -> None:
        """Remove a dataset's folder, if there is one."""
        shutil.rmtree(self.folder_of(dataset_id), ignore_errors=True)


def import_limits(settings: Settings) -> ImportLimits:
    """Return what reading a customer table may cost."""
    return ImportLimits(
        file_bytes=settings.max_upload_bytes,
        rows=settings.max_import_rows,
        columns=settings.max_import_columns,
    )


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - UPLOAD_SECONDS
    except FileNotFoundError:  # another worker was quicker
        return False
