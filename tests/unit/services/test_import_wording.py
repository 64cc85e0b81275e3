from __future__ import annotations

import doctest
from datetime import date
from typing import Any

import pytest

from app.services import import_wording
from app.services.import_wording import format_text, span_text, understood_notes, understood_sentence
from tests.unit.services.example_understanding import column, understanding


def test_examples_hold() -> None:
    assert doctest.testmod(import_wording).failed == 0


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (("csv.gz", "\t", "cp1252"), "gzipped CSV, tabs, Windows-1252"),
        (("csv", ":", "koi8-r"), "other marks, koi8-r"),
        (("csv", None, "utf-16"), "UTF-16"),
        (("xlsx", None, None), "Excel workbook"),
    ],
)
def test_how_a_file_is_written(told: tuple[str, str | None, str | None], text: str) -> None:
    assert format_text(*told) == text


class TestSentence:
    def test_rows_left_out(self) -> None:
        found = understanding(records=40, accepted=39, rejected=1)
        assert understood_sentence(found) == "40 rows, 2 columns, semicolons, UTF-8; 1 row will be left out."

    def test_a_workbook(self) -> None:
        found = understanding(format="xlsx", encoding=None, delimiter=None, sheet="May", records=1)
        assert (
            understood_sentence(found) == "1 row, 2 columns, Excel workbook, sheet “May”; every row is good."
        )


class TestNotes:
    def test_nothing_to_note(self) -> None:
        assert understood_notes(understanding(repeated_ids={"id": 0})) == []

    def test_all_that_may_be_noted(self) -> None:
        found = understanding(
            remembered=True,
            repeated_rows=1,
            repeated_ids={"id": 2},
            columns=[column("income", outliers=1)],
        )
        told = " ".join(understood_notes(found))
        assert "answers to an earlier file" in told
        assert "1 row equals an earlier one in every cell." in told
        assert "id: 2 rows have an identifier that stood before." in told
        assert "income: 1 value lies far beyond the others." in told


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({}, ""),
        ({"minimum": 1.0}, ""),
        ({"minimum": 1.0, "maximum": 2000.0, "mean": 12.345}, "1 to 2,000, mean 12.35"),
        ({"minimum": date(2024, 1, 5), "maximum": date(2024, 2, 1)}, "2024-01-05 to 2024-02-01"),
    ],
)
def test_spans(bounds: dict[str, Any], text: str) -> None:
    assert span_text(column("x", **bounds)) == text
