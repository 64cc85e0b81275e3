from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import pdist, squareform
from sklearn.preprocessing import PowerTransformer

from app.core.errors import TableInvalid
from app.models.encoding.document import CategoryEncoding, CategoryFeature, EncodingDocument, NumberFeature
from app.models.encoding.fitting import (
    Columns,
    apply_rows,
    fit_encoding,
    fit_power,
    inertia_shares,
    transform_rows,
)
from app.models.encoding.transforms import forward
from app.models.kmeans_fit import Floats, fit_scaling
from tests.unit.models.encoding.examples import FEATURES, WORDS, a_document, a_table

X = NumberFeature(name="x", minimum=-1e9, maximum=1e9)
REGION = CategoryFeature(name="region")


def a_category(words: list[str | None], feature: CategoryFeature = REGION) -> CategoryEncoding:
    (encoding,) = fit_encoding({feature.name: words}, [feature]).features
    assert isinstance(encoding, CategoryEncoding)
    return encoding


class TestNumbers:
    @given(
        hnp.arrays(
            np.float64, st.tuples(st.integers(3, 40), st.integers(1, 4)), elements=st.floats(-1e6, 1e6)
        )
    )
    def test_plain_numbers_are_scaled_as_before(self, rows: Floats) -> None:
        assume((rows.std(axis=0) > 1e-3).all())
        names = [f"x{place}" for place in range(rows.shape[1])]
        columns = dict(zip(names, rows.T, strict=True))
        features = [X.model_copy(update={"name": name}) for name in names]
        encoded = apply_rows(fit_encoding(columns, features), columns)
        np.testing.assert_array_equal(encoded.coordinates, fit_scaling(rows).apply(rows))

    def test_gaps_are_counted_and_take_the_median(self) -> None:
        columns: Columns = {"x": [1.0, None, 2.0, math.nan, 9.0]}
        document = fit_encoding(columns, [X])
        assert document.features[0].missing == 2
        encoded = apply_rows(document, columns)
        assert encoded.imputed == {"x": 2}
        full = fit_encoding({"x": [1.0, 2.0, 2.0, 2.0, 9.0]}, [X])
        assert (full.features[0].model_dump() | {"missing": 2}) == document.features[0].model_dump()

    @pytest.mark.parametrize(
        ("cells", "message"),
        [
            ([None, math.nan, None], "x is empty in every row: there is nothing to impute from"),
            ([4.0, None, 4.0], "x is the same in every row and cannot divide customers"),
            ([1e8, 1e8 + 1.5e-8, 1e8], "x is almost the same in every row"),
            ([1.0, 2e9], "x must lie between -1000000000 and 1000000000"),
            ([1.0, math.inf], "x must lie between"),
        ],
    )
    def test_refuses(self, cells: list[float | None], message: str) -> None:
        with pytest.raises(TableInvalid, match=message):
            fit_encoding({"x": cells}, [X])

    def test_an_absent_column(self) -> None:
        with pytest.raises(TableInvalid, match="the table has no column x"):
            fit_encoding({"y": [1.0, 2.0]}, [X])


class TestCategories:
    def test_shares_and_coordinates(self) -> None:
        words: list[str | None] = ["b"] * 30 + ["a"] * 50 + [None] * 10 + ["C", "c "] * 10
        region = a_category(words)
        assert [(level.name, level.share) for level in region.levels] == [("a", 0.5), ("b", 0.3), ("C", 0.2)]
        assert region.missing == 10
        z = apply_rows(EncodingDocument(features=(region,)), {"region": words}).coordinates
        np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=1e-15)
        np.testing.assert_array_equal(z[80:90], 0.0)

    def test_rare_levels_are_merged(self) -> None:
        region = a_category([*["a"] * 100, *["b"] * 95, "isle", "islet", "Skerry", "reef", "reef"])
        assert [level.name for level in region.levels] == ["a", "b", "other"]
        assert region.levels[2].merged == ("isle", "islet", "reef", "Skerry")
        assert region.levels[2].share == 0.025

    def test_rare_levels_join_a_level_called_so(self) -> None:
        region = a_category([*["a"] * 100, *["b"] * 80, *["Other"] * 19, "isle"])
        assert [(level.name, level.merged) for level in region.levels[2:]] == [("Other", ("isle",))]
        assert region.levels[2].share == 0.1

    @pytest.mark.parametrize(
        ("rare", "too_rare"), [(["isle"], ("isle",)), (["isle", "Other"], ("isle", "Other"))]
    )
    def test_no_place_where_even_the_rest_is_rare(self, rare: list[str], too_rare: tuple[str, ...]) -> None:
        words = [*["a"] * 100, *["b"] * 100, *rare]
        region = a_category([*words])
        assert [(level.name, level.share) for level in region.levels] == [("a", 0.5), ("b", 0.5)]
        assert (region.too_rare, region.unplaced) == (too_rare, len(rare))
        encoded = apply_rows(EncodingDocument(features=(region,)), {"region": words})
        assert encoded.unknown == {"region": len(rare)}
        np.testing.assert_array_equal(encoded.coordinates[200:], 0.0)

    def test_unseen_words_count_as_other_where_that_is_a_level(self) -> None:
        words: list[str | None] = [*["a"] * 100, *["b"] * 80, *["isle", "reef"] * 3]
        document = EncodingDocument(features=(a_category(words),))
        encoded = apply_rows(document, {"region": ["isle", "Atlantis", None]})
        assert encoded.unknown == {"region": 1}
        np.testing.assert_array_equal(encoded.coordinates[1], encoded.coordinates[0])
        np.testing.assert_array_equal(encoded.coordinates[2], 0.0)

    def test_without_a_word_as_the_most_frequent(self) -> None:
        region = a_category(["a", "b", "b", None], REGION.model_copy(update={"missing_as": "most_frequent"}))
        encoded = apply_rows(EncodingDocument(features=(region,)), {"region": [None, "b"]})
        assert (region.missing, encoded.imputed) == (1, {"region": 1})
        np.testing.assert_array_equal(encoded.coordinates[0], encoded.coordinates[1])

    @pytest.mark.parametrize(("gaps", "levels"), [(10, ["a", "b", "no value"]), (1, ["a", "b"])])
    def test_without_a_word_as_a_level_of_its_own(self, gaps: int, levels: list[str]) -> None:
        feature = REGION.model_copy(update={"missing_as": "own_level"})
        region = a_category([*["a"] * 50, *["b"] * 50, *[None] * gaps], feature)
        assert [level.name for level in region.levels] == levels
        assert (region.missing, region.unplaced) == (gaps, 0)
        encoded = apply_rows(EncodingDocument(features=(region,)), {"region": [None]})
        assert encoded.coordinates.any() == (gaps == 10)

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ([None, "", "  "], "region is empty in every row"),
            (["a", "A", None], "region has fewer than two levels with 2% of the customers or more"),
            ([str(number) for number in range(100)], "region has fewer than two levels"),
        ],
    )
    def test_refuses(self, words: list[str | None], message: str) -> None:
        with pytest.raises(TableInvalid, match=message):
            a_category(words)


class TestWeighting:
    """The map against formulas that do not use it."""

    @given(st.lists(st.sampled_from(WORDS), min_size=8, max_size=60), st.floats(0.1, 5.0))
    def test_chi_square_distance_between_levels(self, words: list[str], weight: float) -> None:
        counts = Counter(words)
        assume(len(counts) > 1)
        columns: Columns = {"region": words}
        z = apply_rows(fit_encoding(columns, [CategoryFeature(name="region", weight=weight)]), columns)
        # rows of the indicator table as profiles: squared differences over the columns' masses
        indicators = np.array([[float(word == level) for level in sorted(counts)] for word in words])
        masses = indicators.mean(axis=0)
        chi_square = pdist(indicators / np.sqrt(masses), "sqeuclidean") * weight**2
        np.testing.assert_allclose(pdist(z.coordinates, "sqeuclidean"), chi_square, rtol=1e-9, atol=1e-12)
        by_hand = weight**2 * (len(words) / counts[words[0]] + len(words) / counts[words[-1]])
        if words[0] != words[-1]:
            assert squareform(chi_square)[0, -1] == pytest.approx(by_hand)

    def test_generalised_distance_of_mixed_rows(self) -> None:
        table = a_table()
        z = apply_rows(a_document(), table).coordinates
        region = np.array([word if word in WORDS else "" for word in table["region"]])
        shares = {word: np.mean(region[region != ""] == word) for word in WORDS}
        numbers = z[:, [0, 5, 8]]
        gender = np.array(table["gender"])
        women = np.mean(gender == "Female")
        for i, j in ((0, 1), (5, 6), (2, 190), (46, 47)):
            expected = ((numbers[i] - numbers[j]) ** 2).sum()
            for word, share in shares.items():
                # who has no level stands at the mean: as if every level in part
                a, b = (float(region[row] == word) if region[row] else share for row in (i, j))
                expected += 0.25 * (a - b) ** 2 / share
            expected += (gender[i] != gender[j]) * (1 / women + 1 / (1 - women))
            assert ((z[i] - z[j]) ** 2).sum() == pytest.approx(expected, rel=1e-9)

    @given(st.permutations(WORDS), st.permutations(range(len(FEATURES))), st.permutations(range(120)))
    def test_names_and_orders_change_no_distance(
        self, names: list[str], order: list[int], rows: list[int]
    ) -> None:
        table = a_table(120)
        before = apply_rows(fit_encoding(table, FEATURES), table).coordinates
        renamed = dict(zip(WORDS, names, strict=True))
        other: dict[str, Any] = {name: [cells[row] for row in rows] for name, cells in table.items()}
        other["region"] = [renamed.get(word, word) for word in other["region"]]
        features = [FEATURES[place] for place in order]
        after = apply_rows(fit_encoding(other, features), other).coordinates
        expected = squareform(pdist(before))[np.ix_(rows, rows)]
        # equal rows may differ by rounding, whose root is larger
        np.testing.assert_allclose(squareform(pdist(after)) ** 2, expected**2, rtol=1e-12, atol=1e-12)

    @pytest.mark.parametrize("sizes", [(50, 50), (10, 90), (3, 40, 57)])
    def test_setting_any_level_apart_explains_the_same(self, sizes: tuple[int, ...]) -> None:
        words = [WORDS[place] for place, size in enumerate(sizes) for _ in range(size)]
        columns: Columns = {"region": words}
        z = apply_rows(fit_encoding(columns, [REGION]), columns).coordinates
        for word in set(words):
            inside = np.array([own == word for own in words])
            explained = sum(part.mean() * (z[part].mean(axis=0) ** 2).sum() for part in (inside, ~inside))
            assert explained == pytest.approx(1.0)


class TestInertiaShares:
    def test_by_hand(self) -> None:
        table = a_table()
        document = a_document()
        z = apply_rows(document, table).coordinates
        shares = inertia_shares(document, z)
        assert math.fsum(shares.values()) == pytest.approx(1.0, abs=1e-12)
        placed = np.mean([word in WORDS for word in table["region"]])
        parts = {"age": 1.0, "region": float(0.25 * 3 * placed), "spend": 4.0, "gender": 1.0, "balance": 1.0}
        assert shares == pytest.approx({name: part / sum(parts.values()) for name, part in parts.items()})

    @given(st.lists(st.floats(0.01, 100.0), min_size=5, max_size=5))
    def test_add_up_whatever_the_weights(self, weights: list[float]) -> None:
        features = [f.model_copy(update={"weight": w}) for f, w in zip(FEATURES, weights, strict=True)]
        document = fit_encoding(a_table(60), features)
        shares = inertia_shares(document, apply_rows(document, a_table(60)).coordinates)
        assert math.fsum(shares.values()) == pytest.approx(1.0, abs=1e-12)


class TestPower:
    @pytest.mark.parametrize("seed", range(6))
    def test_like_scikit_learn(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        x = [
            rng.normal(3, 2, 300),
            rng.lognormal(2, 1, 300),
            rng.gamma(2, 50, 300),
            -rng.exponential(4, 300),
            rng.standard_t(4, 300) * 10,
            rng.uniform(0, 1, 300) ** 0.5 * 8,
        ][seed]
        reference = PowerTransformer(method="yeo-johnson", standardize=False).fit(x[:, None])
        power = fit_power(x)
        assert power == pytest.approx(reference.lambdas_[0], abs=1e-4)
        values = reference.transform(x[:, None])[:, 0]
        np.testing.assert_allclose(transform_rows(x, "yeo_johnson", power), values, rtol=2e-3, atol=1e-4)
        reference.lambdas_ = np.array([power])
        np.testing.assert_allclose(
            transform_rows(x, "yeo_johnson", power), reference.transform(x[:, None])[:, 0], rtol=1e-10
        )

    @given(st.floats(-1e4, 1e4), st.floats(-2.0, 4.0))
    def test_like_the_plain_form(self, x: float, power: float) -> None:
        (together,) = transform_rows(np.array([x]), "yeo_johnson", power).tolist()
        assert together == pytest.approx(forward(x, "yeo_johnson", power), rel=1e-12, abs=1e-12)

    def test_stays_within_its_bounds(self) -> None:
        assert fit_power(np.array([0.0, 1e6, 1e6 + 1, 1e6 + 2])) <= 4.0
        assert fit_power(np.array([0.0, 1.0, 1e100])) >= -2.0
