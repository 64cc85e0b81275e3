from __future__ import annotations

import os
import shutil
import time

import pytest

from app.core.config import Settings
from app.core.errors import UploadNotFound
from app.services.dataset_files import DatasetFiles, import_limits


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


def test_uploads_by_their_age(files: DatasetFiles) -> None:
    (old, old_path), (kept, kept_path), (_, young_path) = (files.make_upload() for _ in range(3))
    stranger = old_path.parent / "clientele.db"
    for path in (old_path, kept_path, young_path, stranger):
        path.touch()
    for path in (old_path, kept_path, stranger):
        os.utime(path, (1_000, 1_000))
    assert sorted(files.list_uploads(2_000.0)) == sorted([old, kept])
    files.keep_upload(kept)
    assert files.list_uploads(2_000.0) == [old]
    with pytest.raises(UploadNotFound):
        files.keep_upload("../clientele.db")


def test_a_folder_for_a_table_to_come(files: DatasetFiles) -> None:
    folder = files.folder_of("a-dataset")
    folder.mkdir(parents=True)
    assert files.clear_folder("a-dataset") == folder
    assert not folder.exists()
    assert files.list_unlisted(time.time() + 60) == ["a-dataset"]
    assert files.list_unlisted(2_000.0) == []
    files.forget_unlisted("a-dataset")
    assert files.list_unlisted(time.time() + 60) == []


def test_the_note_goes_after_the_folder(files: DatasetFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    files.clear_folder("a-dataset").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # somebody reads a file there
        files.remove("a-dataset")
    assert files.list_unlisted(time.time() + 60) == ["a-dataset"]
    files.remove("a-dataset")
    assert list(files.folder_of("a-dataset").parent.iterdir()) == []


def test_what_crashes_left_of_imports(files: DatasetFiles) -> None:
    assert files.remove_staged(2_000.0) == 0
    folder = files.clear_folder("a-dataset")
    leftover, at_work = folder.parent / ".importing-1", folder.parent / ".importing-2"
    for path in (folder, leftover, at_work):
        path.mkdir()
    for path in (folder, leftover):
        os.utime(path, (1_000, 1_000))
    assert files.remove_staged(2_000.0) == 1
    assert [path.exists() for path in (folder, leftover, at_work)] == [True, False, True]


def test_the_settings_bound_what_a_file_may_cost(settings: Settings) -> None:
    bounds = {"max_upload_bytes": 5_000, "max_import_rows": 20, "max_import_columns": 7}
    limits = import_limits(settings.model_copy(update=bounds))
    assert (limits.file_bytes, limits.rows, limits.columns) == (5_000, 20, 7)
