from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from app.models.importing.choices import Choices, Decimal
from app.models.importing.known_columns import judge_numbers, refuse_doubtful_header
from app.models.importing.number_style import NumberStyle
from app.models.importing.questions import TableInDoubt
from app.models.importing.table_source import open_table
from tests.unit.models.importing.made_files import LIMITS, Make, parquet, rows_of, workbook, write

SPANISH = "id;note;x\n1;Muñoz;2\n2;Peña;3\n"


def judge(
    path: Path,
    numbers: set[int],
    texts: set[int],
    choices: Choices | None = None,
    decimal: Decimal | None = None,
) -> dict[int, NumberStyle]:
    choices = choices or Choices()
    return judge_numbers(open_table(path, LIMITS, choices), numbers, texts, choices, decimal)


def asked(path: Path, numbers: set[int], texts: set[int]) -> list[tuple[str, str]]:
    with pytest.raises(TableInDoubt) as caught:
        judge(path, numbers, texts)
    return [(question.key, question.column) for question in caught.value.questions]


class TestNumbers:
    def test_each_column_by_its_own_values(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a;b;c;d\n1,5;1.5;1.250 €;x\n2;2;3,5 €;y\n")
        assert judge(path, {0, 1, 2}, {3}) == {
            0: NumberStyle(","),
            1: NumberStyle(),
            2: NumberStyle(",", ".", "EUR"),
        }

    def test_only_what_is_read_is_asked(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a;b;c\n1.234;1,234;5\n")
        assert asked(path, {0, 2}, set()) == [("decimals", "a")]
        assert asked(path, {0, 1, 2}, set()) == [("decimals", "a"), ("decimals", "b")]
        assert judge(path, {2}, {0, 1}) == {2: NumberStyle()}

    def test_an_answer_for_one_column_counts_before_that_for_all(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a;b\n1.234;1.234\n")
        chosen = Choices(decimals=MappingProxyType({"a": "."}))
        assert judge(path, {0, 1}, set(), chosen, ",") == {0: NumberStyle(), 1: NumberStyle(",", ".")}

    def test_no_number_at_all_is_no_question(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a;b\nx;\ny;\n")
        assert judge(path, {0, 1}, set()) == {0: NumberStyle(), 1: NumberStyle()}

    @pytest.mark.parametrize(
        "make",
        [
            workbook(rows_of([["a"], [1.234], [2.345]])),
            parquet("SELECT * FROM (VALUES (1.234), (2.345)) t(a)"),
        ],
    )
    def test_numbers_by_type_are_no_question(self, make: Make, tmp_path: Path) -> None:
        make(tmp_path / "typed")
        assert judge(tmp_path / "typed", {0}, set()) == {0: NumberStyle()}

    def test_faulty_rows_and_empty_tables(self, tmp_path: Path) -> None:
        assert judge(write(tmp_path, "a;b\n1,234;1\n1,5\n2,5;1\n"), {0}, {1}) == {0: NumberStyle(",")}
        assert judge(write(tmp_path, "a;b\n"), {0}, {1}) == {0: NumberStyle()}


class TestLetters:
    def test_they_are_asked_where_they_are_read(self, tmp_path: Path) -> None:
        path = write(tmp_path, SPANISH.encode("cp1252"))
        assert asked(path, {2}, {0, 1}) == [("encoding", "")]
        assert judge(path, {2}, {0}) == {2: NumberStyle()}
        assert judge(path, {2}, {0, 1}, Choices(encoding="cp1252")) == {2: NumberStyle()}

    def test_in_the_header_they_are_asked_at_once(self, tmp_path: Path) -> None:
        for content, is_asked in ((SPANISH, False), (SPANISH.replace("note", "año"), True)):
            source = open_table(write(tmp_path, content.encode("cp1252")), LIMITS)
            if is_asked:
                with pytest.raises(TableInDoubt):
                    refuse_doubtful_header(source, Choices())
            else:
                refuse_doubtful_header(source, Choices())

    def test_a_delimiter_in_doubt_is_asked_at_once(self, tmp_path: Path) -> None:
        source = open_table(write(tmp_path, "Umsatz, netto;Kunde\n1234,50;Anna\n99,95;Bo\n"), LIMITS)
        with pytest.raises(TableInDoubt) as caught:
            refuse_doubtful_header(source, Choices())
        assert [question.key for question in caught.value.questions] == ["delimiter"]
