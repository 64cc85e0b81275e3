from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.models.customer_table import CustomerTable, read_customer_table
from app.models.recipe import Recipe
from app.models.segment_choice import choose_segments
from data.generators import mall


@pytest.fixture(scope="module")
def table(mall_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> CustomerTable:
    path = tmp_path_factory.mktemp("table") / "mall_customers.csv"
    mall.write(path)
    return read_customer_table(path, mall_recipe)


def test_five_groups_are_found_with_reasons_and_rivals(mall_recipe: Recipe, table: CustomerTable) -> None:
    told: list[float] = []
    choice = choose_segments(mall_recipe, table, 42, told.append)
    assert (choice.segments, choice.code) == (5, "separate_groups")
    assert choice.text.startswith("5 separate groups")
    assert choice.reasons
    assert choice.answers["silhouette"] == 5
    methods = {other.method: other for other in choice.alternatives}
    assert set(methods) == {"kmeans", "ward", "gaussian_mixture", "dbscan", "hdbscan"}
    assert methods["kmeans"].agreement == pytest.approx(1.0)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.slow
def test_one_crowd_is_told_as_such(mall_recipe: Recipe, table: CustomerTable) -> None:
    rng = np.random.default_rng(3)
    crowd = rng.normal((60.0, 50.0), (15.0, 12.0), (300, 2)).clip(1.0, 99.0)
    choice = choose_segments(mall_recipe, replace(table, features=crowd, profile={}), 42)
    assert choice.code != "separate_groups"
    assert 2 <= choice.segments <= 5
    assert "o separate groups" in choice.text
