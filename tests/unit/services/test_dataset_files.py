from __future__ import annotations

import os
import time

import pytest

from app.core.config import Settings
from app.core.errors import UploadNotFound
from app.services.dataset_files import UPLOAD_SECONDS, DatasetFiles, import_limits


@pytest.fixture
def files(settings: Settings) -> DatasetFiles:
    return DatasetFiles(settings)


def test_an_upload_is_found_again(files: DatasetFiles) -> None:
    upload, path = files.make_upload()
    with pytest.raises(UploadNotFound):
        files.get_upload(upload)
    path.write_bytes(b"a,b\n")
    assert files.get_upload(upload) == path


def test_an_upload_is_removed_once(files: DatasetFiles) -> None:
    upload, path = files.make_upload()
    path.write_bytes(b"a,b\n")
    for _ in range(2):
        files.remove_upload(upload)
        assert not path.exists()
    assert path.parent.is_dir()


@pytest.mark.parametrize("upload", ["", ".", "..", "../clientele.db", "x" * 300, "a\x00b"])
def test_nothing_else_is(files: DatasetFiles, upload: str) -> None:
    files.make_upload()
    with pytest.raises(UploadNotFound):
        files.get_upload(upload)


def test_old_uploads_go(files: DatasetFiles) -> None:
    (_, old), (_, young) = files.make_upload(), files.make_upload()
    long_ago = time.time() - UPLOAD_SECONDS - 60
    for path in (old, young):
        path.touch()
    os.utime(old, (long_ago, long_ago))
    files.make_upload()
    assert (old.exists(), young.exists()) == (False, True)


def test_what_crashes_left_goes(files: DatasetFiles) -> None:
    folder = files.folder_of("a-dataset")
    leftover, at_work = folder.parent / ".importing-1", folder.parent / ".importing-2"
    for path in (folder, leftover, at_work):
        path.mkdir(parents=True)
    long_ago = time.time() - UPLOAD_SECONDS - 60
    os.utime(leftover, (long_ago, long_ago))
    assert files.clear_folder("a-dataset") == folder
    assert [path.exists() for path in (folder, leftover, at_work)] == [False, False, True]


def test_the_settings_bound_what_a_file_may_cost(settings: Settings) -> None:
    bounds = {"max_upload_bytes": 5_000, "max_import_rows": 20, "max_import_columns": 7}
    limits = import_limits(settings.model_copy(update=bounds))
    assert (limits.file_bytes, limits.rows, limits.columns) == (5_000, 20, 7)
