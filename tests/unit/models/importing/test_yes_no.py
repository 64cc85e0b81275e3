from __future__ import annotations

import pytest

from app.models.importing.yes_no import answer, are_answers


class TestAreAnswers:
    @pytest.mark.parametrize("words", ["yes no", "0 1", "ja nein", "evet hayır", "sí no", "t f"])
    def test_both_of_one_pair(self, words: str) -> None:
        assert are_answers(frozenset(words.split()))

    @pytest.mark.parametrize("words", ["", "yes", "yes nein", "yes no perhaps", "m f", "1 2"])
    def test_anything_else(self, words: str) -> None:
        assert not are_answers(frozenset(words.split()))


class TestAnswer:
    def test_in_any_case(self) -> None:
        assert [answer(cell) for cell in (" JA", "nein", "1", "HAYIR", "maybe", "")] == [
            True, False, True, False, None, None,
        ]  # fmt: skip
