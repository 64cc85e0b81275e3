"""Customer tables as shops export them: read right, or asked about, through the judgement of an import."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from app.core.errors import RowsInvalid, TableInvalid
from app.models import customer_table
from app.models.customer_table import CustomerTable, FileRead, Reading, read_customer_table
from app.models.datasets.text_rows import StoredTable
from app.models.importing.choices import Choices, Decimal
from app.models.importing.known_columns import judge_numbers
from app.models.importing.limits import ImportLimits
from app.models.importing.questions import TableInDoubt
from app.models.importing.take_in import take_in
from app.models.importing.understanding import understand
from app.models.recipe import Recipe, get_recipe
from tests.unit.models.importing.made_files import LIMITS, parquet, rows_of, workbook, write
from tests.unit.models.importing.messy_tables import messy_tables

HEADER = "CustomerID;Gender;Age;Annual Income (k$);Spending Score (1-100);Note"
MESSY = """
name = "messy"
title = "Messy shops"
noun = "customer"
segments = 2
raw_file = "messy.csv"
id = { column = "Customer ID" }
"""
COLUMN = """
[[features]]
name = "NAME"
label = "LABEL"
column = "LABEL"
low_word = "low"
high_word = "high"
minimum = 0.0
maximum = 1e9
missing = "median"
"""


@pytest.fixture(scope="module")
def mall() -> Recipe:
    return get_recipe("mall")


@pytest.fixture
def messy(tmp_path: Path) -> Recipe:
    columns = ("Revenue", "Points", "Ratio")
    text = MESSY + "".join(COLUMN.replace("NAME", name.lower()).replace("LABEL", name) for name in columns)
    write(tmp_path, text, "messy.toml")
    return get_recipe("messy", tmp_path)


def people(count: int = 12) -> list[str]:
    return [f"{n:05};Female;{20 + n};{15 + n},5;{40 + n};Zoë" for n in range(count)]


def text_of(rows: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


class TestFormats:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    def test_text(self, encoding: str, delimiter: str, tmp_path: Path, mall: Recipe) -> None:
        text = text_of(people()).replace(";", delimiter)
        check(read_customer_table(write(tmp_path, text.encode(encoding)), mall))

    def test_gzip(self, tmp_path: Path, mall: Recipe) -> None:
        content = gzip.compress(text_of(people()).encode("cp1252"))
        check(read_customer_table(write(tmp_path, content, "customers.csv.gz"), mall))

    def test_newlines_and_delimiters_in_quotes(self, tmp_path: Path, mall: Recipe) -> None:
        rows = [row.replace("Zoë", '"a;b\nc ""d"""') for row in people()]
        check(read_customer_table(write(tmp_path, text_of(rows)), mall))

    def test_amounts(self, tmp_path: Path, mall: Recipe) -> None:
        rows = [row.replace(",5;", ",50 €;") for row in people()]
        check(read_customer_table(write(tmp_path, text_of(rows)), mall))

    def test_workbook(self, tmp_path: Path, mall: Recipe) -> None:
        table = [[cell.replace(",", ".") for cell in row.split(";")] for row in people()]
        typed = [[row[0], row[1], *map(float, row[2:5]), row[5]] for row in table]
        workbook(rows_of([HEADER.split(";"), *typed]))(tmp_path / "book.csv")  # told by content
        check(read_customer_table(tmp_path / "book.csv", mall))

    def test_parquet_of_ones_own(self, tmp_path: Path, mall: Recipe) -> None:
        query = "SELECT lpad(x::VARCHAR, 5, '0') id, 'F' gender, 20 + x age, 15.5 + x income, 40 + x score"
        path = tmp_path / "own.parquet"
        parquet(f"{query} FROM range(12) t(x)")(path)
        check(read_customer_table(path, mall))

    def test_a_table_that_was_taken_in(self, tmp_path: Path, mall: Recipe) -> None:
        path = write(tmp_path, text_of(people()))
        taken = take_in(path, understand(path, LIMITS), tmp_path / "taken", LIMITS)
        check(read_customer_table(StoredTable(taken.accepted_path), mall))


def check(table: CustomerTable) -> None:
    assert table.ids == tuple(f"{n:05}" for n in range(12))
    assert table.features.tolist() == [[15.5 + n, 40.0 + n] for n in range(12)]
    assert table.profile["age"].tolist() == [20.0 + n for n in range(12)]
    assert table.profile["women"].tolist() == [1.0] * 12


class TestMess:
    @pytest.mark.slow
    def test_right_or_asked_and_right_once_answered(self, messy: Recipe, tmp_path: Path) -> None:
        asked = Counter[str]()
        for shop in messy_tables(40):
            path = write(tmp_path, shop.content)
            truth = np.array([shop.truth[name] for name in ("Revenue", "Points", "Ratio")], dtype=float).T
            try:
                table = read_customer_table(path, messy)
            except TableInDoubt as doubt:
                columns = {question.column for question in doubt.questions}
                assert columns <= {"Points", "Ratio"}, shop.label  # letters of names are not asked
                asked.update(columns)
                chosen = {name: shop.answers.decimals[name] for name in columns}
                answers = Choices(decimals=MappingProxyType(chosen))
                table = read_customer_table(path, messy, Reading(answers))
            np.testing.assert_array_equal(table.features, truth, shop.label)
            assert table.ids == tuple(shop.truth["Customer ID"]), shop.label
        assert 0 < asked["Ratio"] < 40
        assert 0 < asked["Points"] < 40


class TestAnswers:
    TORN = text_of([row.replace(",5;", ".500;") for row in people()])

    def test_a_question_repeats_no_cell(self, tmp_path: Path, mall: Recipe) -> None:
        with pytest.raises(TableInDoubt) as caught:
            read_customer_table(write(tmp_path, self.TORN), mall)
        (fault,) = caught.value.faults
        assert fault.pointer == "/choices/decimals/Annual Income (k$)"
        assert "15.500" not in fault.detail

    @pytest.mark.parametrize("decimal", [".", ","])
    def test_an_answer_for_all_columns(self, decimal: Decimal, tmp_path: Path, mall: Recipe) -> None:
        path = write(tmp_path, self.TORN)
        if decimal == ".":
            check(read_customer_table(path, mall, Reading(decimal=decimal)))
        else:  # 15500
            with pytest.raises(RowsInvalid, match="between 0 and 1000"):
                read_customer_table(path, mall, Reading(decimal=decimal))

    def test_about_a_column_that_is_not_there(self, tmp_path: Path, mall: Recipe) -> None:
        reading = Reading(Choices(decimals=MappingProxyType({"income": "."})))
        with pytest.raises(TableInvalid, match="the column income, which the file does not have"):
            read_customer_table(write(tmp_path, self.TORN), mall, reading)

    def test_limits(self, tmp_path: Path, mall: Recipe) -> None:
        with pytest.raises(TableInvalid, match="more than 5 rows"):
            read_customer_table(
                write(tmp_path, text_of(people())), mall, Reading(limits=ImportLimits(rows=5))
            )


def test_a_file_that_changes_meanwhile(tmp_path: Path, mall: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, text_of(people()))

    def judge(*arguments: Any) -> Any:
        path.write_text(text_of(people(11)), encoding="utf-8")
        return judge_numbers(*arguments)

    monkeypatch.setattr(customer_table, "judge_numbers", judge)
    with pytest.raises(TableInvalid, match="has changed while it was read"):
        read_customer_table(path, mall)


class TestRejects:
    BAD = ("00100;Male;30;many;50;=1+1", "00101;Male;30;16,5", "00102;Male;30;16,5;101;", ";Male;30;16,5;50;")

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        rows = people()
        return write(tmp_path, text_of([self.BAD[0], *rows[:6], *self.BAD[1:3], *rows[6:], self.BAD[3]]))

    def test_without_a_place_for_them_the_table_is_refused(self, path: Path, mall: Recipe) -> None:
        with pytest.raises(RowsInvalid) as caught:
            read_customer_table(path, mall)
        assert [fault.line for fault in caught.value.faults] == [2, 9, 10, 17]
        assert caught.value.detail.startswith(
            "1 row and 3 cells cannot be used; line 2, Annual Income (k$): "
        )

    def test_with_one_the_others_go_on(self, path: Path, mall: Recipe) -> None:
        told: list[FileRead] = []
        rejects = path.with_name("rejects.csv")
        rejects.write_text("of yesterday")
        check(read_customer_table(path, mall, Reading(rejects=rejects, tell=told.append)))
        with rejects.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == ["line", "column", "reason", *HEADER.split(";")]
        assert [row[:3] for row in rows] == [
            ["2", "Annual Income (k$)", "this is not a number written like 1234,5"],
            ["9", "", "the row has 4 cells and the header has 6"],
            ["10", "Spending Score (1-100)", "the number must lie between 1 and 100"],
            ["17", "CustomerID", "the cell is empty: every customer needs an id"],
        ]
        assert rows[0][3:] == ["00100", "Male", "30", "many", "50", "'=1+1"]
        (read,) = told
        assert (read.rows, len(read.left_out), read.source.delimiters) == (12, 4, (";",))
        assert {name for name, style in read.styles.items() if style.decimal == ","} == {"Annual Income (k$)"}

    def test_none_is_told_as_well(self, tmp_path: Path, mall: Recipe) -> None:
        rejects = tmp_path / "rejects.csv"
        read_customer_table(write(tmp_path, text_of(people())), mall, Reading(rejects=rejects))
        assert len(rejects.read_text().splitlines()) == 1

    def test_too_few_others(self, tmp_path: Path, mall: Recipe) -> None:
        rejects = tmp_path / "rejects.csv"
        path = write(tmp_path, text_of([*people(9), self.BAD[0]]))
        told: list[FileRead] = []
        with pytest.raises(TableInvalid, match="the table has 9 rows"):
            read_customer_table(path, mall, Reading(rejects=rejects, tell=told.append))
        assert len(told[0].left_out) == 1
        assert not rejects.exists()

    def test_never_over_the_table(self, path: Path, mall: Recipe) -> None:
        before = path.read_bytes()
        link = path.with_name("link.csv")
        link.symlink_to(path)
        for place in (path, link):
            with pytest.raises(TableInvalid, match="over the table itself"):
                read_customer_table(path, mall, Reading(rejects=place))
        assert path.read_bytes() == before

    def test_where_nothing_can_be_written(self, path: Path, mall: Recipe) -> None:
        reading = Reading(rejects=path.with_name("nowhere") / "rejects.csv")
        with pytest.raises(TableInvalid, match=r"cannot be written to rejects\.csv: No such file"):
            read_customer_table(path, mall, reading)

    def test_a_table_that_is_not_there(self, tmp_path: Path, mall: Recipe) -> None:
        with pytest.raises(TableInvalid, match="does not exist"):
            read_customer_table(tmp_path / "a.csv", mall, Reading(rejects=tmp_path / "b.csv"))
