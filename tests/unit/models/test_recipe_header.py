from __future__ import annotations

import subprocess
import sys

import pytest

from app.core.errors import TableInvalid
from app.models.recipe import get_recipe
from app.models.recipe_header import find_columns, fits

HEADER = ("CustomerID", "Genre", "Age", "Annual Income (k$)", "Spending Score (1-100)")


class TestFindColumns:
    def test_in_the_original_s_spelling(self) -> None:
        places = find_columns(HEADER, get_recipe("mall"))
        assert (places["id"], places["annual_income"], places["spending_score"]) == (0, 3, 4)

    @pytest.mark.parametrize("name", ["annual_income", "ANNUAL  INCOME", "annual-income [k$]", "Income"])
    def test_case_blanks_marks_and_units_do_not_matter(self, name: str) -> None:
        assert find_columns(("score", name), get_recipe("mall"))["annual_income"] == 1

    def test_two_for_one(self) -> None:
        with pytest.raises(TableInvalid, match="the columns Income and Annual Income can both be"):
            find_columns(("Income", "Annual Income", "Score"), get_recipe("mall"))

    def test_what_is_missing_is_named_with_what_there_is(self) -> None:
        with pytest.raises(TableInvalid, match=r"a column is missing: .*Score.*; the file has id, income"):
            find_columns(("id", "income"), get_recipe("mall"))

    def test_a_customer_s_numbers_are_not_repeated(self) -> None:
        with pytest.raises(TableInvalid, match="may not be a header") as refused:
            find_columns(("7", "4711", "39"), get_recipe("mall"))
        assert "4711" not in refused.value.detail


def test_fits() -> None:
    assert fits(list(HEADER), get_recipe("mall"))
    assert not fits(["id", "income"], get_recipe("mall"))


def test_needs_no_library_for_numbers() -> None:
    code = "import sys, app.models.recipe_header; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "pandas", "scipy", "sklearn"} & set(done.stdout.split()) == set()
