"""What an import may cost, and the one way in which it refuses a whole file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from app.core.errors import FieldFault, TableInvalid

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class ImportLimits:
    """Bounds that are checked before memory is spent.

    Attributes
    ----------
    file_bytes : int
        Size of the file as it lies on disk.
    text_bytes : int
        Size of what an archive or a spreadsheet unpacks to.
    ratio : int
        Unpacked bytes for one packed byte, looked at once `ratio_from` bytes are unpacked.
    rows, columns : int
        Records after the header, faulty ones among them; columns of the header.
    field_characters, record_characters, name_characters : int
        Length of one cell, of one record with its delimiters, of one column's name. The CSV parser's own
        cap of 131,072 characters a cell holds besides.
    sheet_cells : int
        Cells of the rectangle that a sheet's filled cells span; the parser keeps 24 to 32 bytes for each.
    reasons, preview_rows : int
        Rejected records told one by one, and rows shown, in a dry run.
    """

    file_bytes: int = 512 * MEGABYTE
    text_bytes: int = 2048 * MEGABYTE
    ratio: int = 200
    ratio_from: int = 4 * MEGABYTE
    rows: int = 10_000_000
    columns: int = 1_000
    field_characters: int = 131_072
    record_characters: int = 1_000_000
    name_characters: int = 1_000
    sheet_cells: int = 5_000_000
    reasons: int = 20
    preview_rows: int = 20


def refuse(detail: str, line: int | None = None) -> NoReturn:
    """Raise the `TableInvalid` that ends an import; `detail` never repeats a cell's value."""
    raise TableInvalid(detail, () if line is None else (FieldFault("", detail, line),))


def megabytes(size: int) -> str:
    """Return a size in bytes in words, for a message."""
    return f"{size / MEGABYTE:,.0f} MB" if size >= MEGABYTE else f"{size:,} bytes"
