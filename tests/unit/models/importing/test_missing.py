from __future__ import annotations

import pytest

from app.models.importing.missing import is_missing, missing_test


class TestIsMissing:
    @pytest.mark.parametrize(
        "cell", ["", "  ", "NA", "n/a", " NULL ", "-", "#N/A", "Keine Angabe", " " * 99, "\\N"]
    )
    def test_says_that_none_is_there(self, cell: str) -> None:
        assert is_missing(cell)

    @pytest.mark.parametrize("cell", ["0", "no", "Nana", "--5", "x" * 99])
    def test_holds_a_value(self, cell: str) -> None:
        assert not is_missing(cell)


class TestMissingTest:
    def test_words_of_a_person_take_the_place_of_the_usual_ones(self) -> None:
        holds_none = missing_test(["999", " Unbekannt"])
        assert [holds_none(cell) for cell in ("999", "unbekannt ", " ", "NA")] == [True, True, True, False]

    def test_the_usual_ones(self) -> None:
        assert missing_test() is is_missing
