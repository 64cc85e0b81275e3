from __future__ import annotations

import gzip
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.file_bytes import open_file
from tests.unit.models.importing.made_files import LIMITS, write


class TestOpenFile:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"id\n", "csv"),
            (gzip.compress(b"id\n", mtime=0), "csv.gz"),
            (b"PK\x03\x04", "xlsx"),
            (b"PAR1", "parquet"),
        ],
    )
    def test_told_by_content(self, content: bytes, expected: str, tmp_path: Path) -> None:
        file = open_file(write(tmp_path, content, "any.name"), LIMITS)
        assert (file.format, file.size) == (expected, len(content))
        with file.open() as stream:
            assert stream.read() == (b"id\n" if "csv" in expected else content)

    def test_a_tar_archive(self, tmp_path: Path) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.addfile(tarfile.TarInfo("a.csv"))
        with pytest.raises(TableInvalid, match="tar archive"):
            open_file(write(tmp_path, packed.getvalue()), LIMITS)

    def test_a_folder_and_a_pipe(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="is a folder"):
            open_file(tmp_path, LIMITS)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(TableInvalid, match="not an ordinary file"):
            open_file(tmp_path / "pipe", LIMITS)

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, "id\n")

        def refuse_to_open(*_: object, **__: object) -> None:
            raise PermissionError

        monkeypatch.setattr(Path, "open", refuse_to_open)
        with pytest.raises(TableInvalid, match="may not be read"):
            open_file(path, LIMITS)

    def test_too_large(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="larger than 2 bytes"):
            open_file(write(tmp_path, "id\n"), replace(LIMITS, file_bytes=2))

    def test_unpacks_to_too_much(self, tmp_path: Path) -> None:
        path = write(tmp_path, gzip.compress(os.urandom(10_000)))
        with pytest.raises(TableInvalid, match="unpacks to more than 1,000 bytes"):
            open_file(path, replace(LIMITS, text_bytes=1_000))
