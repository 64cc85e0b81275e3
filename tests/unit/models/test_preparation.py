from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from app.models.artifact_store import ArtifactStore
from app.models.customer_table import read_customer_table
from app.models.encoding.document import EncodingDocument
from app.models.kmeans_fit import Floats, Scaling, fit_scaling
from app.models.ml_model import MLModel
from app.models.preparation import (
    EncodedColumns,
    Preparation,
    columns_of,
    deviations,
    fit_preparation,
    preparation_of,
)
from app.models.recipe import Recipe, get_recipe
from tests.conftest import settings_in

SHOPPERS = get_recipe("lifestyle")


@pytest.fixture(scope="module")
def rows(shoppers_once: Path) -> Floats:
    path = settings_in(shoppers_once).raw_dir / "lifestyle_customers.csv"
    return read_customer_table(path, SHOPPERS).features


@pytest.fixture(scope="module")
def encoded(rows: Floats) -> EncodedColumns:
    found = fit_preparation(SHOPPERS, rows)
    assert isinstance(found, EncodedColumns)
    return found


class TestFitPreparation:
    def test_a_plain_recipe_is_only_scaled(self, mall_recipe: Recipe, mall_rows: Floats) -> None:
        found = fit_preparation(mall_recipe, mall_rows)
        assert isinstance(found, Scaling)
        np.testing.assert_array_equal(found.apply(mall_rows), fit_scaling(mall_rows).apply(mall_rows))

    def test_coordinates_are_centred_and_weighted(self, encoded: EncodedColumns, rows: Floats) -> None:
        z = encoded.apply(rows)
        assert z.shape == (1000, 9)
        np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=1e-9)
        np.testing.assert_allclose(z[:, :5].std(axis=0), 1.0)
        # four regions of weight 1/2 have an inertia of 3/4
        assert (z[:, 5:] ** 2).sum() / len(z) == pytest.approx(0.75)

    def test_all_nine_features_together(self, shoppers_once: Path) -> None:
        content = SHOPPERS.model_dump(by_alias=True)
        content["features"] = [feature | {"use": True} for feature in content["features"]]
        nine = Recipe.model_validate(content)
        path = settings_in(shoppers_once).raw_dir / "lifestyle_customers.csv"
        table = read_customer_table(path, nine)
        found = fit_preparation(nine, table.features)
        assert table.features.shape == (1000, 9)
        assert found.apply(table.features).shape == (1000, 7 + 4 + 2)


class TestEncodedColumns:
    def test_gaps_are_filled(self, encoded: EncodedColumns, rows: Floats) -> None:
        full = encoded.fill(np.full((1, 6), math.nan))
        assert full[0, 0] == np.nanmedian(rows[:, 0])
        assert full[0, 5] == 4.0

    def test_deviations_undo_weights(self, encoded: EncodedColumns) -> None:
        document = encoded.document
        income = document.features[0].model_copy(update={"weight": 2.0})
        doubled = EncodingDocument(features=(income, document.features[5]))
        found = EncodedColumns(doubled, [(), ("North", "South", "East", "West")])
        assert deviations(found, np.array([[3.0, 9.0, 9.0, 9.0, 9.0]])).tolist() == [[1.5]]
        plain: Preparation = Scaling(np.zeros(1), np.ones(1))
        assert deviations(plain, np.array([[3.0]])).tolist() == [[3.0]]

    def test_words_of_places(self) -> None:
        columns = columns_of(np.array([[0.0], [2.0], [math.nan]]), ["region"], [("a", "b")])
        assert columns == {"region": ["a", "other", None]}


def test_a_stored_model_prepares_as_it_learned(
    shoppers_once: Path, encoded: EncodedColumns, rows: Floats
) -> None:
    store = ArtifactStore(settings_in(shoppers_once).artifacts_dir, "lifestyle")
    model = MLModel.from_files(store.read(1))
    np.testing.assert_array_equal(preparation_of(model, SHOPPERS).apply(rows), encoded.apply(rows))
