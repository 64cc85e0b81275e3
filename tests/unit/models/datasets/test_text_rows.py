from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from app.models.datasets import text_rows
from app.models.datasets.text_rows import StoredTable
from app.models.importing.csv_records import Record
from app.utils.sql_text import literal


def write(path: Path, query: str) -> Path:
    duckdb.sql(f"COPY ({query}) TO {literal(path)} (FORMAT parquet)")
    return path


def test_cells_are_read_back_the_same(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.parquet",
        "SELECT * FROM (VALUES (2, '00123', NULL, false, DATE '2024-02-29'), "
        '(1, \'=x\', 0.1 + 0.2::DOUBLE, true, NULL)) t(row_, "a ""b", n, yes, day)',
    )
    table = StoredTable(path)
    assert table.header == ('a "b', "n", "yes", "day")
    assert list(table.rows()) == [
        Record(1, ["=x", "0.30000000000000004", "yes", ""]),
        Record(2, ["00123", "", "no", "2024-02-29"]),
    ]


def test_many_rows_come_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", "SELECT x AS row, x::DOUBLE AS n FROM range(25000, 0, -1) t(x)")
    lines = [row.line for row in StoredTable(path).rows()]
    assert lines == list(range(1, 25_001))
    assert len(lines) > 2 * text_rows._ROWS_AT_ONCE


def test_columns_come_in_the_same_order(tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES (2, 'b', NULL), (1, NULL, 0.1), (3, '', 2)) t("row", word, n)"""
    found = StoredTable(write(tmp_path / "t.parquet", query.replace("0.1", "0.1::DOUBLE"))).columns([1, 0])
    assert found is not None
    np.testing.assert_array_equal(found[1], [0.1, np.nan, 2.0])
    assert found[0].tolist() == ["", "b", ""]


def test_other_kinds_are_read_row_by_row(tmp_path: Path) -> None:
    table = StoredTable(write(tmp_path / "t.parquet", "SELECT 1 AS row, 2.5::DOUBLE AS n, true AS yes"))
    assert table.columns([0, 1]) is None
    assert table.columns([0]) is not None
