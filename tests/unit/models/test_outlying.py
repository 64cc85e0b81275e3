from __future__ import annotations

import numpy as np
import pytest

from app.models.encoding.document import NumberEncoding
from app.models.kmeans_fit import Floats, Scaling
from app.models.outlying import described_rows, prepare
from app.models.preparation import EncodedColumns, fit_preparation
from app.models.recipe import Recipe
from app.services.exceptional_draft import draft_exceptional
from tests.unit.services.example_model import example_recipe

WHALES = 4


def recipe(**changed: object) -> Recipe:
    """Two numbers, as they are, where up to one customer in a hundred is kept apart."""
    content = example_recipe().model_dump(by_alias=True)
    content["features"] = [feature | {"maximum": 1e6, "missing": "median"} for feature in content["features"]]
    return Recipe.model_validate(content | {"exceptional": draft_exceptional(0.01) | changed})


@pytest.fixture
def rows() -> Floats:
    rng = np.random.default_rng(5)
    usual = rng.normal([100.0, 50.0], [20.0, 10.0], size=(400, 2))
    usual[:WHALES, 0] = 8_000.0
    usual[9, 0] = usual[1, 1] = np.nan
    return usual


def number(found: object, place: int) -> NumberEncoding:
    assert isinstance(found, EncodedColumns)
    feature = found.document.features[place]
    assert isinstance(feature, NumberEncoding)
    return feature


def test_whales_do_not_press_their_column_together(rows: Floats) -> None:
    found = prepare(recipe(), rows, 3, seed=1)
    assert number(found, 0).scale == pytest.approx(20.0, rel=0.1)
    assert number(found, 0).mean == pytest.approx(100.0, rel=0.05)
    # gaps are counted in the whole table
    assert [number(found, place).missing for place in (0, 1)] == [1, 1]
    assert number(prepare(recipe(scaled_by="everybody"), rows, 3, seed=1), 0).scale > 500.0


def test_scaled_by_everybody_nothing_is_learned_another_way(rows: Floats) -> None:
    same = recipe(scaled_by="everybody")
    whole = fit_preparation(same, rows)
    assert isinstance(whole, EncodedColumns)
    found = prepare(same, rows, 3, seed=1)
    assert isinstance(found, EncodedColumns)
    assert found.document == whole.document


def test_a_plain_recipe_is_scaled_as_ever(rows: Floats) -> None:
    assert isinstance(prepare(example_recipe(), np.nan_to_num(rows), 3, seed=1), Scaling)


def test_what_only_the_exceptional_differ_in_stays_as_it_is(rows: Floats) -> None:
    rows[:, 1] = 0.0
    rows[:WHALES, 1] = [900.0, 901.0, 902.0, 903.0]
    found = prepare(recipe(), rows, 3, seed=1)
    whole = fit_preparation(recipe(), rows)
    assert isinstance(found, EncodedColumns)
    assert isinstance(whole, EncodedColumns)
    assert found.document == whole.document


def test_what_is_usual_is_told_of_the_others_alone(rows: Floats) -> None:
    others = np.arange(WHALES, len(rows))
    assert described_rows(recipe(), rows, others) is not rows
    assert np.nanmax(described_rows(recipe(), rows, others)) < 8_000.0
    assert described_rows(recipe(scaled_by="everybody"), rows, others) is rows
    assert described_rows(example_recipe(), rows, others) is rows
    # unless these do not differ
    rows[WHALES:, 1] = 3.0
    assert described_rows(recipe(), rows, others) is rows
