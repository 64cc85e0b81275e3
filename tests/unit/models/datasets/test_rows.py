from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from app.core.errors import TableInvalid
from app.models.datasets.rows import append_rows, read_rows, write_csv
from app.utils.sql_text import literal

NAMES = ["id", "day", "n"]


def write(path: Path, rows: str, names: str = "row, id, day, n") -> Path:
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) t({names})) TO {literal(path)} (FORMAT parquet)")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(
        tmp_path / "a.parquet",
        "(1, 'Anna', DATE '2024-01-31', 1.5::DOUBLE), (2, '=1+1', NULL, NULL), (3, ' \t@x', NULL, 3.0), "
        "(4, '100%_', NULL, 4.0)",
    )


class TestRead:
    def test_a_page_and_where_the_next_begins(self, table: Path) -> None:
        page = read_rows(table, "row", NAMES, limit=2)
        assert page.rows == [[1, "Anna", str(date(2024, 1, 31)), 1.5], [2, "=1+1", None, None]]
        assert page.next_after == 2
        assert read_rows(table, "row", NAMES, after=2, limit=2).next_after is None

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("aNN", [1]),
            ("2024-01", [1]),
            ("3.0", [3]),
            ("%_", [4]),
            ("%", [4]),
            ("'", []),
            ("", [1, 2, 3, 4]),
        ],
    )
    def test_search(self, table: Path, search: str, found: list[int]) -> None:
        assert [row[0] for row in read_rows(table, "row", NAMES, search=search).rows] == found


def test_csv_is_safe_in_a_spreadsheet(table: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    write_csv(table, NAMES, target)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == NAMES
    assert [row[0] for row in rows[1:]] == ["Anna", "'=1+1", "' \t@x", "100%_"]


class TestAppend:
    def test_behind_each_other_whatever_the_order_of_columns(self, table: Path, tmp_path: Path) -> None:
        more = write(tmp_path / "b.parquet", "(1, 9.0::DOUBLE, 'Zoe', DATE '2024-02-01')", "row, n, id, day")
        target = tmp_path / "both.parquet"
        assert append_rows(table, more, "row", NAMES, target) == 5
        page = read_rows(target, "row", NAMES, after=3)
        assert page.rows == [[4, "100%_", None, 4.0], [5, "Zoe", "2024-02-01", 9.0]]

    def test_another_type_is_refused(self, table: Path, tmp_path: Path) -> None:
        more = write(tmp_path / "b.parquet", "(1, 'Zoe', DATE '2024-02-01', 'nine')")
        with pytest.raises(TableInvalid, match="column n "):
            append_rows(table, more, "row", NAMES, tmp_path / "both.parquet")
