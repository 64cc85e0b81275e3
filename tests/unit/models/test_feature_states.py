from __future__ import annotations

import math

import numpy as np
import pytest

from app.models.feature_states import describe_features
from app.models.kmeans_fit import Floats, fit_scaling
from app.models.preparation import fit_preparation
from app.models.recipe import Recipe
from tests.unit.models.test_pickled_pipeline import a_recipe, some_rows


def test_plain_numbers_have_the_scaling(mall_recipe: Recipe, mall_rows: Floats) -> None:
    scaling = fit_scaling(mall_rows)
    income, _ = describe_features(mall_recipe, mall_rows, scaling)
    assert (income.mean, income.scale) == (float(scaling.mean[0]), float(scaling.scale[0]))
    assert set(income.model_dump()) & {"kind", "levels", "derived"} == set()


def test_encoded_ones_describe_the_known_values() -> None:
    recipe, rows = a_recipe(transform="yeo_johnson"), some_rows()
    a, b, c = describe_features(recipe, rows, fit_preparation(recipe, rows))
    assert a.training_min == float(np.nanmin(rows[:, 0]))
    assert b.mean == pytest.approx(float(np.nanmean(rows[:, 1])))
    assert (b.transform, c.kind, c.levels) == ("yeo_johnson", "category", ("x", "y", "z"))
    assert c.mean == np.bincount(rows[~np.isnan(rows[:, 2]), 2].astype(int)).argmax()


def test_words_and_places() -> None:
    recipe, rows = a_recipe(), some_rows()
    c = describe_features(recipe, rows, fit_preparation(recipe, rows))[2]
    assert [c.word_of(place) for place in (0.0, 2.0, 3.0, math.nan)] == ["x", "z", "other", None]
    assert [c.place_of(word) for word in ("X ", "z", "Atlantis", "other")] == [0.0, 2.0, 3.0, 3.0]
    assert math.isnan(c.place_of(" "))
