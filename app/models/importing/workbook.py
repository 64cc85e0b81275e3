"""Read one sheet of a workbook, after making sure that it cannot fill the memory."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, ZipError

from app.models.importing.csv_records import Record
from app.models.importing.file_bytes import CHUNK
from app.models.importing.limits import ImportLimits, megabytes, refuse
from app.models.importing.missing import is_missing
from app.utils.safe_text import shorten

_ENTRIES_AT_MOST = 10_000
# The parser lays a sheet out as one rectangle: a single cell in the last corner would cost gigabytes.
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,10})["']""")
_OPENED = re.compile(rb"<(?:\w{1,20}:)?(row|c)[\s/>]")
_OVERLAP = 64
_ROWS_OF_EXCEL = 1_048_576

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    Attributes
    ----------
    name : str
        Its name.
    names : tuple of str
        Those of all sheets that hold cells.
    typed : frozenset of int
        Places of columns whose filled cells below the header are numbers by the file's own type.
    """

    name: str
    names: tuple[str, ...]
    typed: frozenset[int]
    _sheet: CalamineSheet

    def records(self) -> Iterator[Record]:
        """Yield every row that is not blank; a row's number is that of the sheet."""
        # The parser gives blank rows above the first filled one as well.
        for line, cells in enumerate(self._sheet.iter_rows(), start=1):
            texts = [_text(cell, place in self.typed) for place, cell in enumerate(cells)]
            if any(texts):
                yield Record(line, texts)


def open_sheet(path: Path, limits: ImportLimits, chosen: str | None = None) -> Sheet:
    """Open the sheet `chosen` of the workbook at `path`, or its first one.

    Raises
    ------
    TableInvalid
        If it is no workbook, would unpack to too much, is protected by a password, or has no such sheet.
    """
    _check_archive(path, limits)
    try:
        book = CalamineWorkbook.from_path(str(path))
        kept = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        if not kept:
            refuse("the workbook has no sheet with cells")
        if chosen is not None and chosen not in kept:
            refuse(f"the workbook has no sheet called {shorten(chosen)}")
        name = kept[0] if chosen is None else chosen
        sheet = book.get_sheet_by_name(name)
    except (ZipError, CalamineError, OSError, ValueError):
        refuse("the workbook cannot be read: it is damaged, protected by a password or no XLSX file")
    return Sheet(name, tuple(kept), _typed(sheet), sheet)


def _check_archive(path: Path, limits: ImportLimits) -> None:
    """Unpack every part once, counting, and measure the rectangle of every sheet; keep nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if "xl/workbook.xml" not in names:
                refuse("the file is a zip archive and not an XLSX workbook: unpack it first")
            if len(parts) > _ENTRIES_AT_MOST or len(set(names)) != len(names):
                refuse("the workbook has too many parts, or two of one name")
            left = limits.text_bytes
            for part in parts:
                left -= _measure(archive, part, limits, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        refuse("the workbook cannot be read: it is cut short, damaged or protected by a password")


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: ImportLimits, left: int) -> int:
    """Return the part's true size in bytes: what the archive says of itself may be a lie."""
    if part.file_size > left:
        refuse(f"the workbook unpacks to more than {megabytes(limits.text_bytes)}, the most that is read")
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    extent = _Extent(limits)
    size, tail = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > left:
                refuse(f"the workbook unpacks to more than {megabytes(limits.text_bytes)}")
            if size > max(limits.ratio_from, limits.ratio * max(part.compress_size, 1)):
                refuse(f"a part of the workbook unpacks to more than {limits.ratio} times its size")
            if is_sheet:
                tail = extent.take(tail + piece, len(tail))
    return size


@dataclass
class _Extent:
    """The rectangle from the first cell to the last row and column that a sheet names."""

    limits: ImportLimits
    rows: int = 0
    columns: int = 0
    opened: int = 0

    def take(self, text: bytes, seen: int) -> bytes:
        for match in _PLACE.finditer(text):
            letters, number = match.groups()
            self.rows = max(self.rows, int(number))
            column = 0
            for letter in letters.upper():
                column = column * 26 + letter - 64
            self.columns = max(self.columns, column)
        # Rows and cells may also go without their places, one after another.
        self.opened += sum(1 for match in _OPENED.finditer(text) if match.end() > seen)
        limits = self.limits
        most = limits.sheet_cells
        spanned = self.rows * max(self.columns, 1)
        if self.rows > _ROWS_OF_EXCEL or spanned > most or self.opened > 2 * most:
            refuse(f"a sheet spans more than {most:,} cells, the most that are read: save it as CSV")
        return text[-_OVERLAP:]


def _typed(sheet: CalamineSheet) -> frozenset[int]:
    mixed: set[int] = set()
    numbers: set[int] = set()
    rows = iter(sheet.iter_rows())
    header = next((row for row in rows if any(cell != "" for cell in row)), None)
    if header is None:
        return frozenset()
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                numbers.add(place)
            elif not (isinstance(cell, str) and is_missing(cell)):
                mixed.add(place)
    return frozenset(numbers - mixed)


def _text(cell: Cell, is_typed: bool) -> str:  # noqa: PLR0911  one return a type
    """Write a cell as text; what is a number by its type must not be mistaken for grouped thousands."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if cell == int(cell) and abs(cell) < 2**63:
        return str(int(cell))
    text = repr(cell)
    # Among texts a style is inferred, and 1.234 could pass for a thousand; 1.2340 cannot.
    fraction = text.partition(".")[2]
    return f"{text}0" if not is_typed and len(fraction) == 3 and fraction.isdigit() else text
