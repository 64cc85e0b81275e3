from __future__ import annotations

from datetime import date

import pytest

from app.models.importing.choices import Kind
from app.models.importing.csv_records import Record
from app.models.importing.number_style import NumberStyle
from app.models.importing.row_reader import ColumnPlan, RowReader, Value

PLANS = (
    ColumnPlan("id", Kind.IDENTIFIER),
    ColumnPlan("amount", Kind.NUMBER, NumberStyle(",", ".")),
    ColumnPlan("day", Kind.DATE, order="dmy"),
    ColumnPlan("city", Kind.CATEGORY),
    ColumnPlan("note", Kind.TEXT),
    ColumnPlan("news", Kind.YES_NO),
)


def read(*cells: str, plans: tuple[ColumnPlan, ...] = PLANS) -> list[Value] | tuple[str, str | None]:
    block = RowReader(plans).read([Record(2, list(cells))])
    if block.rejected:
        return block.rejected[0].column, block.rejected[0].reason
    return [column[0] for column in block.columns]


class TestRead:
    def test_values(self) -> None:
        values = read("00123", "1.234,5", "3.12.2024", " Ulm ", " kept ", "Ja")
        assert values == ["00123", 1234.5, date(2024, 12, 3), "Ulm", " kept ", True]

    def test_missing(self) -> None:
        assert read("NA", "n/a", "-", "null", "NA", "") == ["NA", None, None, None, "NA", None]
        assert read("x", "", "", "", " ", "") == ["x", None, None, None, None, None]

    def test_words_of_a_person(self) -> None:
        plans = (
            ColumnPlan("amount", Kind.NUMBER, NumberStyle(), missing=("999",)),
            ColumnPlan("note", Kind.TEXT, missing=("999",)),
        )
        assert read("999", "999", plans=plans) == [None, None]
        assert read("NA", "x", plans=plans) == ("amount", "this is not a number written like 1234.5")

    @pytest.mark.parametrize(
        ("place", "cell", "reason"),
        [
            (0, "  ", "the cell is empty: every row needs an identifier"),
            (1, "1,234.5", "this is not a number written like 1.234,5"),
            (2, "12/31/2024", "this is not a date written as day.month.year"),
            (5, "perhaps", "this is neither yes nor no in one of the ways that are read"),
        ],
    )
    def test_a_cell_that_does_not_fit(self, place: int, cell: str, reason: str) -> None:
        cells = ["1", "1", "1.1.2024", "a", "b", "no"]
        cells[place] = cell
        assert read(*cells) == (PLANS[place].name, reason)

    def test_the_first_fault_of_a_row_is_told(self) -> None:
        assert read("", "x", "y", "", "", "")[0] == "id"

    def test_a_block_keeps_its_order(self) -> None:
        rows = [Record(n, [str(n), "x" if n % 3 == 0 else "5"]) for n in range(2, 12)]
        rows[3] = Record(5, ["whatever"], "ragged")
        block = RowReader((PLANS[0], PLANS[1])).read(rows)
        assert [record.line for record in block.accepted] == [2, 4, 7, 8, 10, 11]
        assert block.columns == [["2", "4", "7", "8", "10", "11"], [5.0] * 6]
        assert [(record.line, record.column) for record in block.rejected] == [
            (3, "amount"), (5, ""), (6, "amount"), (9, "amount"),
        ]  # fmt: skip

    def test_nothing_but_faulty_records(self) -> None:
        block = RowReader(PLANS).read([Record(2, [], "ragged")])
        assert (block.accepted, block.columns, len(block.rejected)) == ([], [[]] * 6, 1)

    def test_doubt_stays_text(self) -> None:
        plans = (ColumnPlan("amount", Kind.NUMBER), ColumnPlan("day", Kind.DATE))
        assert read("1,234", "01/02/2024", plans=plans) == ["1,234", "01/02/2024"]
        assert [plan.sql_type for plan in plans] == ["VARCHAR", "VARCHAR"]

    def test_types(self) -> None:
        assert [plan.sql_type for plan in PLANS] == [
            "VARCHAR", "DOUBLE", "DATE", "VARCHAR", "VARCHAR", "BOOLEAN",
        ]  # fmt: skip
