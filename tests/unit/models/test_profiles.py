from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f_oneway

from app.models import profiles
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.kmeans_fit import Floats
from app.models.model_document import LEAST_TOLD, SegmentAnalysis
from app.models.profiles import (
    describe_columns,
    describe_segments,
    effect_size,
    known_columns,
    sample_customers,
)
from app.models.recipe import Recipe

NAN = float("nan")
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@pytest.fixture(scope="module")
def table(mall_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> CustomerTable:
    """Twelve customers, of whom none tells the gender."""
    path = tmp_path_factory.mktemp("table") / "table.csv"
    lines = [f"{n},{10 * n},{5 * n + 1},{20 + n if n % 3 else ''}" for n in range(12)]
    path.write_text("\n".join(["id,income,score,age", *lines]), encoding="utf-8")
    return read_customer_table(path, mall_recipe)


class TestKnownColumns:
    def test_features_first_and_then_what_is_known(self, table: CustomerTable, mall_recipe: Recipe) -> None:
        columns = known_columns(table, mall_recipe)
        assert list(columns) == ["annual_income", "spending_score", "age"]
        assert columns["annual_income"].tolist() == [10.0 * n for n in range(12)]
        assert np.isnan(columns["age"]).sum() == 4


class TestDescribeSegments:
    # eleven in the one segment, of whom five tell their age; four in the other
    COLUMNS = {  # noqa: RUF012
        "income": np.array([1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 11.0, 12.0, 13.0]),
        "age": np.array([30.0] * LEAST_TOLD + [NAN] * 6 + [40.0] * 4),
    }
    LABELS = np.array([0] * 11 + [1] * 4)

    def describe(self, seed: int = 1) -> tuple[SegmentAnalysis, ...]:
        return describe_segments(self.COLUMNS, self.LABELS, (3, 7), np.array([0.9, 0.5]), seed)

    def test_sizes_shares_and_statistics(self) -> None:
        first, second = self.describe()
        assert (first.segment_id, first.size, first.share, first.stability) == (3, 11, 11 / 15, 0.9)
        assert (second.segment_id, second.size, second.share, second.stability) == (7, 4, 4 / 15, 0.5)
        income = first.columns["income"]
        assert (income.n, income.mean, income.median, income.min, income.max) == (11, 4.0, 3.0, 1.0, 8.0)
        assert income.sd == pytest.approx(np.std(self.COLUMNS["income"][:11], ddof=1))
        assert income.min <= income.ci95[0] <= income.mean <= income.ci95[1] <= income.max

    def test_missing_values_are_left_out(self) -> None:
        age = self.describe()[0].columns["age"]
        assert (age.n, age.mean, age.sd, age.ci95) == (LEAST_TOLD, 30.0, 0.0, (30.0, 30.0))

    def test_too_few_customers_to_tell(self) -> None:
        assert self.describe()[1].columns == {}
        few = {"age": np.where(np.arange(15) < LEAST_TOLD - 1, 30.0, NAN)}
        (first, _) = describe_segments(few, self.LABELS, (3, 7), np.array([0.9, 0.5]), 1)
        assert first.columns == {}

    def test_a_seed_gives_the_same_intervals(self) -> None:
        assert self.describe(1) == self.describe(1)


class TestDescribeColumns:
    def test_features_and_profile(self, table: CustomerTable, mall_recipe: Recipe) -> None:
        labels = np.repeat([0, 1], 6)
        told = describe_columns(known_columns(table, mall_recipe), mall_recipe, labels, 1)
        assert [(column.name, column.is_feature) for column in told] == [
            ("annual_income", True), ("spending_score", True), ("age", False),
        ]  # fmt: skip
        assert (told[0].label, told[0].unit) == ("Annual income", "k$")
        assert told[0].overall.mean == 55.0


class TestEffectSize:
    def test_it_is_the_share_between_groups(self) -> None:
        values, labels = np.array([1.0, 2.0, 3.0, 7.0, 8.0, 9.0]), np.array([0, 0, 0, 1, 1, 1])
        assert effect_size(values, labels) == pytest.approx(54 / 58)
        assert effect_size(values, np.array([0, 1, 1, 1, 1, 0])) == pytest.approx(0, abs=0.2)

    def test_it_agrees_with_the_analysis_of_variance(self) -> None:
        rng = np.random.default_rng(1)
        labels = rng.integers(0, 3, 300)
        values = rng.normal(labels, 2.0)
        ratio = f_oneway(*(values[labels == group] for group in range(3))).statistic
        assert effect_size(values, labels) == pytest.approx(2 * ratio / (2 * ratio + 297))

    @pytest.mark.parametrize(
        "values", [[5.0, 5.0, 5.0], [NAN, NAN, NAN], [5.0, NAN, NAN]], ids=["same", "none", "one"]
    )
    def test_nothing_to_explain(self, values: list[float]) -> None:
        assert effect_size(np.array(values), np.array([0, 1, 1])) == 0.0

    @given(values=NUMBERS, seed=st.integers(0, 1000))
    def test_it_is_a_share(self, values: list[float], seed: int) -> None:
        labels = np.random.default_rng(seed).integers(0, 3, len(values))
        assert -1e-9 <= effect_size(np.array(values), labels) <= 1 + 1e-9


class TestSampleCustomers:
    def rows(self, n: int) -> Floats:
        return np.column_stack([np.arange(n, dtype=float), np.zeros(n)])

    def test_a_small_table_is_shown_whole(self) -> None:
        labels = np.arange(10) % 2
        sample = sample_customers(self.rows(10), labels, (4, 9), seed=1)
        assert sample.is_all
        assert [int(x) for x, _ in sample.features] == list(range(10))
        assert sample.segment_ids == (4, 9) * 5

    def test_of_a_large_one_each_segment_shows_its_share(self) -> None:
        labels = np.array([0] * 9000 + [1] * 990 + [2] * 10)
        sample = sample_customers(self.rows(10_000), labels, (0, 1, 2), seed=1)
        assert not sample.is_all
        counts = [sample.segment_ids.count(segment_id) for segment_id in (0, 1, 2)]
        assert counts == [1800, 198, 2]
        places = [int(x) for x, _ in sample.features]
        assert places == sorted(set(places))
        assert [labels[place] for place in places] == list(sample.segment_ids)

    def test_a_seed_gives_the_same_customers(self) -> None:
        labels = np.zeros(5000, dtype=np.int64)
        first, again, other = (sample_customers(self.rows(5000), labels, (0,), seed) for seed in (1, 1, 2))
        assert first == again != other


class TestInterval:
    def test_both_ways_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        values = np.random.default_rng(1).normal(10, 2, 4000)
        labels = np.zeros(4000, dtype=np.int64)
        (by_draws,) = describe_segments({"x": values}, labels, (0,), np.ones(1), 1)
        monkeypatch.setattr(profiles, "MOST_RESAMPLED", 100)
        (by_formula,) = describe_segments({"x": values}, labels, (0,), np.ones(1), 1)
        assert by_formula.columns["x"].ci95 == pytest.approx(by_draws.columns["x"].ci95, abs=0.01)

    def test_it_holds_the_true_mean_as_often_as_it_says(self) -> None:
        rng = np.random.default_rng(2)
        labels = np.zeros(40, dtype=np.int64)
        hits = 0
        for seed in range(200):
            (told,) = describe_segments({"x": rng.normal(5, 1, 40)}, labels, (0,), np.ones(1), seed)
            low, high = told.columns["x"].ci95
            hits += low <= 5 <= high
        assert 180 <= hits <= 198
