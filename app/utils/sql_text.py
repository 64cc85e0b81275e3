"""Names and texts as DuckDB takes them inside a statement, where no parameter may stand."""

from __future__ import annotations

from pathlib import Path


def quoted(name: str) -> str:
    """Return a column's name as SQL takes it, whatever it holds.

    Examples
    --------
    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Return a text, or a path, as SQL takes it.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"
