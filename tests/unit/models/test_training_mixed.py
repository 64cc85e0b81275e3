"""Trainings of numbers and categories: what lives on, and what is said of outliers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.models.artifact_store import Numbering
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.ml_model import MLModel
from app.models.recipe import Recipe, get_recipe
from app.models.training import Trained, train
from app.models.version_files import Plan
from tests.conftest import settings_in
from tests.unit.models.shoppers import with_used

PLAN = Plan(3, 42, null_draws=1, refits=3)
RECIPE = get_recipe("lifestyle")


def read(folder: Path, recipe: Recipe) -> CustomerTable:
    return read_customer_table(settings_in(folder).raw_dir / "lifestyle_customers.csv", recipe)


@pytest.fixture(scope="module")
def table(shoppers_once: Path) -> CustomerTable:
    return read(shoppers_once, RECIPE)


@pytest.fixture(scope="module")
def first(table: CustomerTable) -> Trained:
    return train(RECIPE, table, PLAN, None, Numbering())


def again(table: CustomerTable, previous: MLModel, recipe: Recipe = RECIPE) -> Trained:
    return train(recipe, table, PLAN, previous, Numbering(2, 4))


class TestFirst:
    def test_nobody_vanishes(self, first: Trained, table: CustomerTable) -> None:
        document = first.model.document
        assert document.exceptional is not None
        sizes = [segment.size for segment in document.segments] + [document.exceptional.size]
        assert sum(sizes) == len(first.row_segments) == len(table.ids) == 1000
        counts = np.bincount(first.row_segments).tolist()
        assert counts == sizes
        assert (document.exceptional.segment_id, first.next_segment_id) == (3, 4)

    def test_rows_are_labelled_as_the_model_answers(self, first: Trained, table: CustomerTable) -> None:
        ids = [segment.segment_id for segment in first.model.segments]
        for row, own in zip(table.features.tolist(), first.row_segments, strict=True):
            index = first.model.lands(row)
            assert own == (3 if index is None else ids[index])

    def test_the_sample_has_no_gaps_and_everybody(self, first: Trained) -> None:
        sample = first.model.analysis.sample
        assert sample.is_all
        assert not np.isnan(np.array(sample.features)).any()

    def test_known_by_its_fingerprint(self, table: CustomerTable) -> None:
        assert table.known_as is not None
        assert table.known_as.key == "shipped"


class TestAgain:
    @pytest.mark.slow
    def test_ids_live_on_those_of_the_exceptional_too(self, first: Trained, table: CustomerTable) -> None:
        rows = np.random.default_rng(1).permutation(1000)[:900]
        fewer = replace(
            table,
            ids=tuple(table.ids[row] for row in rows),
            features=table.features[rows],
            profile={name: values[rows] for name, values in table.profile.items()},
        )
        found = again(fewer, first.model)
        assert found.model.document.lineage.kept == (0, 1, 2)
        assert found.model.document.exceptional is not None
        assert found.model.document.exceptional.segment_id == 3
        assert found.next_segment_id == 4

    @pytest.mark.slow
    def test_another_transform_is_the_same_segments(self, first: Trained, table: CustomerTable) -> None:
        content = RECIPE.model_dump(by_alias=True)
        content["features"][3]["transform"] = "yeo_johnson"
        content["features"][5]["categories"] = ("West", "South", "East", "North")
        changed = Recipe.model_validate(content)
        places = np.array([3.0, 1.0, 2.0, 0.0, 4.0])
        moved = table.features.copy()
        moved[:, 5] = places[moved[:, 5].astype(int)]
        found = again(replace(table, features=moved), first.model, changed)
        assert found.model.document.lineage.kept == (0, 1, 2)

    @pytest.mark.slow
    def test_other_columns_begin_anew(self, first: Trained, shoppers_once: Path) -> None:
        recipe = with_used("age")
        found = again(read(shoppers_once, recipe), first.model, recipe)
        assert found.model.document.lineage.previous is None
        assert found.model.document.lineage.born == (4, 5, 6)

    @pytest.mark.slow
    def test_a_plain_predecessor(self, table: CustomerTable) -> None:
        content = RECIPE.model_dump(by_alias=True)
        plain = [feature | {"missing": "refuse", "transform": "none"} for feature in content["features"][:5]]
        content |= {"features": plain, "exceptional": None}
        content["personas"] = [
            p | {"place": {k: v for k, v in p["place"].items() if k not in ("age", "total_spend")}}
            for p in content["personas"]
        ]
        whole = table.features[~np.isnan(table.features).any(axis=1), :5]
        numbers = replace(table, features=whole, profile={})
        before = train(Recipe.model_validate(content), numbers, PLAN, None, Numbering())
        assert before.model.document.encoding is None
        content["features"] = [feature | {"missing": "median"} for feature in plain]
        gappy = replace(table, features=table.features[:, :5], profile={})
        found = again(gappy, before.model, Recipe.model_validate(content))
        assert found.model.document.encoding is not None
        assert found.model.document.exceptional is None
        # of a table with whales and no logarithm two segments are plainly the same
        assert found.model.document.lineage.previous == "lifestyle/1"
        assert len(found.model.document.lineage.kept) >= 2
