"""Read a Parquet file through DuckDB, which may open this file and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from app.models.importing.csv_records import Record
from app.models.importing.limits import ImportLimits, refuse
from app.utils.safe_text import shorten
from app.utils.sql_text import literal, quoted

_BLOCK_CELLS = 20_000
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
_TEXTS = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "UUID", "ENUM", *_NUMBERS, *(f"U{n}" for n in _NUMBERS[:5]))


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file whose columns are plain.

    Attributes
    ----------
    header : tuple of str
        Names of the columns.
    typed : frozenset of int
        Places of the columns that are numbers by the file's own type.
    """

    header: tuple[str, ...]
    typed: frozenset[int]
    _path: Path
    _limits: ImportLimits

    def records(self) -> Iterator[Record]:
        """Yield the header as record 1 and every row, numbered from 2 as in a text file."""
        yield Record(1, list(self.header))
        cut = self._limits.field_characters + 1  # one more than allowed, so that the cut shows
        cells = ", ".join(f"left(CAST({quoted(name)} AS VARCHAR), {cut})" for name in self.header)
        line = 2
        try:
            with connect(self._path) as connection:
                query = connection.execute(f"SELECT {cells} FROM read_parquet(?)", [str(self._path)])  # noqa: S608
                while rows := query.fetchmany(max(1, _BLOCK_CELLS // len(self.header))):
                    for row in rows:
                        yield Record(line, ["" if cell is None else cell for cell in row])
                        line += 1
        except duckdb.Error:
            refuse(f"the Parquet file cannot be read beyond row {line - 2:,}: it is damaged or too large")


def open_parquet(path: Path, limits: ImportLimits) -> ParquetTable:
    """Open the Parquet file at `path`.

    Raises
    ------
    TableInvalid
        If it is damaged, or a column holds bytes, lists or structures.
    """
    try:
        with connect(path) as connection:
            columns = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchmany(
                limits.columns + 1
            )
    except duckdb.Error:
        refuse("the Parquet file cannot be read: it is cut short, damaged or encrypted")
    if len(columns) > limits.columns:
        refuse(f"the file has more than {limits.columns:,} columns, the most that are read")
    kinds = [str(kind) for _, kind, *_ in columns]
    for (name, *_), kind in zip(columns, kinds, strict=True):
        if not kind.startswith((*_TEXTS, "TIMESTAMP")) or kind.endswith("]"):
            refuse(f"the column {shorten(name)} holds bytes, lists or structures: only plain values are read")
    typed = frozenset(
        place for place, kind in enumerate(kinds) if kind.removeprefix("U").startswith(_NUMBERS)
    )
    return ParquetTable(tuple(str(name) for name, *_ in columns), typed, path, limits)


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that can read `path`, with one thread and bounded memory."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit='256MB'; SET threads=1; SET enable_progress_bar=false")
    connection.execute("SET autoinstall_known_extensions=false; SET autoload_known_extensions=false")
    connection.execute(f"SET allowed_paths=[{literal(path)}]")
    connection.execute("SET temp_directory=''; SET enable_external_access=false; SET lock_configuration=true")
    return connection
