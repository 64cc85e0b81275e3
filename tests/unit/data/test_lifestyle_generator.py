from __future__ import annotations

import csv
import hashlib
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from data.generators.lifestyle import REGIONS, generate, total_spend

# The same bytes on Python 3.11, 3.12 and 3.13; a change here is a new table with a new fingerprint.
SHA256 = "48663f410abd4c9548f72695fa98564df48276fbbdfb9a0a1db0c8187e37dbeb"
NUMBERS = {"age": 1, "income": 3, "score": 4, "frequency": 6, "order_value": 7, "recency": 8, "total": 9}

Numbers = NDArray[np.float64]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    return rows_of(generate())[1:]


@pytest.fixture(scope="module")
def numbers(rows: list[list[str]]) -> dict[str, Numbers]:
    """The seven columns of numbers, NaN where a cell is empty."""
    return {name: np.array([float(row[place] or "nan") for row in rows]) for name, place in NUMBERS.items()}


@pytest.fixture(scope="module")
def filled(numbers: dict[str, Numbers]) -> dict[str, Numbers]:
    return {name: np.where(np.isnan(x), np.nanmedian(x), x) for name, x in numbers.items()}


def beyond_quartiles(filled: dict[str, Numbers]) -> NDArray[np.bool_]:
    """Rows with a number more than 1.5 interquartile ranges outside the quartiles, medians for gaps."""
    X = np.column_stack(list(filled.values()))
    low, high = np.quantile(X, [0.25, 0.75], axis=0)
    reach = 1.5 * (high - low)
    outside: NDArray[np.bool_] = ((low - reach > X) | (high + reach < X)).any(axis=1)
    return outside


class TestGenerate:
    def test_same_bytes_every_time(self) -> None:
        assert hashlib.sha256(generate().encode("ascii")).hexdigest() == SHA256
        assert generate() == generate()

    def test_shape_of_the_table(self, rows: list[list[str]], numbers: dict[str, Numbers]) -> None:
        assert len(rows_of(generate())[0]) == 10
        assert {len(row) for row in rows} == {10}
        assert [row[0] for row in rows] == [str(number) for number in range(1, 1001)]
        assert {row[2] for row in rows} == {"Female", "Male", ""}
        assert {row[5] for row in rows} == {name for name, _, _ in REGIONS}
        bounds = {"age": (18, 75), "income": (18_000, 120_000), "score": (1, 100), "frequency": (2, 36)}
        for name, (low, high) in bounds.items():
            assert low <= np.nanmin(numbers[name]) < np.nanmax(numbers[name]) <= high, name

    def test_a_few_cells_are_empty(self, rows: list[list[str]]) -> None:
        shares = np.mean([[cell == "" for cell in row] for row in rows], axis=0)
        np.testing.assert_allclose(shares, [0, 0, 0.02, 0.04, 0, 0, 0, 0.03, 0, 0.03], atol=0.01)

    def test_total_is_frequency_times_value(self, rows: list[list[str]]) -> None:
        for row in rows:
            value = int(row[7]) if row[7] else None
            total = total_spend(int(row[6]), value)
            assert row[9] == ("" if total is None else str(total))
        assert total_spend(None, 10) is None

    def test_columns_hang_together(self, filled: dict[str, Numbers]) -> None:
        def correlation(a: str, b: str) -> float:
            return float(np.corrcoef(filled[a], filled[b])[0, 1])

        assert correlation("income", "order_value") == pytest.approx(0.5, abs=0.1)
        assert correlation("frequency", "score") == pytest.approx(0.45, abs=0.1)
        assert correlation("frequency", "recency") == pytest.approx(-0.4, abs=0.1)
        assert correlation("age", "score") == pytest.approx(-0.2, abs=0.1)
        assert correlation("age", "income") == pytest.approx(0.2, abs=0.1)
        assert abs(correlation("frequency", "order_value")) < 0.1

    def test_976_rows_within_the_quartiles(self, filled: dict[str, Numbers]) -> None:
        outside = beyond_quartiles(filled)
        assert len(outside) - outside.sum() == pytest.approx(976, abs=3)
        # 2.4 % of the customers bring more than 5 % of the money: these are not errors
        assert filled["total"][outside].sum() / filled["total"].sum() > 0.05

    def test_whales(self, filled: dict[str, Numbers]) -> None:
        ordinary = filled["order_value"][filled["order_value"] <= 640]
        assert 5 <= len(filled["order_value"]) - len(ordinary) <= 20
        assert filled["order_value"].max() > 2 * ordinary.max()

    def test_a_continuum(self, filled: dict[str, Numbers]) -> None:
        inside = ~beyond_quartiles(filled)
        X = np.column_stack(list(filled.values()))[inside]
        Z = (X - X.mean(axis=0)) / X.std(axis=0)
        for k in range(2, 9):
            labels = KMeans(k, n_init=5, random_state=1).fit(Z).labels_
            assert silhouette_score(Z, labels) < 0.27, k
