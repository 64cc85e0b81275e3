"""The import itself: accepted rows become a Parquet file, rejected ones a file with reasons."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from app.core.durable_files import flush_folder
from app.models.importing.limits import ImportLimits, refuse
from app.models.importing.rejects import Rejects
from app.models.importing.row_reader import ColumnPlan, RowReader, Value
from app.models.importing.table_source import open_table
from app.models.importing.understanding import Understanding, blocks, hash_content
from app.utils.sql_text import literal, quoted

_ACCEPTED, _REJECTED = "accepted.parquet", "rejected.csv"
_CHANGED = "the file has changed since it was judged: judge it again"


@dataclass(frozen=True)
class Taken:
    """What an import has left in its folder.

    Attributes
    ----------
    accepted_path : Path
        Parquet. First the numbers 1, 2… of the rows, in the order of the file; then the columns as the
        header names them: numbers as DOUBLE, dates as DATE, yes/no as BOOLEAN, all else as VARCHAR,
        identifiers byte for byte.
    rejected_path : Path
        CSV in UTF-8: line, column, reason, then the row's own cells, made harmless for spreadsheets.
    row_column : str
        Name of the column of row numbers: ``row``, or with underscores where the file has one so called.
    records, accepted, rejected : int
        Rows that are not blank; ``accepted + rejected == records``.
    """

    accepted_path: Path
    rejected_path: Path
    row_column: str
    records: int
    accepted: int
    rejected: int


def take_in(
    path: Path,
    understanding: Understanding,
    folder: Path,
    limits: ImportLimits,
    progress: Callable[[int], None] = lambda records: None,
) -> Taken:
    """Write what was found to be good, and apart from it the rest with its reasons, into a new folder.

    The folder appears complete or not at all. A crash may leave a hidden folder ``.importing-…`` beside it,
    which nothing reads and which may be deleted once no import runs.

    Parameters
    ----------
    path : Path
        The file that was judged.
    understanding : Understanding
        Its dry run, with no required question open.
    folder : Path
        Does not exist yet; its parent does.
    limits : ImportLimits
        As in the dry run.
    progress : callable
        Takes the number of records done, after every block; what it raises ends the import without a trace.

    Raises
    ------
    TableInvalid
        If a required question is open, or the file is not what was judged.
    FileExistsError
        If the folder stands already.
    OSError
        If a file cannot be written.
    """
    if not understanding.is_settled:
        refuse("the file is in doubt: answer the open questions before it is taken in")
    if folder.exists():
        raise FileExistsError(errno.EEXIST, "the folder of the import stands already", str(folder))
    with tempfile.TemporaryDirectory(prefix=".importing-", dir=folder.parent) as work:
        done = Path(work) / "done"
        done.mkdir()
        accepted, rejected = _sort_rows(path, understanding, done, limits, progress)
        counted = (understanding.accepted, understanding.rejected)
        if (accepted, rejected) != counted or hash_content(path) != understanding.content_hash:
            refuse(_CHANGED)
        for name in (_ACCEPTED, _REJECTED):
            with (done / name).open("rb") as file:
                os.fsync(file.fileno())
        flush_folder(done)
        done.rename(folder)
    flush_folder(folder.parent)
    row = name_row_column(understanding.header)
    return Taken(folder / _ACCEPTED, folder / _REJECTED, row, accepted + rejected, accepted, rejected)


def name_row_column(header: tuple[str, ...]) -> str:
    """Return the name of the column of row numbers, which no column of the file has."""
    taken = {name.casefold() for name in header}
    name = "row"
    while name in taken:
        name += "_"
    return name


def _sort_rows(
    path: Path,
    understanding: Understanding,
    folder: Path,
    limits: ImportLimits,
    progress: Callable[[int], None],
) -> tuple[int, int]:
    source = open_table(path, limits, understanding.choices)
    if source.header != understanding.header:
        refuse(_CHANGED)
    reader = RowReader(understanding.plans)
    accepted = rejected = 0
    with (
        (folder / _REJECTED).open("w", encoding="utf-8", newline="", errors="backslashreplace") as file,
        _Accepted(folder.parent / "rows.duckdb", understanding.plans) as table,
    ):
        rejects = Rejects(file, understanding.header)
        for block in blocks(source.records(), len(understanding.header)):
            read = reader.read(block)
            rejects.write(read.rejected)
            table.write(read.columns, accepted + 1)
            accepted += len(read.accepted)
            rejected += len(read.rejected)
            progress(accepted + rejected)
        table.finish(folder / _ACCEPTED, name_row_column(understanding.header))
    return accepted, rejected


class _Accepted:
    """Accepted rows, gathered in a database on disk so that memory does not grow, then written as Parquet."""

    def __init__(self, path: Path, plans: tuple[ColumnPlan, ...]) -> None:
        self._plans = plans
        self._base = duckdb.connect(str(path))
        self._base.execute("SET memory_limit='128MB'; SET threads=1; SET enable_progress_bar=false")
        types = [plan.sql_type for plan in plans]
        columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(types))
        self._base.execute(f"CREATE TABLE rows (number BIGINT, {columns})")
        lists = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(types, start=1))
        last = len(types) + 1
        self._insert = f"INSERT INTO rows SELECT unnest(range(${last}::BIGINT, ${last + 1}::BIGINT)), {lists}"

    def __enter__(self) -> _Accepted:
        return self

    def __exit__(self, *error: object) -> None:
        self._base.close()

    def write(self, columns: list[list[Value]], first: int) -> None:
        """Keep rows, column by column, of which the first has the number `first`."""
        rows = len(columns[0])
        if rows:
            self._base.execute(self._insert, [*columns, first, first + rows])

    def finish(self, path: Path, row_column: str) -> None:
        columns = ", ".join(f"c{n} AS {quoted(plan.name)}" for n, plan in enumerate(self._plans))
        # One thread keeps the order of the rows, without sorting them.
        query = f"COPY (SELECT number AS {row_column}, {columns} FROM rows) TO {literal(path)}"  # noqa: S608
        self._base.execute(f"{query} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)")
