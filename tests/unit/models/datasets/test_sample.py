from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from app.models.datasets.sample import draw_columns

NAMES = ["spend", "region", "member"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """100 rows: numbers from 0 on and one gap, words and one gap, a truth value and one gap."""
    target = tmp_path / "rows.parquet"
    query = (
        'SELECT i AS "row", CASE WHEN i <> 7 THEN i::DOUBLE END AS spend, '
        "CASE WHEN i <> 8 THEN 'north' END AS region, CASE WHEN i <> 9 THEN i % 2 = 0 END AS member "
        "FROM range(100) AS t(i)"
    )
    duckdb.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    return target


class TestDrawColumns:
    def test_all_rows_where_there_are_no_more(self, path: Path) -> None:
        columns, rows = draw_columns(path, NAMES, 100, seed=1)
        assert rows == 100
        spend = columns["spend"]
        assert isinstance(spend, np.ndarray)
        assert np.isnan(spend).sum() == 1
        assert np.nansum(spend) == sum(range(100)) - 7
        assert sorted(map(str, columns["region"])) == ["None"] + ["north"] * 99
        assert {cell: list(columns["member"]).count(cell) for cell in ("yes", "no", None)} == {
            "yes": 50,
            "no": 49,
            None: 1,
        }

    def test_some_rows_the_same_each_time_and_cells_of_a_row_together(self, path: Path) -> None:
        columns, rows = draw_columns(path, NAMES, 20, seed=1)
        assert rows == 100
        assert {len(column) for column in columns.values()} == {20}
        again = draw_columns(path, NAMES, 20, seed=1)[0]
        assert repr(again) == repr(columns)
        assert repr(draw_columns(path, NAMES, 20, seed=2)[0]) != repr(columns)
        for spend, member in zip(columns["spend"], columns["member"], strict=True):
            assert spend is None or np.isnan(spend) or member in (None, "no" if spend % 2 else "yes")

    def test_no_column(self, path: Path) -> None:
        assert draw_columns(path, [], 20, seed=1) == ({}, 100)

    def test_no_row(self, path: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty.parquet"
        duckdb.execute(f"COPY (SELECT * FROM '{path}' LIMIT 0) TO '{empty}' (FORMAT parquet)")
        columns, rows = draw_columns(empty, NAMES, 20, seed=1)
        assert rows == 0
        assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(NAMES, 0)
