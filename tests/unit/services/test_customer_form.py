from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.recipe import Recipe, get_recipe
from app.services.customer_form import CustomerForm, Value
from tests.unit.services.example_model import example_recipe

MALL = CustomerForm(get_recipe("mall"))


def read(income: str | None, score: str | None = "50") -> tuple[dict[str, Value], dict[str, str]]:
    return MALL.read({"annual_income": income, "spending_score": score})


class TestRead:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("55", 55.0), (" 55.5 ", 55.5), ("0", 0.0), ("-0", 0.0), ("1000", 1000.0), ("1e2", 100.0),
            ("+7", 7.0), ("05", 5.0), (".5", 0.5), ("5.", 5.0), ("0." + "0" * 30 + "1", 0.0),
        ],
    )  # fmt: skip
    def test_numbers(self, text: str, value: float) -> None:
        values, faults = read(text)
        assert values["annual_income"] == pytest.approx(value)
        assert (values["spending_score"], faults) == (50.0, {})

    @pytest.mark.parametrize(
        "text",
        [
            None, "", " ", "many", "1,5", "1_000", "0x10", "nan", "inf", "1e999", "-1e999", "--1", "1e", "e",
            ".", "٣", "5 5", "5k", "½", "\x00", "5\x00", "9" * 41, "1" + "0" * 400, "\ud800", "<b>",
            "5\u200b",
        ],
        ids=ascii,
    )  # fmt: skip
    def test_no_number(self, text: str | None) -> None:
        values, faults = read(text)
        assert values == {"spending_score": 50.0}
        assert faults == {"annual_income": "Enter annual income as a number, such as 42 or 42.5."}

    @pytest.mark.parametrize("text", ["-0.1", "1000.1", "-1e300", "9" * 40])
    def test_beyond_the_bounds(self, text: str) -> None:
        values, faults = read(text)
        assert "annual_income" not in values
        assert faults == {"annual_income": "Annual income must be between 0 and 1000."}

    def test_every_field_has_its_own_sentence(self) -> None:
        values, faults = MALL.read({"annual_income": "x", "spending_score": "0", "age": "x"})
        assert values == {}
        assert list(faults) == ["annual_income", "spending_score"]

    @given(st.text(max_size=60))
    def test_any_text_is_a_number_in_bounds_or_a_fault(self, text: str) -> None:
        values, faults = read(text)
        assert ("annual_income" in values) != ("annual_income" in faults)
        income = values.get("annual_income", 0.0)
        assert isinstance(income, float)
        assert 0 <= income <= 1000


class TestBody:
    def test_features_are_needed_and_the_profile_is_not(self) -> None:
        body = MALL.body()
        assert body.__name__ == "Customer"
        assert [name for name, field in body.model_fields.items() if field.is_required()] == [
            "annual_income", "spending_score",
        ]  # fmt: skip
        assert body.model_validate({"annual_income": 1, "spending_score": 2}).model_dump() == {
            "annual_income": 1.0, "spending_score": 2.0, "age": None, "gender": None,
        }  # fmt: skip

    @pytest.mark.parametrize("value", ["1", True, None, float("nan"), float("inf"), -1, 1001, 10**400])
    def test_a_value_that_is_not_acceptable(self, value: object) -> None:
        with pytest.raises(ValidationError):
            MALL.body().model_validate({"annual_income": value, "spending_score": 2})

    def test_examples_lie_within_the_bounds(self) -> None:
        for recipe in (get_recipe("mall"), example_recipe(3)):
            properties = CustomerForm(recipe).body().model_json_schema()["properties"]
            for feature in recipe.numbers:
                assert feature.minimum <= properties[feature.name]["examples"][0] <= feature.maximum


class TestOlderBody:
    def test_all_of_it_is_needed(self) -> None:
        body = MALL.older_body()
        assert body is not None
        assert {name for name, field in body.model_fields.items() if field.is_required()} == {
            "age", "income", "score",
        }  # fmt: skip

    def test_a_recipe_without_older_names(self) -> None:
        recipe: Recipe = example_recipe()
        assert CustomerForm(recipe).older_body() is None


class TestMixed:
    FORM = CustomerForm(get_recipe("lifestyle"))

    def test_a_blank_field_is_missing_where_the_recipe_allows_it(self) -> None:
        values, faults = self.FORM.read({"income": " ", "region": "North", "recency": "9"})
        assert (values["income"], values["region"], values["recency"], faults) == (None, "North", 9.0, {})

    def test_a_word_that_must_be_chosen(self) -> None:
        content = get_recipe("lifestyle").model_dump(by_alias=True)
        content["features"][5]["missing"] = "refuse"
        values, faults = CustomerForm(Recipe.model_validate(content)).read({"income": "1"})
        assert faults == {"region": "Choose region."}
        assert values["income"] == 1.0

    def test_what_is_derived_is_neither_asked_for_nor_read(self) -> None:
        content = get_recipe("lifestyle").model_dump(by_alias=True)
        content["features"][6]["use"] = True
        form = CustomerForm(Recipe.model_validate(content))
        assert "total_spend" not in form.body().model_fields
        assert "total_spend" not in form.read({"total_spend": "5"})[0]

    def test_words_that_nobody_knows(self) -> None:
        assert self.FORM.unknown({"region": "west", "gender": "X"}) == ["gender"]
        assert self.FORM.unknown({"region": None}) == []
