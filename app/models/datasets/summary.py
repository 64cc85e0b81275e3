"""What a table's columns look like: counted once when it is taken in, shown ever after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from app.models.datasets.base import open_base, open_rows
from app.models.encoding.fitting import fit_power
from app.models.encoding.suggestion import suggest_transform
from app.utils.sql_text import quoted

BINS = 20
VALUES_SHOWN = 12
SAMPLE_ROWS = 2_000
CORRELATED_COLUMNS = 30
SEED = 42


@dataclass(frozen=True)
class TableSummary:
    """A table in numbers.

    Attributes
    ----------
    rows : int
    columns : list of dict
        In the table's order: ``name``, ``type``, ``missing``, ``distinct`` (estimated beyond some thousands),
        and for numbers ``minimum``, ``maximum``, ``mean``, ``sd``, ``quartiles`` (three), ``bins`` (counts in
        `BINS` equal widths from minimum to maximum), and from the sample ``is_whole``, ``skewness``,
        ``transform`` (suggested), ``transform_reason`` and ``power`` (Yeo-Johnson's λ); else ``values``, the
        commonest with their counts.
    correlations : dict of str to list
        ``columns``, and ``matrix``: Pearson's r of each pair of the first `CORRELATED_COLUMNS` numbers, None
        where one of them never changes.
    sample : dict of str to list
        By number column, its values in the same at most `SAMPLE_ROWS` rows drawn at random.
    """

    rows: int
    columns: list[dict[str, Any]]
    correlations: dict[str, Any]
    sample: dict[str, list[float | None]]


def summarise(path: Path, names: list[str]) -> TableSummary:
    """Sum up the columns called `names` of the Parquet file at `path`, in bounded memory."""
    with open_base() as base:
        types = open_rows(base, path)
        (rows,) = base.execute("SELECT count(*) FROM rows").fetchone() or (0,)
        columns = [_column(base, name, types[name], rows) for name in names]
        numbers = [name for name in names if types[name] == "DOUBLE"]
        correlations = _correlations(base, numbers)
        sample = _sample(base, numbers)
    for column in columns:
        if column["name"] in sample and column["bins"]:
            column.update(_shape(sample[column["name"]]))
    return TableSummary(rows, columns, correlations, sample)


def _column(base: duckdb.DuckDBPyConnection, name: str, kind: str, rows: int) -> dict[str, Any]:
    column = quoted(name)
    query = f"SELECT count({column}), approx_count_distinct({column}) FROM rows"  # noqa: S608 - quoted
    present, distinct = base.execute(query).fetchone() or (0, 0)
    found = {
        "name": name,
        "type": _TYPES.get(kind, "text"),
        "missing": rows - present,
        "distinct": min(distinct, present),
    }
    return found | (_numbers(base, column) if kind == "DOUBLE" else _values(base, column))


_TYPES = {"DOUBLE": "number", "DATE": "date", "BOOLEAN": "yes/no"}


def _numbers(base: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    query = (
        f"SELECT min({column}), max({column}), avg({column}), stddev_samp({column}), "  # noqa: S608
        f"approx_quantile({column}, [0.25, 0.5, 0.75]) FROM rows"
    )
    low, high, mean, sd, quartiles = base.execute(query).fetchone() or (None,) * 5
    if low is None:
        return {"minimum": None, "maximum": None, "mean": None, "sd": None, "quartiles": [], "bins": []}
    width = (high - low) / BINS
    place = f"least({BINS - 1}, floor(({column} - $1) / $2))::INTEGER"
    counted = base.execute(
        f"SELECT {place} AS bin, count(*) FROM rows WHERE {column} IS NOT NULL GROUP BY bin",  # noqa: S608
        [low, width if width > 0 else 1.0],
    ).fetchall()
    bins = [0] * BINS
    for number, count in counted:
        bins[number] = count
    finite = (value if value is not None and math.isfinite(value) else None for value in (mean, sd))
    mean, sd = finite
    return {"minimum": low, "maximum": high, "mean": mean, "sd": sd, "quartiles": quartiles, "bins": bins}


def _values(base: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    query = (
        f"SELECT {column}::VARCHAR AS value, count(*) AS times FROM rows "  # noqa: S608
        f"WHERE {column} IS NOT NULL GROUP BY value HAVING count(*) > 1 "
        f"ORDER BY times DESC, value LIMIT {VALUES_SHOWN}"
    )
    return {"values": [{"value": value, "count": count} for value, count in base.execute(query).fetchall()]}


def _correlations(base: duckdb.DuckDBPyConnection, numbers: list[str]) -> dict[str, Any]:
    names = numbers[:CORRELATED_COLUMNS]
    if len(names) < 2:
        return {"columns": names, "matrix": [[1.0]] * len(names)}
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    terms = ", ".join(f"corr({quoted(names[i])}, {quoted(names[j])})" for i, j in pairs)
    found = base.execute(f"SELECT {terms} FROM rows").fetchone() or ()  # noqa: S608
    matrix: list[list[float | None]] = [[1.0] * len(names) for _ in names]
    for (i, j), value in zip(pairs, found, strict=True):
        r = None if value is None or not math.isfinite(value) else float(value)
        matrix[i][j] = matrix[j][i] = r
    return {"columns": names, "matrix": matrix}


def _sample(base: duckdb.DuckDBPyConnection, numbers: list[str]) -> dict[str, list[float | None]]:
    if not numbers:
        return {}
    columns = ", ".join(map(quoted, numbers))
    query = f"SELECT {columns} FROM rows USING SAMPLE reservoir({SAMPLE_ROWS} ROWS) REPEATABLE ({SEED})"  # noqa: S608
    drawn = base.execute(query).fetchall()
    return {name: [row[place] for row in drawn] for place, name in enumerate(numbers)}


def _shape(drawn: list[float | None]) -> dict[str, Any]:
    """Tell what a sample shows of a number: whether it counts whole things, and which transform suits it."""
    known = np.array([value for value in drawn if value is not None])
    suggestion = suggest_transform(known)
    return {
        "is_whole": bool((known == np.round(known)).all()),
        "skewness": suggestion.skewness,
        "transform": suggestion.transform,
        "transform_reason": suggestion.reason,
        "power": fit_power(known) if len(known) else 0.0,
    }
