from __future__ import annotations

import pytest

from app.models.model_document import FeatureState
from app.services.customer_controls import blank_text, control_of, text_of, without_comma
from tests.unit.services.example_mixed import mixed_model, mixed_recipe
from tests.unit.services.example_model import example_model

INCOME = example_model().document.features[0]
REGION = FeatureState.model_validate(
    INCOME.model_dump() | {"kind": "category", "levels": ("North", "South"), "mean": 1.0, "maximum": 2.0}
)


@pytest.mark.parametrize(
    ("feature", "typed", "text"),
    [
        (INCOME, None, "50"),
        (INCOME, " 7 ", "7"),
        (INCOME, "", ""),
        (REGION, None, "South"),
        (REGION, "x", "x"),
        (REGION, "x" * 41, "x" * 41),
        (REGION, " SOUTH ", "South"),
        (REGION, "", ""),
        (REGION, "no value", ""),
    ],
)
def test_text_of(feature: FeatureState, typed: str | None, text: str) -> None:
    assert text_of(typed, feature) == text


@pytest.mark.parametrize(("typed", "read"), [("1,5", "1.5"), ("1,500", "1,500"), ("1.5", "1.5")])
def test_without_comma(typed: str, read: str) -> None:
    assert without_comma(typed) == read


def test_choices_hold_the_word_that_was_typed() -> None:
    assert control_of(INCOME, "50", None).choices == []
    assert control_of(REGION, "South", None).choices == ["North", "South"]
    assert control_of(REGION, "Atlantis", None).choices == ["North", "South", "Atlantis"]


def test_what_a_blank_counts_as() -> None:
    model = mixed_model(["none"], region=True)
    taken, refused = mixed_recipe(model), mixed_recipe(model, "refuse")
    income, region = model.document.features
    assert blank_text(model, taken, income) == "counts as the median, 48"
    assert blank_text(model, taken, region) == "counts for no segment"
    assert [blank_text(model, refused, feature) for feature in (income, region)] == ["", ""]
    assert control_of(region, "", None, "counts for no segment").blank == "counts for no segment"
