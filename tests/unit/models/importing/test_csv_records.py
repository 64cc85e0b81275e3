from __future__ import annotations

import io
from dataclasses import replace

import pytest

from app.models.importing.csv_records import find_delimiter, read_records
from tests.unit.models.importing.made_files import LIMITS

SHORT = replace(LIMITS, field_characters=20, record_characters=50)


def records(text: str, delimiter: str = ",") -> list[tuple[int, list[str], str | None]]:
    return [
        (r.line, r.cells, r.reason) for r in read_records(io.StringIO(text, newline=""), delimiter, SHORT)
    ]


class TestReadRecords:
    def test_lines_are_counted_through_quotes_and_blanks(self) -> None:
        assert records('a,b\n\n"c\n\n",d\r\ne,f') == [
            (1, ["a", "b"], None), (3, ["c\n\n", "d"], None), (6, ["e", "f"], None),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ('"open,1', "a quote is opened and not closed"),
            ('"x"y,1', "text stands behind a closing quote"),
            ('x"y,1', "a quote stands in a cell that is not quoted"),
            ("x\0,1", "NUL byte"),
            (f"{'x' * 21},1", "a cell has more than 20 characters"),
            (f"{'x' * 80},1", "the line has more than 50 characters"),
        ],
    )
    def test_a_faulty_record_costs_itself_alone(self, line: str, reason: str) -> None:
        first, faulty, last = records(f"a,b\n{line}\nc,d\n")
        assert (first, last) == ((1, ["a", "b"], None), (3, ["c", "d"], None))
        assert faulty[0] == 2
        assert reason in (faulty[2] or "")
        assert len(faulty[1][0]) <= 80

    def test_a_quote_open_for_too_long(self) -> None:
        found = records('"a\n' + "b,c\n" * 20)
        assert [reason is None for _, _, reason in found] == [False] + [True] * 20

    def test_an_overlong_line_within_a_quote(self) -> None:
        found = records(f'"a\n{"x" * 200},1\nb,c\n')
        assert [(line, reason is None) for line, _, reason in found] == [(1, False), (2, False), (3, True)]

    def test_the_parsers_own_cap(self) -> None:
        text = f"a,b\n{'x' * 140_000},1\nc,d\n"
        found = list(read_records(io.StringIO(text, newline=""), ",", LIMITS))
        assert [record.reason for record in found] == [None, "a cell has more than 131,072 characters", None]

    def test_a_line_that_names_the_delimiter(self) -> None:
        assert records("sep=;\na;b\n", ";") == [(2, ["a", "b"], None)]


class TestFindDelimiter:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("a,b\n1,2\n", (",",)),
            ("a;b\n1,5;2,5\n", (";",)),
            ("a\tb\n1\t2\n", ("\t",)),
            ("a^b\n1^2\n", ("^",)),
            ("alone\n1\n", (",",)),
            ("", (",",)),
            ("sep=|\na|b;c\n", ("|",)),
            ('a;"b, c"\n1;2\n', (";",)),
            ("a, x;b\n1,5;2\n", (",", ";")),
        ],
    )
    def test_found(self, text: str, found: tuple[str, ...]) -> None:
        assert find_delimiter(io.StringIO(text, newline=""), LIMITS) == found
