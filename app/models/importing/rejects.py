"""The file of rejected rows, which anyone may open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO

from app.models.importing.csv_records import Record
from app.utils.safe_text import defuse

_CONTROLS = {mark: "\ufffd" for mark in range(32) if chr(mark) not in "\t\r\n"}


class Rejects:
    """Writes rejected rows as CSV: line, column, reason, then the row's own cells, made harmless.

    Parameters
    ----------
    file : text file
        Opened without translation of line ends, and so that it takes lone surrogates.
    header : tuple of str
        Column names of the file from which the rows are.
    """

    def __init__(self, file: IO[str], header: tuple[str, ...]) -> None:
        # Every cell is quoted: Python's own choice leaves a lone carriage return bare, which splits the row.
        self._rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        self._rows.writerow(["line", "column", "reason", *map(_harmless, header)])

    def write(self, records: Iterable[Record]) -> None:
        """Add some rows, each with its reason."""
        for record in records:
            cells = map(_harmless, record.cells)
            self._rows.writerow([record.line, _harmless(record.column), record.reason, *cells])


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, and that any of them shows."""
    return defuse(cell.translate(_CONTROLS))
