"""What segments look like, against plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from app.models.kmeans_fit import Floats, Labels
from app.models.profiles import (
    MOST_RESAMPLED,
    MOST_SAMPLED,
    describe_columns,
    describe_segments,
    effect_size,
    sample_customers,
)
from app.models.recipe import get_recipe

LABELS: Labels = np.array([0] * 30 + [1] * 10)
RNG = np.random.default_rng(0)
INCOME: Floats = np.concatenate([RNG.normal(40, 5, 30), RNG.normal(90, 5, 10)])
AGE: Floats = np.concatenate([np.full(30, np.nan), RNG.normal(40, 5, 10)])


class TestDescribeSegments:
    def test_numbers_of_each_segment(self) -> None:
        first, second = describe_segments(
            {"annual_income": INCOME}, LABELS, (3, 7), np.array([0.9, 0.8]), seed=1
        )
        assert (first.segment_id, first.size, first.share, first.stability) == (3, 30, 0.75, 0.9)
        assert second.columns["annual_income"].mean == pytest.approx(INCOME[30:].mean())
        assert second.columns["annual_income"].sd == pytest.approx(INCOME[30:].std(ddof=1))
        assert second.columns["annual_income"].median == pytest.approx(np.median(INCOME[30:]))

    def test_a_column_without_a_value_in_a_segment_is_left_out_there(self) -> None:
        first, second = describe_segments({"age": AGE}, LABELS, (0, 1), np.array([1.0, 1.0]), seed=1)
        assert "age" not in first.columns
        assert second.columns["age"].mean == pytest.approx(np.nanmean(AGE))

    def test_the_interval_covers_the_true_mean_at_its_rate(self) -> None:
        rng = np.random.default_rng(5)
        labels: Labels = np.zeros(60, dtype=np.int64)
        hits = 0
        for seed in range(300):
            table = {"x": rng.normal(10, 3, 60)}
            low, high = describe_segments(table, labels, (0,), np.ones(1), seed)[0].columns["x"].ci95
            hits += low <= 10 <= high
        assert 0.90 <= hits / 300 <= 0.98

    def test_many_rows_take_the_normal_interval(self) -> None:
        values = np.random.default_rng(6).normal(10, 3, MOST_RESAMPLED + 1)
        labels: Labels = np.zeros(len(values), dtype=np.int64)
        low, high = describe_segments({"x": values}, labels, (0,), np.ones(1), seed=1)[0].columns["x"].ci95
        assert high - low == pytest.approx(2 * 1.96 * values.std(ddof=1) / np.sqrt(len(values)))


class TestEffectSize:
    def test_groups_that_explain_everything(self) -> None:
        assert effect_size(np.array([1.0, 1.0, 5.0]), np.array([0, 0, 1])) == pytest.approx(1.0)

    def test_groups_that_explain_nothing(self) -> None:
        assert effect_size(np.array([1.0, 2.0, 1.0, 2.0]), np.array([0, 0, 1, 1])) == pytest.approx(0.0)

    def test_a_constant_column(self) -> None:
        assert effect_size(np.full(4, 3.0), np.array([0, 0, 1, 1])) == 0.0

    def test_missing_values_are_left_out(self) -> None:
        assert effect_size(np.array([1.0, np.nan, 5.0]), np.array([0, 0, 1])) == pytest.approx(1.0)


class TestDescribeColumns:
    def test_features_first_then_what_only_describes(self) -> None:
        recipe = get_recipe("mall")
        columns = {"annual_income": INCOME, "spending_score": INCOME[::-1].copy(), "age": AGE}
        told = describe_columns(columns, recipe, LABELS, seed=1)
        assert [(column.name, column.is_feature) for column in told] == [
            ("annual_income", True),
            ("spending_score", True),
            ("age", False),
        ]


class TestSampleCustomers:
    def test_a_small_table_is_shown_whole(self) -> None:
        sample = sample_customers(INCOME.reshape(-1, 1), LABELS, (3, 7), seed=1)
        assert sample.is_all
        assert sample.segment_ids == (3,) * 30 + (7,) * 10

    def test_a_large_table_keeps_every_segment_in_its_share(self) -> None:
        labels: Labels = np.array([0] * 9_990 + [1] * 10)
        sample = sample_customers(np.arange(10_000.0).reshape(-1, 1), labels, (3, 7), seed=1)
        assert not sample.is_all
        assert len(sample.features) <= MOST_SAMPLED
        assert sample.segment_ids.count(7) == 2
