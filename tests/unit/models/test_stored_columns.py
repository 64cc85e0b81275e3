from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from app.core.errors import TableInvalid
from app.models import customer_table
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.datasets.text_rows import StoredTable
from app.models.recipe import SHIPPED, Recipe, get_recipe
from app.models.stored_columns import read_columns
from app.utils.sql_text import literal

NAMES = (
    "id",
    "age",
    "gender",
    "income",
    "spending_score",
    "region",
    "purchase_frequency",
    "avg_order_value",
    "recency",
)
KINDS = ("VARCHAR", "DOUBLE", "VARCHAR", "DOUBLE", "DOUBLE", "VARCHAR", "DOUBLE", "DOUBLE", "DOUBLE")
REGIONS = ("North", " south", "EAST", "West", "Atlantis")


@pytest.fixture(scope="module")
def lifestyle() -> Recipe:
    return get_recipe("lifestyle")


def shoppers(count: int = 60) -> list[list[Any]]:
    """Shoppers as an import stores them: some cells empty, words in any spelling."""
    rng = np.random.default_rng(4)
    return [
        [
            f"{n:05d}",
            None if n % 7 == 0 else float(rng.integers(18, 75)),
            None if n % 5 == 0 else ("Male", "female", "x")[n % 3],
            float(rng.integers(20_000, 120_000)),
            float(rng.integers(1, 100)),
            None if n % 11 == 0 else REGIONS[n % 5],
            float(rng.integers(2, 36)),
            None if n % 9 == 0 else float(rng.integers(40, 640)),
            -0.0 if n == 3 else float(rng.integers(1, 120)),
        ]
        for n in range(count)
    ]


def stored(path: Path, rows: Sequence[Sequence[Any]], kinds: Sequence[str] = KINDS) -> StoredTable:
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(NAMES, kinds, strict=True))
    with duckdb.connect() as base:
        base.execute(f"CREATE TABLE t (row_ BIGINT, {columns})")
        marks = ", ".join("?" * (1 + len(NAMES)))
        base.executemany(
            f"INSERT INTO t VALUES ({marks})", [[n, *row] for n, row in enumerate(rows, start=2)]
        )
        base.execute(f"COPY t TO {literal(path)} (FORMAT parquet)")
    return StoredTable(path)


def both_ways(
    table: StoredTable, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> tuple[CustomerTable | str, CustomerTable | str]:
    def read() -> CustomerTable | str:
        try:
            return read_customer_table(table, recipe)
        except TableInvalid as error:
            return error.detail + "".join(fault.sentence for fault in error.faults)

    by_column = read()
    monkeypatch.setattr(customer_table, "read_columns", lambda table, cells: None)
    return by_column, read()


def assert_same(one: CustomerTable | str, other: CustomerTable | str) -> None:
    assert isinstance(one, CustomerTable)
    assert isinstance(other, CustomerTable)
    np.testing.assert_array_equal(one.features, other.features)
    assert np.signbit(one.features).tolist() == np.signbit(other.features).tolist()
    assert one.profile.keys() == other.profile.keys()
    for name, values in one.profile.items():
        np.testing.assert_array_equal(values, other.profile[name])
    assert (one.ids, one.fingerprint, one.headers) == (other.ids, other.fingerprint, other.headers)


def test_as_row_by_row(tmp_path: Path, lifestyle: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    table = stored(tmp_path / "t.parquet", shoppers())
    assert_same(*both_ways(table, lifestyle, monkeypatch))


def test_with_every_column_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (SHIPPED / "lifestyle.toml").read_text(encoding="utf-8").replace("use = false", "use = true")
    text = text.replace("sensitive = true", "sensitive = true\nuse = true")
    text = text.replace('"lifestyle"', '"everything"')
    (tmp_path / "everything.toml").write_text(text, encoding="utf-8")
    table = stored(tmp_path / "t.parquet", shoppers())
    assert_same(*both_ways(table, get_recipe("everything", tmp_path), monkeypatch))


def test_without_ids(tmp_path: Path, lifestyle: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect() as base:
        whole = stored(tmp_path / "t.parquet", shoppers())._path
        query = f"COPY (SELECT * EXCLUDE (id) FROM {literal(whole)}) TO {literal(tmp_path / 'u.parquet')}"
        base.execute(query)
    assert_same(*both_ways(StoredTable(tmp_path / "u.parquet"), lifestyle, monkeypatch))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("income", 99_999_999.0, "must lie between"),
        ("id", "00001", "the same id"),
        ("id", " ", "every customer needs an id"),
        ("id", None, "every customer needs an id"),
    ],
)
def test_a_fault_is_told_with_its_line(
    column: str, value: Any, words: str, tmp_path: Path, lifestyle: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shoppers()
    rows[40][NAMES.index(column)] = value
    one, other = both_ways(stored(tmp_path / "t.parquet", rows), lifestyle, monkeypatch)
    assert one == other
    assert words in str(one)
    assert "42" in str(one)


def test_numbers_that_are_stored_as_text(
    tmp_path: Path, lifestyle: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[*row[:3], f" {row[3]:.0f}", *row[4:]] for row in shoppers()]
    kinds = ["VARCHAR" if name == "income" else kind for name, kind in zip(NAMES, KINDS, strict=True)]
    table = stored(tmp_path / "t.parquet", rows, kinds)
    assert_same(*both_ways(table, lifestyle, monkeypatch))
    rows[7][3] = "many"
    one, other = both_ways(stored(tmp_path / "u.parquet", rows, kinds), lifestyle, monkeypatch)
    assert one == other
    assert "this is not a plain number" in str(one)


@pytest.mark.parametrize("column", ["id", "region"])
def test_numbers_where_words_should_be_are_read_row_by_row(
    column: str, tmp_path: Path, lifestyle: Recipe
) -> None:
    place = NAMES.index(column)
    rows = [[*row[:place], float(n), *row[place + 1 :]] for n, row in enumerate(shoppers())]
    kinds = ["DOUBLE" if name == column else kind for name, kind in zip(NAMES, KINDS, strict=True)]
    table = stored(tmp_path / "t.parquet", rows, kinds)
    cells = customer_table._begin(table.header, lifestyle)
    assert read_columns(table, cells) is None
