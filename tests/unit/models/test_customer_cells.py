from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.core.errors import RowsInvalid, TableInvalid
from app.models.customer_cells import Cells
from app.models.importing.csv_records import Record
from app.models.importing.missing import missing_test
from app.models.importing.number_style import NumberStyle
from app.models.recipe import SHIPPED, Recipe, get_recipe

COLUMNS = ("id", "annual_income", "spending_score", "age", "women")


@pytest.fixture(scope="module")
def mall() -> Recipe:
    return get_recipe("mall")


def cells_of(recipe: Recipe, columns: tuple[str, ...] = COLUMNS, *, leaves_out: bool = False) -> Cells:
    places = {name: place for place, name in enumerate(columns)}
    headers = {name: name.upper() for name in columns}
    styles = {1: NumberStyle(",", ".")}
    return Cells(recipe, places, headers, styles, missing_test(), leaves_out)


def row(line: int, *cells: str) -> Record:
    return Record(line, list(cells))


def test_good_rows(mall: Recipe) -> None:
    cells = cells_of(mall)
    cells.take(row(2, " 00123", "1.000", "7.", "n/a", "Woman"))
    cells.take(row(3, "123", "12,5", " 1e1", "40", "?"))
    cells.refuse_faults()
    assert cells.ids == [" 00123", "123"]
    assert cells.features == [[1000.0, 7.0], [12.5, 10.0]]
    assert math.isnan(cells.profile["age"][0])
    assert cells.profile["women"][0] == 1.0
    assert math.isnan(cells.profile["women"][1])


def test_without_an_id_the_rows_taken_are_numbered(mall: Recipe) -> None:
    cells = cells_of(mall, ("annual_income", "spending_score"), leaves_out=True)
    for line, income in enumerate(["1", "x", "3"], start=2):
        cells.take(row(line, income, "5"))
    assert cells.ids == ["1", "2"]
    assert [(record.line, record.column) for record in cells.left_out] == [(3, "ANNUAL_INCOME")]


def test_every_fault_is_told(mall: Recipe) -> None:
    cells = cells_of(mall)
    cells.take(row(2, "a", "1.5", "101", "131", ""))
    cells.take(Record(3, ["b"], "the row has 1 cell and the header has 5"))
    cells.take(row(4, " ", "x", "", "3", ""))
    cells.take(row(5, "a", "1", "5", "3", ""))
    with pytest.raises(TableInvalid) as caught:
        cells.refuse_faults()
    assert [(fault.line, fault.pointer, fault.detail) for fault in caught.value.faults] == [
        (2, "ANNUAL_INCOME", "this is not a number written like 1.234,5"),
        (2, "SPENDING_SCORE", "the number must lie between 1 and 100"),
        (2, "AGE", "the number must lie between 0 and 130"),
        (3, "", "the row has 1 cell and the header has 5"),
        (4, "ID", "the cell is empty: every customer needs an id"),
        (4, "ANNUAL_INCOME", "this is not a number written like 1.234,5"),
        (4, "SPENDING_SCORE", "the cell is empty: a number is needed"),
        (5, "ID", "the same id stands on lines 2 and 5"),
    ]
    assert caught.value.detail.startswith("1 row and 7 cells cannot be used; line 2, ANNUAL_INCOME: ")


def test_faulty_rows_are_left_out_with_their_first_reason(mall: Recipe) -> None:
    cells = cells_of(mall, leaves_out=True)
    ragged = Record(3, ["b"], "the row has 1 cell and the header has 5")
    cells.take(row(2, "a", "1.5", "101", "3", ""))
    cells.take(ragged)
    cells.take(row(4, "a", "1", "5", "3", ""))  # the id is free: the row that had it is not taken
    cells.refuse_faults()
    assert cells.ids == ["a"]
    assert cells.left_out == [
        Record(2, ["a", "1.5", "101", "3", ""], "this is not a number written like 1.234,5", "ANNUAL_INCOME"),
        ragged,
    ]


def test_a_repeated_id_is_refused_even_then(mall: Recipe) -> None:
    cells = cells_of(mall, leaves_out=True)
    for line in (2, 3):
        cells.take(row(line, "a", "1", "5", "3", ""))
    with pytest.raises(TableInvalid, match="lines 2 and 3") as caught:
        cells.refuse_faults()
    assert not isinstance(caught.value, RowsInvalid)


def test_percentages(mall: Recipe) -> None:
    cells = cells_of(mall, leaves_out=True)
    cells.styles = {1: NumberStyle(is_percent=True)}
    cells.take(row(2, "a", "12 %", "5", "3", ""))
    cells.take(row(3, "b", "12", "5", "3", ""))
    assert cells.features == [[12.0, 5.0]]
    assert len(cells.left_out) == 1


def test_categories(tmp_path: Path) -> None:
    text = (SHIPPED / "lifestyle.toml").read_text(encoding="utf-8")
    text = text.replace('["North", "South", "East", "West"]', '["None", "North"]')
    (tmp_path / "lifestyle.toml").write_text(text, encoding="utf-8")
    recipe = get_recipe("lifestyle", tmp_path)
    cells = cells_of(recipe, recipe.feature_names)
    for line, word in enumerate(["none", "N/A", "", "South", "NORTH"], start=2):
        cells.take(row(line, *("" if name != "region" else word for name in recipe.feature_names)))
    cells.refuse_faults()
    place = recipe.feature_names.index("region")
    # a word of the recipe is never taken for a missing one
    assert [str(values[place]) for values in cells.features] == ["0.0", "nan", "nan", "2.0", "1.0"]
    assert all(math.isnan(value) for value in cells.features[0][:place])


def test_a_category_that_must_be_there(tmp_path: Path) -> None:
    text = (
        (SHIPPED / "lifestyle.toml")
        .read_text(encoding="utf-8")
        .replace('missing = "mean"', 'missing = "refuse"')
    )
    (tmp_path / "lifestyle.toml").write_text(text, encoding="utf-8")
    recipe = get_recipe("lifestyle", tmp_path)
    cells = cells_of(recipe, recipe.feature_names)
    cells.take(row(2, *[""] * len(recipe.feature_names)))
    with pytest.raises(RowsInvalid, match="the cell is empty: a word is needed"):
        cells.refuse_faults()
