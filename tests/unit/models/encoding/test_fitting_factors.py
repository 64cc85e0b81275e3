"""The weighting is that of factor analysis of mixed data, by formulas that share nothing with it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from app.models.encoding.document import CategoryFeature, NumberFeature
from app.models.encoding.fitting import Columns, apply_rows, fit_encoding, inertia_shares
from app.models.kmeans_fit import Floats
from tests.unit.models.encoding.examples import WORDS

ROWS = 90
REGION = [WORDS[i * 5 % 11 % 4] for i in range(ROWS)]
GENDER = ["Female" if i * 5 % 9 < 5 else "Male" for i in range(ROWS)]
AGE = np.array([18.0 + i * 7 % 60 for i in range(ROWS)])
VISITS = np.array([float(i * i % 23) for i in range(ROWS)])
NUMBERS = [NumberFeature(name=name, minimum=0.0, maximum=100.0) for name in ("age", "visits")]
CATEGORIES = [CategoryFeature(name=name) for name in ("region", "gender")]
TABLE: Columns = {"age": AGE, "visits": VISITS, "region": REGION, "gender": GENDER}


def coordinates(features: list[NumberFeature | CategoryFeature]) -> Floats:
    return apply_rows(fit_encoding(TABLE, features), TABLE).coordinates


def factors(z: Floats) -> tuple[Floats, Floats]:
    """Return principal coordinates (n, r) and the variance of each that has some."""
    left, sizes, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    kept = sizes > 1e-9
    return (left * sizes)[:, kept], sizes[kept] ** 2 / len(z)


def indicators(words: list[str]) -> Floats:
    return np.array([[float(word == level) for level in sorted(set(words))] for word in words])


class TestWords:
    def test_alone_they_are_multiple_correspondence_analysis(self) -> None:
        # of the indicator table: residuals from independence in units of its chi-square (M. Greenacre, 1984)
        table = np.hstack([indicators(REGION), indicators(GENDER)])
        shares = table / table.sum()
        rows, columns = shares.sum(axis=1), shares.sum(axis=0)
        residuals = (shares - np.outer(rows, columns)) / np.sqrt(np.outer(rows, columns))
        left, sizes, _ = np.linalg.svd(residuals, full_matrices=False)
        expected = (left * sizes)[:, sizes > 1e-9] / np.sqrt(rows)[:, None]
        found, variances = factors(coordinates([*CATEGORIES]))
        np.testing.assert_allclose(pdist(found), pdist(expected) * np.sqrt(2), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(variances, 2 * sizes[sizes > 1e-9] ** 2, rtol=1e-9)


class TestMixed:
    def test_each_factor_is_linked_to_the_columns_as_its_variance_says(self) -> None:
        """λ = Σ r² over the numbers + Σ η² over the categories: what J. Pagès (2004) maximises."""
        found, variances = factors(coordinates([*NUMBERS, *CATEGORIES]))
        for factor, variance in zip(found.T, variances, strict=True):
            linked = sum(np.corrcoef(column, factor)[0, 1] ** 2 for column in (AGE, VISITS))
            for words in (REGION, GENDER):
                groups = [factor[np.array(words) == level] for level in set(words)]
                between = sum(len(group) * group.mean() ** 2 for group in groups)
                linked += between / (factor**2).sum()
            assert linked == pytest.approx(variance, rel=1e-9)

    def test_a_number_counts_one_and_a_category_one_less_than_its_levels(self) -> None:
        document = fit_encoding(TABLE, [*NUMBERS, *CATEGORIES])
        z = apply_rows(document, TABLE).coordinates
        assert factors(z)[1].sum() == pytest.approx(1 + 1 + 3 + 1)
        shares = inertia_shares(document, z)
        assert shares == pytest.approx({"age": 1 / 6, "visits": 1 / 6, "region": 3 / 6, "gender": 1 / 6})

    def test_codes_in_another_order_change_no_factor(self) -> None:
        before = factors(coordinates([*NUMBERS, *CATEGORIES]))[1]
        turned = dict(zip(WORDS, (*WORDS[1:], WORDS[0]), strict=True))
        table: Columns = {**TABLE, "region": [turned[word] for word in REGION]}
        after = apply_rows(fit_encoding(table, [*NUMBERS, *CATEGORIES]), table).coordinates
        np.testing.assert_allclose(factors(after)[1], before, rtol=1e-9)
