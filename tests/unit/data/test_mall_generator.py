from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from data.generators.mall import generate

ORIGINAL = Path(__file__).resolve().parents[3] / "../shared/data/mall_customers.csv"
# The same bytes on Python 3.11, 3.12 and 3.13; a change here is a new table with a new fingerprint.
SHA256 = "0019a4aadc79cb4b991bec8618e2e0b33ea7d6ac4dc4cdaff0073e64b5ddbd98"

# size, women, then mean and sd of age, income and score: the groups of the original
REFERENCE = (
    (81, 48, (42.72, 16.45), (55.30, 8.99), (49.52, 6.53)),
    (39, 21, (32.69, 3.73), (86.54, 16.31), (82.13, 9.36)),
    (35, 16, (41.11, 11.34), (88.20, 16.40), (17.11, 9.95)),
    (23, 14, (45.22, 13.23), (26.30, 7.89), (20.91, 13.02)),
    (22, 13, (25.27, 5.26), (25.73, 7.57), (79.36, 10.50)),
)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    return rows_of(generate())[1:]


@pytest.fixture(scope="module")
def standardised(rows: list[list[str]]) -> NDArray[np.float64]:
    Z: NDArray[np.float64] = StandardScaler().fit_transform(np.array([row[3:] for row in rows], dtype=float))
    return Z


def labels_of(Z: NDArray[np.float64], seed: int) -> NDArray[np.int32]:
    labels: NDArray[np.int32] = KMeans(5, n_init=10, random_state=seed).fit(Z).labels_
    return labels


class TestGenerate:
    def test_same_bytes_every_time(self) -> None:
        assert hashlib.sha256(generate().encode("ascii")).hexdigest() == SHA256
        assert generate() == generate()

    def test_shape_of_the_table(self, rows: list[list[str]]) -> None:
        assert rows_of(generate())[0] == [
            "CustomerID", "Gender", "Age", "Annual Income (k$)", "Spending Score (1-100)",
        ]  # fmt: skip
        assert [row[0] for row in rows] == [str(number) for number in range(1, 201)]
        ages, incomes, scores = np.array([row[2:] for row in rows], dtype=int).T
        assert ages.min() >= 18
        assert ages.max() <= 70
        assert incomes.min() >= 15
        assert incomes.max() <= 137
        assert scores.min() >= 1
        assert scores.max() <= 99
        assert (np.diff(incomes) >= 0).all()

    def test_five_groups_like_the_original(
        self, rows: list[list[str]], standardised: NDArray[np.float64]
    ) -> None:
        labels = labels_of(standardised, 42)
        sizes = np.bincount(labels)
        assert sorted(sizes) == [22, 23, 35, 39, 81]
        for size, women, *columns in REFERENCE:
            group = [row for row, label in zip(rows, labels, strict=True) if sizes[label] == size]
            assert sum(row[1] == "Female" for row in group) == women
            values = np.array([row[2:] for row in group], dtype=float)
            means, sds = np.array(columns).T
            np.testing.assert_allclose(values.mean(axis=0), means, atol=1.5)
            np.testing.assert_allclose(values.std(axis=0, ddof=1), sds, rtol=0.15)

    def test_clear_optimum(self, standardised: NDArray[np.float64]) -> None:
        reference = labels_of(standardised, 42)
        assert 0.53 <= silhouette_score(standardised, reference) <= 0.58
        agreement = {adjusted_rand_score(reference, labels_of(standardised, seed)) for seed in range(50)}
        assert agreement == {1.0}

    def test_not_the_original(self, rows: list[list[str]]) -> None:
        if not ORIGINAL.exists():
            pytest.skip("the original table may not be redistributed and is not here")
        original = {tuple(row[1:]) for row in rows_of(ORIGINAL.read_text())[1:]}
        shared = sum(tuple(row[1:]) in original for row in rows)
        assert shared <= 3
