from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from app.models.datasets.summary import BINS, SAMPLE_ROWS, summarise
from app.utils.sql_text import literal


def write(path: Path, query: str) -> Path:
    target = path / "it's a table.parquet"
    duckdb.sql(f"COPY ({query}) TO {literal(target)} (FORMAT parquet)")
    return target


def test_numbers(tmp_path: Path) -> None:
    table = write(
        tmp_path, 'SELECT CASE WHEN x = 0 THEN NULL ELSE x::DOUBLE END AS "a ""b" FROM range(101) t(x)'
    )
    found = summarise(table, ['a "b'])
    (column,) = found.columns
    values = np.arange(1, 101)
    assert (found.rows, column["missing"], column["minimum"], column["maximum"]) == (101, 1, 1.0, 100.0)
    assert column["mean"] == pytest.approx(values.mean())
    assert column["sd"] == pytest.approx(values.std(ddof=1))
    assert column["quartiles"] == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]), abs=1)
    assert column["bins"] == np.histogram(values, BINS)[0].tolist()
    assert len(found.sample['a "b']) == 101


def test_words_dates_and_answers(tmp_path: Path) -> None:
    table = write(
        tmp_path,
        "SELECT * FROM (VALUES ('x', DATE '2024-01-01', true), ('x', DATE '2024-01-02', NULL), "
        "('once', DATE '2024-01-03', true)) t(word, day, answer)",
    )
    word, day, answer = summarise(table, ["word", "day", "answer"]).columns
    assert (word["type"], day["type"], answer["type"]) == ("text", "date", "yes/no")
    # what stands once may be a person's
    assert word["values"] == [{"value": "x", "count": 2}]
    assert day["values"] == []
    assert (answer["values"], answer["missing"]) == ([{"value": "true", "count": 2}], 1)


def test_correlations(tmp_path: Path) -> None:
    table = write(
        tmp_path, "SELECT x::DOUBLE AS x, -2 * x::DOUBLE AS y, 1.0::DOUBLE AS same FROM range(50) t(x)"
    )
    found = summarise(table, ["x", "y", "same"]).correlations
    assert found["columns"] == ["x", "y", "same"]
    assert found["matrix"][0][1] == found["matrix"][1][0] == pytest.approx(-1)
    assert found["matrix"][0][2] is None
    assert [found["matrix"][n][n] for n in range(3)] == [1.0] * 3


def test_without_numbers_there_is_nothing_to_draw(tmp_path: Path) -> None:
    found = summarise(write(tmp_path, "SELECT 'a' AS word FROM range(3)"), ["word"])
    assert found.sample == {}
    assert found.correlations == {"columns": [], "matrix": []}


def test_without_a_value(tmp_path: Path) -> None:
    (column,) = summarise(write(tmp_path, "SELECT NULL::DOUBLE AS x FROM range(3)"), ["x"]).columns
    assert (column["missing"], column["minimum"], column["bins"]) == (3, None, [])


def test_a_sample_of_many_is_the_same_each_time(tmp_path: Path) -> None:
    table = write(tmp_path, "SELECT x::DOUBLE AS x, -x::DOUBLE AS y FROM range(50000) t(x)")
    first, second = (summarise(table, ["x", "y"]).sample for _ in range(2))
    assert first == second
    assert len(first["x"]) == SAMPLE_ROWS
    assert [-(x or 0) for x in first["x"]] == first["y"]
