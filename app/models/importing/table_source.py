"""Open any file as one stream of text records, in memory that does not grow with the file."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.models.importing.choices import Choices
from app.models.importing.csv_records import Record, find_delimiter, read_records
from app.models.importing.file_bytes import FileBytes, Format, open_file
from app.models.importing.limits import ImportLimits, refuse
from app.models.importing.number_style import NumberJudge
from app.models.importing.parquet_rows import open_parquet
from app.models.importing.text_encoding import TextEncoding, find_encoding
from app.models.importing.workbook import open_sheet
from app.utils.safe_text import shorten


@dataclass(frozen=True)
class TableSource:
    """A file that has been opened and whose header has been checked.

    Attributes
    ----------
    format : {"csv", "csv.gz", "xlsx", "parquet"}
        Recognised by the file's first bytes.
    header : tuple of str
        Column names without surrounding blanks; unique and not empty.
    encoding : TextEncoding or None
        Of CSV text.
    delimiters : tuple of str
        The one that is used, then those that fit as well; empty but for CSV text.
    sheet : str or None
        Of a workbook, the sheet that is read.
    sheets : tuple of str
        Of a workbook, all sheets.
    typed : frozenset of int
        Places of columns whose values are numbers by the file's own type, with a decimal point.
    """

    format: Format
    header: tuple[str, ...]
    encoding: TextEncoding | None
    delimiters: tuple[str, ...]
    sheet: str | None
    sheets: tuple[str, ...]
    typed: frozenset[int]
    _width: int
    _limits: ImportLimits
    _raw: Callable[[], Iterator[Record]]

    def records(self) -> Iterator[Record]:
        """Yield every record after the header once; a faulty one has its reason, no other is ragged.

        Raises
        ------
        TableInvalid
            When there are more rows than `ImportLimits.rows`, or an archive turns out to be damaged.
        """
        records = self._raw()
        next(records)
        for count, record in enumerate(records, start=1):
            if count > self._limits.rows:
                refuse(
                    f"the file has more than {self._limits.rows:,} rows, the most that are read", record.line
                )
            yield record if record.reason else self._check(record)

    def _check(self, record: Record) -> Record:
        line, cells, *_ = record
        if len(cells) != self._width:
            what = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
            return Record(line, cells, f"the row has {what} and the header has {self._width:,}")
        if self._width > len(self.header):
            if any(cell.strip() for cell in cells[len(self.header) :]):
                return Record(line, cells, "the row has a value in a column that has no name")
            cells = cells[: len(self.header)]
        if self.format in ("xlsx", "parquet"):
            longest = self._limits.field_characters
            for name, cell in zip(self.header, cells, strict=True):
                if len(cell) > longest:
                    return Record(
                        line,
                        [c[:longest] for c in cells],
                        f"the cell has more than {longest:,} characters",
                        name,
                    )
                if "\0" in cell:
                    return Record(line, cells, "the cell holds a NUL byte", name)
        return Record(line, cells)


def open_table(path: Path, limits: ImportLimits, choices: Choices | None = None) -> TableSource:
    """Open the file at `path` as a table; `choices` take the place of what would be guessed.

    Raises
    ------
    TableInvalid
        If it cannot be opened, is too large, of a format that is not read, or has no usable header.
    """
    choices = choices or Choices()
    choices.check()
    file = open_file(path, limits)
    if file.format == "xlsx":
        sheet = open_sheet(path, limits, choices.sheet)
        return _source(file, sheet.records, limits, sheet.typed, (sheet.name, sheet.names))
    if choices.sheet is not None:
        refuse("a sheet was chosen and the file is not a workbook")
    if file.format == "parquet":
        table = open_parquet(path, limits)
        return _source(file, table.records, limits, table.typed)
    encoding = find_encoding(file.open, choices.encoding)
    if choices.delimiter is None:
        with _text(file, encoding) as stream:
            delimiters = find_delimiter(stream, limits)
    else:
        delimiters = (choices.delimiter,)

    def records() -> Iterator[Record]:
        with _text(file, encoding) as stream:
            yield from read_records(stream, delimiters[0], limits)

    return _source(file, records, limits, text=(encoding, delimiters))


@contextmanager
def _text(file: FileBytes, encoding: TextEncoding) -> Iterator[io.TextIOWrapper]:
    with file.open() as content:
        try:
            with io.TextIOWrapper(content, encoding.name, encoding.errors, newline="") as stream:
                yield stream
        except UnicodeError:
            refuse(f"the text is not {encoding.name}: choose another encoding")


def _source(
    file: FileBytes,
    raw: Callable[[], Iterator[Record]],
    limits: ImportLimits,
    typed: frozenset[int] = frozenset(),
    sheets: tuple[str, tuple[str, ...]] | None = None,
    text: tuple[TextEncoding, tuple[str, ...]] | None = None,
) -> TableSource:
    with closing(raw()) as records:  # type: ignore[type-var]
        first = next(records, None)
    if first is None:
        refuse("the file holds nothing but blanks: it needs a line of column names and one line a customer")
    header = _check_header(first, limits, has_types=file.format == "parquet")
    return TableSource(
        file.format,
        header,
        text[0] if text else None,
        text[1] if text else (),
        sheets[0] if sheets else None,
        sheets[1] if sheets else (),
        typed,
        len(first.cells),
        limits,
        raw,
    )


def _check_header(first: Record, limits: ImportLimits, *, has_types: bool) -> tuple[str, ...]:
    line, cells, reason, _ = first
    if reason is not None:
        refuse(f"the header cannot be read: line {line}: {reason}", line)
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:  # spreadsheets and some exports end each line with blank cells
        names.pop()
    if len(names) > limits.columns:
        refuse(f"the header has {len(names):,} columns; at most {limits.columns:,} are read", line)
    # A table without a header would otherwise have its first customer's values repeated as column names.
    numbers = NumberJudge()
    if not has_types and sum(numbers.see(name) for name in names) * 2 >= len(names):
        refuse(f"line {line} has numbers where the column names should be: the file has no header", line)
    for position, name in enumerate(names, start=1):
        if len(name) > limits.name_characters:
            refuse(f"the name of column {position} has more than {limits.name_characters:,} characters", line)
        if not shorten(name).strip():
            refuse(f"column {position} has no name", line)
    # The accepted table is read by databases to which Age and age are one name.
    times = Counter(name.casefold() for name in names)
    repeated = next((name for name in names if times[name.casefold()] > 1), None)
    if repeated is not None:
        refuse(f"two columns are called {shorten(repeated)}; capitals do not tell them apart", line)
    return tuple(names)
