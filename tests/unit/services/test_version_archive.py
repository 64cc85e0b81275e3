from __future__ import annotations

import io
import zipfile

from app.services.version_archive import zipped

FILES = {"model.json": b"{}", "scaler.pkl": bytes(range(256)) * 500}


def test_what_went_in_comes_out() -> None:
    pieces = list(zipped(FILES))
    assert len(pieces) == len(FILES) + 1
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}


def test_the_same_files_give_the_same_bytes() -> None:
    assert b"".join(zipped(FILES)) == b"".join(zipped(FILES))
