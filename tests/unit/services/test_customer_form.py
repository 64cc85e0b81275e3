"""A customer's fields: one recipe, two forms."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.models.recipe import get_recipe
from app.services.customer_form import CustomerForm

FORM = CustomerForm(get_recipe("mall"))


class TestBody:
    def test_features_are_required_and_profile_fields_are_not(self) -> None:
        body = FORM.body().model_validate({"annual_income": 60.0, "spending_score": 42})
        assert body.model_dump() == {
            "annual_income": 60.0,
            "spending_score": 42.0,
            "age": None,
            "gender": None,
        }

    @pytest.mark.parametrize(
        "fault",
        [
            {"annual_income": "60"},
            {"annual_income": True},
            {"annual_income": float("nan")},
            {"annual_income": -0.1},
            {"annual_income": 1000.1},
            {"spending_score": 0.9},
            {"spending_score": 100.1},
            {"age": -1.0},
            {"gender": "x" * 41},
            {"gender": "a\x00b"},
            {"unknown": 1},
        ],
    )
    def test_refuses(self, fault: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            FORM.body().model_validate({"annual_income": 60.0, "spending_score": 42.0} | fault)

    def test_the_older_names_are_all_required(self) -> None:
        older = FORM.older_body()
        assert older is not None
        customer = {"age": 30.0, "income": 60.0, "score": 42.0}
        assert older.model_validate(customer).model_dump() == customer
        with pytest.raises(ValidationError):
            older.model_validate({"income": 60.0, "score": 42.0})

    def test_a_recipe_without_older_names(self) -> None:
        recipe = get_recipe("mall").model_copy(update={"older_names": {}})
        assert CustomerForm(recipe).older_body() is None


class TestRead:
    def test_reads_plain_numbers(self) -> None:
        assert FORM.read({"annual_income": " 60 ", "spending_score": "4.25e1"}) == (
            {"annual_income": 60.0, "spending_score": 42.5},
            {},
        )

    @pytest.mark.parametrize(
        "text", ["", None, "sixty", "0x10", "1_000", "nan", "inf", "1e999", "1" * 50, "--1"]
    )
    def test_a_text_that_is_no_number(self, text: str | None) -> None:
        values, faults = FORM.read({"annual_income": text, "spending_score": "42"})
        assert values == {"spending_score": 42.0}
        assert faults == {"annual_income": "Enter annual income as a number, such as 42 or 42.5."}

    def test_a_number_beyond_its_bounds_names_them(self) -> None:
        _, faults = FORM.read({"annual_income": "1001", "spending_score": "42"})
        assert faults == {"annual_income": "Annual income must be between 0 and 1000."}
