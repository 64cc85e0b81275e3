from __future__ import annotations

import pytest

from app.models.importing.choices import Choices, Kind
from app.models.importing.column_kinds import ColumnJudge, ColumnVerdict
from app.models.importing.missing import missing_test


def judged(
    name: str, cells: list[str], choices: Choices | None = None, *, is_typed: bool = False
) -> ColumnVerdict:
    choices = choices or Choices()
    judge = ColumnJudge(name, is_typed=is_typed, is_missing=missing_test(choices.missing))
    for cell in cells:
        judge.see(cell)
    return judge.judge(choices)


NUMBERS = [str(n) for n in range(40)]


class TestKind:
    @pytest.mark.parametrize(
        ("name", "cells", "kind"),
        [
            ("x", ["", "NA"], Kind.EMPTY),
            ("Customer ID", NUMBERS, Kind.IDENTIFIER),
            ("Customer ID", ["1", "", ""], Kind.TEXT),  # too many gaps: their rows would be rejected
            ("InvoiceNo", [*NUMBERS, "C12"], Kind.IDENTIFIER),
            ("InvoiceNo", ["5", "5", "6"], Kind.TEXT),
            ("x", NUMBERS, Kind.NUMBER),
            ("x", [f"{n:05d}" for n in range(40)], Kind.IDENTIFIER),
            ("x", ["007", *NUMBERS, *NUMBERS], Kind.CATEGORY),
            ("plz", [f"{n % 60:05d}" for n in range(200)], Kind.TEXT),
            ("x", [str(10**17 + n) for n in range(40)], Kind.IDENTIFIER),
            ("phone", [f"+4917612345{n:03d}" for n in range(40)], Kind.IDENTIFIER),
            ("x", ["2024-01-01", "2024-02-01"], Kind.DATE),
            ("x", ["ja", "NEIN", "ja"], Kind.YES_NO),
            ("x", ["1", "0", "1"], Kind.YES_NO),
            ("x", ["red", "blue"] * 20, Kind.CATEGORY),
            ("x", [f"A{n}" for n in range(40)], Kind.IDENTIFIER),
            ("x", [*(f"A{n}" for n in range(40)), ""], Kind.TEXT),
            ("x", [f"a text of words {n}" for n in range(60)], Kind.TEXT),
            ("x", ["a" * 100, "b"], Kind.TEXT),
        ],
    )
    def test_guessed(self, name: str, cells: list[str], kind: Kind) -> None:
        assert judged(name, cells).kind == kind

    def test_chosen(self) -> None:
        assert judged("x", NUMBERS, Choices(kinds={"x": Kind.TEXT})).kind == Kind.TEXT
        assert judged("x", ["1.234", "A"] * 9, Choices(decimals={"x": ","})).kind == Kind.NUMBER
        assert judged("x", ["1/2/2024", "A"] * 9, Choices(date_orders={"x": "mdy"})).kind == Kind.DATE

    def test_typed_by_the_file(self) -> None:
        verdict = judged("x", ["1.234", "inf", "2.345"], is_typed=True)
        assert (verdict.kind, verdict.style is not None) == (Kind.NUMBER, True)


class TestMissing:
    def test_counted_by_their_words(self) -> None:
        verdict = judged("x", ["1", "2", "NA", "", "NA"])
        assert (verdict.present, verdict.missing, verdict.markers) == (2, 3, {"NA": 2, "": 1})

    def test_text_stays_as_it_is_written(self) -> None:
        verdict = judged("x", ["a b c", "NA", ""], Choices(kinds={"x": Kind.TEXT}))
        assert (verdict.present, verdict.missing, verdict.markers, verdict.distinct) == (2, 1, {"": 1}, 2)
        assert judged("x", ["a", "NA"], Choices(kinds={"x": Kind.TEXT})).markers == {}

    def test_words_of_a_person(self) -> None:
        choices = Choices(kinds={"x": Kind.TEXT}, missing=("a",))
        assert judged("x", ["a", "NA", ""], choices).missing == 2

    def test_only_the_commonest_words_are_kept(self) -> None:
        words = ["na", "n/a", "null", "none", "nan", "nil", "nd", "-", "--", "?", "k.a.", "yok"]
        verdict = judged("x", [*words, "1"])
        assert (len(verdict.markers), verdict.missing) == (10, 12)


class TestOffBecause:
    def test_traits_and_empty_columns_are_off(self) -> None:
        assert "speaks of age" in (judged("Age", NUMBERS).off_because or "")
        assert judged("x", [""]).off_because == "the column holds no value"
        assert judged("x", NUMBERS).off_because is None
