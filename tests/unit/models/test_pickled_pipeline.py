from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from app.models.kmeans_fit import Floats
from app.models.pickled_pipeline import make_pipeline
from app.models.preparation import EncodedColumns, fit_preparation
from app.models.recipe import Category, Feature, Recipe


def a_recipe(**number: object) -> Recipe:
    common = {"label": "L", "column": "C", "low_word": "l", "high_word": "h", "minimum": -50, "maximum": 1e4}
    common |= {"missing": "median"}
    return Recipe.model_validate(
        {
            "name": "r",
            "title": "R",
            "noun": "n",
            "segments": 2,
            "raw_file": "r.csv",
            "id": {"column": "id"},
            "features": [
                {"name": "a", **common},
                {"name": "b", **common, **number},
                {
                    "kind": "category", "name": "c", "label": "L", "column": "C", "weight": 0.7,
                    "categories": ["x", "y", "z"], "missing": "most_frequent",
                },
            ],
        }
    )  # fmt: skip


def some_rows() -> Floats:
    rng = np.random.default_rng(5)
    rows = np.column_stack([rng.normal(size=300), np.exp(rng.normal(size=300)), rng.integers(0, 4, 300)])
    rows[rng.random(rows.shape) < 0.05] = math.nan
    return rows


@pytest.mark.parametrize(
    "number",
    [
        {},
        {"transform": "yeo_johnson"},
        {"transform": "yeo_johnson", "weight": 3.0},
        {"transform": "log1p", "weight": 0.5, "minimum": 0},
    ],
)
def test_the_same_coordinates_in_another_way(number: dict[str, object]) -> None:
    recipe, rows = a_recipe(**number), some_rows()
    encoded = fit_preparation(recipe, rows)
    assert isinstance(encoded, EncodedColumns)
    pipeline = pickle.loads(pickle.dumps(make_pipeline(encoded, rows)))
    np.testing.assert_allclose(pipeline.transform(rows), encoded.apply(rows), rtol=1e-9, atol=1e-9)
    assert isinstance(recipe.features[1], Feature)
    assert isinstance(recipe.features[2], Category)
