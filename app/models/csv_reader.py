"""Read a customer's CSV file without guessing more than its encoding and its delimiter.

The standard library's strict parser, never a data frame's: those shift columns on a ragged row, turn the id
``00123`` into a number and lose rows behind an unclosed quote, all without a word. Whatever is wrong here is
said in one sentence, with the line where there is one, and never with a cell's value.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, NoReturn

from app.core.errors import FieldFault, TableInvalid

BYTES_AT_MOST = 64 * 1024 * 1024
ROWS_AT_MOST = 1_000_000
COLUMNS_AT_MOST = 1_000
NAME_AT_MOST = 1_000
LINE_AT_MOST = 1_000_000
FIELD_AT_MOST = 131_072  # the parser's own cap, which is one for the whole process and stays as it is
DELIMITERS = (",", ";", "\t", "|")
RECORDS_SAMPLED = 1_000

_OTHER_FORMATS = {
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"(\xb5/\xfd": "a Zstandard archive",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")


class Row(NamedTuple):
    """One record: the line of the file on which it starts, counted from 1, and its cells as they stand."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class CsvFile:
    """A CSV file that has been opened and judged: its header, and its rows one after another.

    Attributes
    ----------
    header : tuple of str
        Column names, without surrounding blanks; unique and not empty.
    delimiter, encoding : str
        What was recognised.
    """

    header: tuple[str, ...]
    delimiter: str
    encoding: str
    _text: str

    def rows(self) -> Iterator[Row]:
        """Yield every row after the header, but those of nothing but blanks, as spreadsheets leave them.

        Raises
        ------
        TableInvalid
            At the first row that has another number of cells than the header, a lone quote, a cell that
            is too long, or when there are more than `ROWS_AT_MOST` rows.
        """
        records = _records(self._text, self.delimiter)
        next(records)
        width = len(self.header)
        for count, row in enumerate(records, start=1):
            if len(row.cells) != width:
                _refuse(f"line {row.line} has {len(row.cells)} cells and the header has {width}", row.line)
            if count > ROWS_AT_MOST:
                _refuse(f"the file has more than {ROWS_AT_MOST:,} rows, the most that is read", row.line)
            yield row


def read_csv(path: Path) -> CsvFile:
    """Open the file at `path`, recognise its encoding and delimiter and check its header.

    The encoding is what a byte order mark says, else UTF-8, else Windows-1252 (which covers Latin-1); the
    delimiter is the one of `DELIMITERS` that gives the most constant number of cells.

    Raises
    ------
    TableInvalid
        If the file cannot be opened, is too large, is not text, is empty or has no usable header.
    """
    content = _read_bytes(path)
    if not content.strip(b"\r\n\t \xef\xbb\xbf"):
        _refuse(f"{_shown(path.name)} is empty: it needs a line of column names and one line a customer")
    for start, what in _OTHER_FORMATS.items():
        if content.startswith(start):
            _refuse(f"{_shown(path.name)} is {what} and not CSV text: save or unpack it as CSV first")
    text, encoding = _decode(content)
    control = _CONTROL.search(text)
    if control:
        kind = "NUL byte" if control.group() == "\0" else "control character"
        line = _line_at(text, control.start())
        _refuse(f"line {line} holds a {kind}: this is not a plain text file", line)
    delimiter = _find_delimiter(text)
    first = next(_records(text, delimiter), None)
    if first is None:
        _refuse(f"{_shown(path.name)} holds nothing but blanks")
    return CsvFile(_check_header(first), delimiter, encoding, text)


def shorten(name: str) -> str:
    """Return a column's name fit for a message: no control or formatting characters, 60 at most."""
    plain = "".join(mark for mark in name if unicodedata.category(mark)[0] != "C")
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _read_bytes(path: Path) -> bytes:
    name = _shown(path.name)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            _refuse(f"{name} is a folder: give the CSV file itself")
        if not stat.S_ISREG(status.st_mode):
            _refuse(f"{name} is not an ordinary file")
        if status.st_size > BYTES_AT_MOST:
            _refuse_size(name)
        with path.open("rb") as file:
            content = file.read(BYTES_AT_MOST + 1)
    except FileNotFoundError as error:
        raise TableInvalid(f"{name} does not exist") from error
    except PermissionError as error:
        raise TableInvalid(f"{name} may not be read: check its permissions") from error
    except (OSError, ValueError) as error:  # a name with a NUL byte is a ValueError
        raise TableInvalid(f"{name} cannot be opened: the path or the disk is at fault") from error
    if len(content) > BYTES_AT_MOST:  # it grew after it was measured
        _refuse_size(name)
    return content


def _decode(content: bytes) -> tuple[str, str]:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            body = content[len(mark) :]
            try:
                return body.decode(encoding), encoding
            except UnicodeDecodeError as error:
                line = _line_at(body[: error.start].decode(encoding, "ignore"))
                _refuse(f"line {line} is not valid Unicode text, which the file's first bytes promise", line)
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # A file with whole UTF-8 letters is UTF-8 with a damaged one; read as Windows-1252 it would come
        # out garbled and nobody would be told.
        if not content.decode("utf-8", "ignore").isascii():
            _refuse(f"line {line} is not valid UTF-8, though other lines are: the file is damaged", line)
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse(f"line {line} is neither UTF-8 nor Windows-1252 text: save the file as UTF-8", line)


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which most records have as many cells as the header."""
    best, best_merit = DELIMITERS[0], (0.0, 1)
    for delimiter in DELIMITERS:
        widths = []
        try:
            for row in islice(_records(text, delimiter), RECORDS_SAMPLED):
                widths.append(len(row.cells))  # noqa: PERF401  what came before an error still counts
        except TableInvalid:
            pass
        if widths and widths[0] > 1:
            merit = (Counter(widths)[widths[0]] / len(widths), widths[0])
            if merit > best_merit:
                best, best_merit = delimiter, merit
    return best


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the records that are not blank, the header among them."""
    line, quotes = 1, 0

    def lines() -> Iterator[str]:
        nonlocal quotes
        for text_line in io.StringIO(text, newline=""):  # splits as the parser does, and not at U+2028
            if len(text_line) > LINE_AT_MOST:
                _refuse(f"line {line} has more than {LINE_AT_MOST:,} characters: too many columns?", line)
            quotes += text_line.count('"')
            yield text_line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if quotes % 2:
                _refuse(f"line {line} has a quote in a cell that is not quoted: double it or drop it", line)
            if "".join(cells).strip():
                yield Row(line, cells)
            line, quotes = reader.line_num + 1, 0
    except csv.Error as error:
        if "field limit" in str(error):
            limit = f"{FIELD_AT_MOST:,} characters"
            _refuse(f"line {line} has a cell of more than {limit}; is a quote not closed?", line)
        _refuse(f"line {line} has a quote that is not closed, or text behind a closing quote", line)


def _check_header(first: Row) -> tuple[str, ...]:
    line, cells = first
    if len(cells) > COLUMNS_AT_MOST:
        _refuse(f"the header has {len(cells):,} columns; at most {COLUMNS_AT_MOST:,} are read", line)
    names = tuple(cell.strip() for cell in cells)
    # A table without a header would otherwise have its first customer's values repeated as column names.
    if sum(bool(_NUMBER.fullmatch(name)) for name in names) * 2 >= len(names):
        _refuse(f"line {line} has numbers where the column names should be: the file has no header", line)
    for position, name in enumerate(names, start=1):
        if len(name) > NAME_AT_MOST:
            _refuse(f"the name of column {position} has more than {NAME_AT_MOST:,} characters", line)
        if not shorten(name).strip():
            _refuse(f"column {position} has no name", line)
    repeated = next((name for name, times in Counter(names).items() if times > 1), None)
    if repeated is not None:
        _refuse(f"two columns are called {shorten(repeated)}", line)
    return names


def _line_at(text: str, end: int | None = None) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:end])) + 1


def _shown(file_name: str) -> str:
    return shorten(file_name) or "the file"


def _refuse_size(name: str) -> NoReturn:
    _refuse(f"{name} is larger than {BYTES_AT_MOST // 1024**2} MB, the most that is read")


def _refuse(detail: str, line: int | None = None) -> NoReturn:
    raise TableInvalid(detail, () if line is None else (FieldFault("", detail, line),))
