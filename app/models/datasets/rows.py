"""The rows of a table, some at a time: searched, paged, joined, handed out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import TableInvalid
from app.models.datasets.base import open_base, open_rows
from app.utils.sql_text import literal, quoted

# as RE2 reads it: what stands first behind blanks and marks that cannot be seen
_FORMULA = r"^[\s\p{Z}\p{C}]*[=+@＝＋＠-]"


@dataclass(frozen=True)
class RowPage:
    """Some rows: their cells in the order of the columns, and the number after which the next page begins."""

    rows: list[list[Any]]
    next_after: int | None


def read_rows(
    path: Path, row_column: str, names: list[str], after: int = 0, limit: int = 50, search: str = ""
) -> RowPage:
    """Return up to `limit` rows with numbers above `after` in which a cell holds `search`, in their order.

    Each row begins with its number. Upper and lower case do not matter.
    """
    number = quoted(row_column)
    columns = ", ".join(map(quoted, names))
    query = f"SELECT {number}, {columns} FROM read_parquet({literal(path)}) WHERE {number} > $after"  # noqa: S608
    parameters: dict[str, Any] = {"after": after, "limit": limit + 1}
    if search:
        cells = " OR ".join(f"contains(lower({quoted(name)}::VARCHAR), $search)" for name in names)
        query += f" AND ({cells})"
        parameters["search"] = search.lower()
    with open_base() as base:
        rows = base.execute(f"{query} ORDER BY {number} LIMIT $limit", parameters).fetchall()
    shown = [[_plain(cell) for cell in row] for row in rows[:limit]]
    return RowPage(shown, rows[limit - 1][0] if len(rows) > limit else None)


def write_csv(path: Path, names: list[str], target: Path) -> None:
    """Write the columns called `names` as CSV in UTF-8, without the row numbers.

    Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    with open_base() as base:
        kinds = open_rows(base, path)
        columns = ", ".join(
            _defused(quoted(name)) if kinds[name] == "VARCHAR" else quoted(name) for name in names
        )
        base.execute(f"COPY (SELECT {columns} FROM rows) TO {literal(target)} (FORMAT csv, HEADER)")  # noqa: S608


def _defused(column: str) -> str:
    runs = f"regexp_matches({column}, '{_FORMULA}')"
    return f"CASE WHEN {runs} THEN chr(39) || {column} ELSE {column} END AS {column}"


def append_rows(first: Path, second: Path, row_column: str, names: list[str], target: Path) -> int:
    """Write the rows of `first`, then those of `second`, numbered anew; return how many there are.

    Raises
    ------
    TableInvalid
        If a column has another type in the second table.
    """
    with open_base() as base:
        kinds = [open_rows(base, path, view) for path, view in ((first, "first"), (second, "second"))]
        changed = [name for name in names if kinds[0].get(name) != kinds[1].get(name)]
        if changed:
            raise TableInvalid(f"the column {changed[0]} holds something else than in the table before")
        columns = ", ".join(map(quoted, names))
        parts = " UNION ALL BY NAME ".join(
            f"SELECT {place} AS part, * FROM {view}"  # noqa: S608
            for place, view in enumerate(("first", "second"))
        )
        number = quoted(row_column)
        base.execute(
            f"COPY (SELECT row_number() OVER (ORDER BY part, {number}) AS {number}, {columns} "  # noqa: S608
            f"FROM ({parts}) ORDER BY part, {number}) TO {literal(target)} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
        )
        (rows,) = base.execute(f"SELECT count(*) FROM read_parquet({literal(target)})").fetchone() or (0,)  # noqa: S608
    return int(rows)


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, bool | int | float | str) else str(cell)
