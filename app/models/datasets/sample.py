"""Some rows of a table, drawn at random: enough to compare, few enough to compare often."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.models.datasets.base import open_base, open_rows
from app.models.encoding.fitting import Column
from app.utils.sql_text import quoted


def draw_columns(path: Path, names: Sequence[str], most: int, seed: int) -> tuple[dict[str, Column], int]:
    """Return the columns called `names` of at most `most` rows, and how many rows the table has.

    The same file and seed give the same rows.
    Numbers come as an array of floats, NaN where there is none; anything else as a list of words, ``yes`` and
    ``no`` for a truth value, None where there is none.
    """
    with open_base() as base:
        types = open_rows(base, path)
        (rows,) = base.execute("SELECT count(*) FROM rows").fetchone() or (0,)
        if not names:
            return {}, rows
        wanted = ", ".join(_selected(name, types[name]) for name in names)
        query = f"SELECT {wanted} FROM rows USING SAMPLE reservoir({most} ROWS) REPEATABLE ({seed})"  # noqa: S608
        drawn = base.execute(query).fetchall()
    cells = zip(*drawn, strict=True) if drawn else ((),) * len(names)
    columns: dict[str, Column] = {
        name: np.array(column, dtype=np.float64) if types[name] == "DOUBLE" else list(column)
        for name, column in zip(names, cells, strict=True)
    }
    return columns, rows


def _selected(name: str, kind: str) -> str:
    column = quoted(name)
    if kind == "BOOLEAN":
        return f"CASE WHEN {column} THEN 'yes' WHEN NOT {column} THEN 'no' END"
    return column if kind == "DOUBLE" else f"{column}::VARCHAR"
