"""A taken-in table read again: row by row as text, as a recipe reads any file, or column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.models.datasets.base import open_base, open_rows
from app.models.importing.csv_records import Record
from app.utils.sql_text import quoted

_ROWS_AT_ONCE = 10_000


class StoredTable:
    """The rows of a Parquet file that an import wrote; a line's number is its row's.

    Attributes
    ----------
    header : tuple of str
        Column names without that of the row numbers, which is the first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with open_base() as base:
            self._number, *names = open_rows(base, path)
        self.header = tuple(names)

    def rows(self) -> Iterator[Record]:
        """Yield every row in order, its numbers written so that they are read back the same."""
        columns = ", ".join(map(quoted, (self._number, *self.header)))
        with open_base() as base:
            open_rows(base, self._path)
            query = f"SELECT {columns} FROM rows ORDER BY {quoted(self._number)}"  # noqa: S608 - quoted
            found = base.execute(query)
            while block := found.fetchmany(_ROWS_AT_ONCE):
                for number, *cells in block:
                    yield Record(number, [_text(cell) for cell in cells])

    def columns(self, places: Sequence[int]) -> dict[int, NDArray[Any]] | None:
        """Return all rows' cells of some columns (n,), by their place in the header.

        Numbers are floats, NaN where there is none, and texts objects, blank where there is none; None where
        one of the columns is neither.
        """
        names = {place: self.header[place] for place in places}
        with open_base() as base:
            types = open_rows(base, self._path)
            if any(types[name] not in ("DOUBLE", "VARCHAR") for name in names.values()):
                return None
            wanted = ", ".join(f"{quoted(name)} AS c{place}" for place, name in names.items())
            query = f"SELECT {wanted} FROM rows ORDER BY {quoted(self._number)}"  # noqa: S608 - quoted
            found: dict[str, Any] = base.execute(query).fetchnumpy()
        blank: dict[str, Any] = {"DOUBLE": np.nan, "VARCHAR": ""}
        return {place: np.ma.filled(found[f"c{place}"], blank[types[name]]) for place, name in names.items()}


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return repr(cell) if isinstance(cell, float) else str(cell)
