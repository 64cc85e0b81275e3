"""Open a file as bytes: recognised by what it starts with, never by its name; an archive within its caps."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from app.models.importing.limits import ImportLimits, megabytes, refuse
from app.utils.safe_text import shorten

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Format = Literal["csv", "csv.gz", "xlsx", "parquet"]
CHUNK = 256 * 1024

_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_REFUSED = {
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"(\xb5/\xfd": "a Zstandard archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls)",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a database file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"{\\rtf": "a word processor's document",
}


@dataclass(frozen=True)
class FileBytes:
    """A file whose format is known and whose bytes can be read as often as wanted.

    Attributes
    ----------
    path : Path
        Where it lies.
    format : {"csv", "csv.gz", "xlsx", "parquet"}
        Recognised by its first bytes.
    size : int
        Bytes on disk.
    open : callable
        Opens the text's bytes from their start, unpacked; raises `TableInvalid` while reading beyond a cap.
    """

    path: Path
    format: Format
    size: int
    open: Callable[[], BinaryIO]


def open_file(path: Path, limits: ImportLimits) -> FileBytes:
    """Check the file at `path` and recognise its format.

    Raises
    ------
    TableInvalid
        If it cannot be opened, is empty or too large, or is of a format that is not read.
    """
    size = _check(path, limits)
    head = _head(lambda: path.open("rb"))
    if head.startswith(_ZIP):
        return FileBytes(path, "xlsx", size, lambda: path.open("rb"))
    if head.startswith(_PARQUET):
        return FileBytes(path, "parquet", size, lambda: path.open("rb"))
    if not head.startswith(_GZIP):
        _refuse_other(head, "the file")
        return FileBytes(path, "csv", size, lambda: path.open("rb"))

    def unpacked() -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_Unpacked(path, limits), CHUNK))

    head = _head(unpacked)
    for start, what in {_GZIP: "another archive", _ZIP: "a zip archive", _PARQUET: "a Parquet file"}.items():
        if head.startswith(start):
            refuse(f"the gzip archive holds {what} and not CSV text: unpack it first")
    _refuse_other(head, "the gzip archive's content")
    if head[257:262] == b"ustar":
        refuse("the gzip archive holds a tar archive and not CSV text: unpack it first")
    return FileBytes(path, "csv.gz", size, unpacked)


def _head(opener: Callable[[], BinaryIO]) -> bytes:
    with opener() as file:
        return file.read(512)


def _refuse_other(head: bytes, subject: str) -> None:
    for start, what in _REFUSED.items():
        if head.startswith(start):
            refuse(f"{subject} is {what}: save it as CSV, XLSX or Parquet first")


def _check(path: Path, limits: ImportLimits) -> int:
    name = shorten(path.name) or "the file"
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            refuse(f"{name} is a folder: give the file itself")
        if not stat.S_ISREG(status.st_mode):
            refuse(f"{name} is not an ordinary file")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        refuse(f"{name} does not exist")
    except PermissionError:
        refuse(f"{name} may not be read: check its permissions")
    except (OSError, ValueError):  # a name with a NUL byte is a ValueError
        refuse(f"{name} cannot be opened: the path or the disk is at fault")
    if status.st_size == 0:
        refuse(f"{name} is empty: it needs a line of column names and one line a customer")
    if status.st_size > limits.file_bytes:
        refuse(f"{name} is larger than {megabytes(limits.file_bytes)}, the most that is read")
    return status.st_size


class _Unpacked(io.RawIOBase):
    """A gzip archive's content, read in small pieces and counted before the next piece is unpacked."""

    def __init__(self, path: Path, limits: ImportLimits) -> None:
        self._packed = path.open("rb")
        self._text = gzip.GzipFile(fileobj=self._packed)
        self._limits = limits
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            piece = self._text.read(min(len(view), CHUNK))
        except (EOFError, OSError, zlib.error):
            refuse("the gzip archive is cut short or damaged")
        self._size += len(piece)
        limits = self._limits
        if self._size > limits.text_bytes:
            refuse(f"the archive unpacks to more than {megabytes(limits.text_bytes)}, the most that is read")
        if self._size > max(limits.ratio_from, limits.ratio * self._packed.tell()):
            refuse(f"the archive unpacks to more than {limits.ratio} times its size: this is no table")
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._text.close()
        self._packed.close()
        super().close()
