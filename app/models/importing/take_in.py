"""The import itself: accepted rows become a Parquet file, rejected ones a file with reasons."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from app.core.durable_files import flush_folder
from app.models.importing.csv_records import Record
from app.models.importing.limits import ImportLimits, refuse
from app.models.importing.reading import Reading, blocks
from app.models.importing.row_reader import ColumnPlan, RowReader, Value
from app.models.importing.table_source import open_table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_CONTROLS = {mark: "\ufffd" for mark in range(32) if chr(mark) not in "\t\r\n"}
_CHANGED = "the file has changed since it was judged: judge it again"


@dataclass(frozen=True)
class Counts:
    """What became of the rows: ``accepted + rejected == records``."""

    records: int
    accepted: int
    rejected: int


def take_in(
    path: Path,
    reading: Reading,
    accepted_path: Path,
    rejected_path: Path,
    limits: ImportLimits,
    progress: Callable[[int], None] = lambda records: None,
) -> Counts:
    """Write what `reading` found to be good to one file and the rest, with its reasons, to another.

    Both files stand complete or not at all; the accepted one comes last, so where it stands both do.

    Parameters
    ----------
    path : Path
        The file that was judged.
    reading : Reading
        Its dry run, with no required question open.
    accepted_path : Path
        Parquet: numbers as DOUBLE, dates as DATE, all else as VARCHAR; identifiers byte for byte. Columns
        are named as in the header. Rows keep the file's order.
    rejected_path : Path
        CSV in UTF-8: line, column, reason, then the row's own cells, made harmless for spreadsheets.
    limits : ImportLimits
        As in the dry run.
    progress : callable
        Takes the number of records done, after every block; what it raises ends the import without a trace.

    Raises
    ------
    TableInvalid
        If a required question is open, or the file is not what was judged.
    OSError
        If a file cannot be written.
    """
    if not reading.is_settled:
        refuse("the file is in doubt: answer the open questions before it is taken in")
    source = open_table(path, limits, reading.choices)
    if source.header != reading.header:
        refuse(_CHANGED)
    with (
        tempfile.TemporaryDirectory(prefix=f".{accepted_path.name}.", dir=accepted_path.parent) as staging,
        tempfile.TemporaryDirectory(prefix=f".{rejected_path.name}.", dir=rejected_path.parent) as beside,
    ):
        accepted, rejected = Path(staging) / "accepted", Path(beside) / "rejected"
        with rejected.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
            counts = _sort_rows(
                source.records(), reading, Path(staging), _Rejects(file, reading.header), progress
            )
            _flush(file)
        if counts != Counts(reading.records, reading.accepted, reading.rejected):
            refuse(_CHANGED)
        with accepted.open("rb") as file_written:
            os.fsync(file_written.fileno())
        rejected.replace(rejected_path)
        flush_folder(rejected_path.parent)
        accepted.replace(accepted_path)
        flush_folder(accepted_path.parent)
    return counts


class _Rejects:
    """The file of rejected rows, which anyone may open in a spreadsheet."""

    def __init__(self, file: IO[str], header: tuple[str, ...]) -> None:
        self._rows = csv.writer(file)
        self._rows.writerow(["line", "column", "reason", *map(harmless, header)])

    def write(self, record: Record) -> None:
        cells = map(harmless, record.cells)
        self._rows.writerow([record.line, harmless(record.column), record.reason, *cells])


class _Accepted:
    """Accepted rows, gathered in a database on disk so that memory does not grow, then written as Parquet."""

    def __init__(self, folder: Path, plans: tuple[ColumnPlan, ...]) -> None:
        self._folder, self._plans = folder, plans
        self._base = duckdb.connect(str(folder / "rows.duckdb"))
        self._base.execute("SET memory_limit='128MB'; SET threads=1; SET enable_progress_bar=false")
        types = [plan.sql_type for plan in plans]
        columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(types))
        self._base.execute(f"CREATE TABLE rows ({columns})")
        lists = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(types, start=1))
        self._insert = f"INSERT INTO rows SELECT {lists}"

    def __enter__(self) -> _Accepted:
        return self

    def __exit__(self, *error: object) -> None:
        self._base.close()

    def write(self, rows: list[list[Value]]) -> None:
        if rows:
            self._base.execute(self._insert, [list(column) for column in zip(*rows, strict=True)])

    def finish(self) -> None:
        names = [plan.name.replace('"', '""') for plan in self._plans]
        columns = ", ".join(f'c{n} AS "{name}"' for n, name in enumerate(names))
        target = str(self._folder / "accepted").replace("'", "''")
        query = f"COPY (SELECT {columns} FROM rows ORDER BY rowid) TO '{target}'"  # noqa: S608  quoted above
        self._base.execute(f"{query} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: such a one gets an apostrophe in front.

    Examples
    --------
    >>> harmless("=1+1")
    "'=1+1"
    """
    plain = cell.translate(_CONTROLS)
    return f"'{plain}" if plain.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA) else plain


def _sort_rows(
    records: Iterator[Record],
    reading: Reading,
    folder: Path,
    rejects: _Rejects,
    progress: Callable[[int], None],
) -> Counts:
    reader = RowReader(reading.plans)
    accepted = rejected = 0
    with _Accepted(folder, reading.plans) as table:
        for block in blocks(records, len(reading.header)):
            rows: list[list[Value]] = []
            for record in block:
                values = reader.read(record)
                if isinstance(values, Record):
                    rejects.write(values)
                    rejected += 1
                else:
                    rows.append(values)
            table.write(rows)
            accepted += len(rows)
            progress(accepted + rejected)
        table.finish()
    return Counts(accepted + rejected, accepted, rejected)


def _flush(file: IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())
