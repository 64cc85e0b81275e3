from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import RowsInvalid, TableInvalid
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.recipe import Recipe, get_recipe
from data.generators.mall import generate

ORIGINAL = Path(__file__).resolve().parents[3] / "../shared/data/mall_customers.csv"
HEADER = "CustomerID,Gender,Age,Annual Income (k$),Spending Score (1-100)"
SECRET = "Zanzibar"  # stands in cells only: no message may repeat it


@pytest.fixture(scope="module")
def mall() -> Recipe:
    return get_recipe("mall")


def people(count: int = 12) -> list[list[str]]:
    return [[f"{number:05}", "Female", "30", str(20 + number), str(40 + number)] for number in range(count)]


def text_of(rows: list[list[str]], header: str = HEADER) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([header.split(","), *rows])
    return file.getvalue()


def read(text: str, folder: Path, recipe: Recipe) -> CustomerTable:
    path = folder / "customers.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_customer_table(path, recipe)


def refusal(text: str, folder: Path, recipe: Recipe) -> TableInvalid:
    with pytest.raises(TableInvalid) as caught:
        read(text, folder, recipe)
    sentences = [caught.value.detail, *(fault.detail for fault in caught.value.faults)]
    assert not any(SECRET in sentence for sentence in sentences)
    return caught.value


class TestValues:
    def test_arrays(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[0] = ["00123", " male ", "", " 1e2 ", "12.5"]
        rows[1] = ["1e5", "unsaid", "41", "+7.", "-0.0e1"]
        rows[1][4] = "1"
        table = read(text_of(rows), tmp_path, mall)
        assert table.ids[:2] == ("00123", "1e5")
        assert table.features.dtype == np.float64
        assert table.features[:2].tolist() == [[100.0, 12.5], [7.0, 1.0]]
        np.testing.assert_array_equal(table.profile["age"][:2], [np.nan, 41.0])
        np.testing.assert_array_equal(table.profile["women"][:3], [0.0, np.nan, 1.0])
        assert table.known_as is None

    def test_minus_zero_is_zero(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[0][3] = "-0.0"
        table = read(text_of(rows), tmp_path, mall)
        assert not np.signbit(table.features[0, 0])

    def test_without_id_and_profile(self, tmp_path: Path, mall: Recipe) -> None:
        table = read(text_of([row[3:] for row in people()], "income,score"), tmp_path, mall)
        assert table.ids[:3] == ("1", "2", "3")
        assert table.profile == {}
        assert table.headers == {"annual_income": "income", "spending_score": "score"}

    def test_other_columns_and_their_order_do_not_matter(self, tmp_path: Path, mall: Recipe) -> None:
        rows = [[row[4], "x", row[3], row[0]] for row in people()]
        table = read(text_of(rows, "Score,Town,Income,ID"), tmp_path, mall)
        assert table.features[0].tolist() == [20.0, 40.0]
        assert table.ids[0] == "00000"

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
            min_size=10,
            max_size=14,
            unique=True,
        )
    )
    def test_ids_byte_for_byte(
        self, mall: Recipe, tmp_path_factory: pytest.TempPathFactory, ids: list[str]
    ) -> None:
        rows = [[customer, *row[1:]] for customer, row in zip(ids, people(len(ids)), strict=True)]
        table = read(text_of(rows), tmp_path_factory.mktemp("ids"), mall)
        assert table.ids == tuple(ids)
        assert len(table.features) == len(ids)


class TestHeaders:
    @pytest.mark.parametrize(
        ("column", "spelling"),
        [
            (0, "customer_id"), (0, "Customer ID "), (0, "ID"), (0, "customer-id"), (0, "CUSTOMERID"),
            (1, "Genre"), (1, "SEX"), (1, " gender"),
            (2, "AGE"), (2, "Age (years)"), (2, "age [y]"),
            (3, "annual_income"), (3, "Income"), (3, "income (k$)"), (3, "Annual-Income"),
            (4, "score"), (4, "spending_score"), (4, "Spending Score"), (4, "SpendingScore(1-100)"),
        ],
    )  # fmt: skip
    def test_spellings(self, column: int, spelling: str, tmp_path: Path, mall: Recipe) -> None:
        names = HEADER.split(",")
        names[column] = spelling
        table = read(text_of(people(), ",".join(names)), tmp_path, mall)
        assert len(table.headers) == 5
        assert spelling.strip() in table.headers.values()

    def test_two_columns_for_one(self, tmp_path: Path, mall: Recipe) -> None:
        error = refusal(text_of([[*row, "9"] for row in people()], HEADER + ",income"), tmp_path, mall)
        assert "Annual Income (k$) and income" in error.detail

    def test_missing_feature(self, tmp_path: Path, mall: Recipe) -> None:
        error = refusal(text_of(people(), "CustomerID,Gender,Age,Annual Income (k$),Points"), tmp_path, mall)
        assert "a column is missing: Spending Score (1-100)" in error.detail
        assert "spending_score" in error.detail
        assert "the file has CustomerID, Gender, Age, Annual Income (k$), Points" in error.detail

    def test_first_customer_is_not_taken_for_a_header_and_repeated(
        self, tmp_path: Path, mall: Recipe
    ) -> None:
        error = refusal(f"{SECRET},Male,x,15,39\n", tmp_path, mall)
        assert "may not be a header" in error.detail


class TestFaultyCells:
    @pytest.mark.parametrize(
        ("cell", "sentence"),
        [
            ("", "empty"),
            ("NaN", "holds no value"),
            ("-", "holds no value"),
            (SECRET, "not a plain number"),
            ("inf", "not a plain number"),
            ("0x10", "not a plain number"),
            ("1_000", "not a plain number"),
            ("TRUE", "not a plain number"),
            ("٣٤", "not a plain number"),
            ("50%", "not a plain number"),
            ("1,234.5", "between 0 and 1000"),
            ("1.234,5", "between 0 and 1000"),
            ("1 234", "between 0 and 1000"),
            ("1'234", "between 0 and 1000"),
            ("1" * 26, "between 0 and 1000"),
            ("1e999", "between 0 and 1000"),
            ("-0.1", "between 0 and 1000"),
            ("1000.1", "between 0 and 1000"),
        ],
    )
    def test_feature(self, cell: str, sentence: str, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[3][3] = cell
        error = refusal(text_of(rows), tmp_path, mall)
        (fault,) = error.faults
        assert (fault.pointer, fault.line) == ("Annual Income (k$)", 5)
        assert sentence in fault.detail
        assert error.detail.startswith("1 cell cannot be used; line 5, Annual Income (k$): ")

    def test_profile(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[0][2], rows[1][2] = SECRET, "131"
        error = refusal(text_of(rows), tmp_path, mall)
        assert [(fault.pointer, fault.line) for fault in error.faults] == [("Age", 2), ("Age", 3)]

    def test_at_most_twenty_are_listed(self, tmp_path: Path, mall: Recipe) -> None:
        rows = [[row[0], row[1], row[2], SECRET, SECRET] for row in people(15)]
        error = refusal(text_of(rows), tmp_path, mall)
        assert len(error.faults) == 20
        assert error.detail.startswith("30 cells")
        assert error.detail.endswith("(and 10 more)")

    def test_line_behind_a_newline_in_quotes(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[0][0], rows[1][3] = "a\nb", "x"
        assert refusal(text_of(rows), tmp_path, mall).faults[0].line == 4

    def test_a_row_that_is_none(self, tmp_path: Path, mall: Recipe) -> None:
        text = text_of(people()).replace("00003,", f"00003,{SECRET},").replace(",46\n", ",x\n")
        error = refusal(text, tmp_path, mall)
        assert [(fault.pointer, fault.line) for fault in error.faults] == [
            ("", 5),
            ("Spending Score (1-100)", 8),
        ]
        assert error.detail.startswith("1 row and 1 cell cannot be used; line 5: the row has 6 cells")
        assert isinstance(error, RowsInvalid)

    def test_repeated_id(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[2][0] = rows[7][0] = SECRET
        error = refusal(text_of(rows), tmp_path, mall)
        assert "lines 4 and 9" in error.detail
        assert not isinstance(error, RowsInvalid)

    def test_ids_that_differ_in_unicode_form_case_or_blanks_are_different(
        self, tmp_path: Path, mall: Recipe
    ) -> None:
        rows = people()
        ids = ["é", "e\u0301", "É", "é ", "é\u200b", "00123", "123"]
        for row, customer in zip(rows, ids, strict=False):
            row[0] = customer
        assert read(text_of(rows), tmp_path, mall).ids[: len(ids)] == tuple(ids)

    def test_empty_id(self, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        rows[0][0] = " "
        assert "every customer needs an id" in refusal(text_of(rows), tmp_path, mall).detail


class TestUnusableTable:
    @pytest.mark.parametrize("count", [0, 1, 9])
    def test_too_few_rows(self, count: int, tmp_path: Path, mall: Recipe) -> None:
        error = refusal(text_of(people(count)), tmp_path, mall)
        assert error.detail == f"the table has {count} rows of customers; at least 10 are needed"

    @pytest.mark.parametrize("different", [1, 2])
    def test_too_few_points(self, different: int, tmp_path: Path, mall: Recipe) -> None:
        points = people(different)
        rows = [[str(number), *points[number % different][1:]] for number in range(20)]
        error = refusal(text_of(rows), tmp_path, mall)
        assert f"tells {different} customers apart" in error.detail
        assert error.detail.endswith("at least 3 are needed")

    def test_constant_feature(self, tmp_path: Path, mall: Recipe) -> None:
        rows = [[*row[:3], "50", row[4]] for row in people()]
        assert "Annual Income (k$) is the same in every row" in refusal(text_of(rows), tmp_path, mall).detail


@pytest.fixture(params=["original", "look_alike"])
def known(request: pytest.FixtureRequest) -> tuple[str, list[list[str]]]:
    if request.param == "look_alike":
        text = generate()
    elif ORIGINAL.exists():
        text = ORIGINAL.read_text()
    else:
        pytest.skip("the original table may not be redistributed and is not here")
    return request.param, list(csv.reader(io.StringIO(text)))[1:]


class TestFingerprint:
    def test_known_however_it_is_written(
        self, known: tuple[str, list[list[str]]], tmp_path: Path, mall: Recipe
    ) -> None:
        key, rows = known
        shuffled = random.Random(5).sample(rows, len(rows))
        variants = [
            text_of(rows),
            text_of(rows).replace("\n", "\r\n"),
            text_of(rows, "CustomerID,Genre,Age,Annual Income,Spending Score"),
            text_of(rows, "id,sex,age,income (k$),score").replace(",", ";"),
            text_of([[f"{int(row[0]):04}", row[1][0].lower(), *row[2:]] for row in rows]),
            text_of([[*row[:3], f"{row[3]}.0", f"{row[4]}e0"] for row in shuffled]),
            text_of([row[:0:-1] for row in rows], ",".join(HEADER.split(",")[:0:-1])),
        ]
        tables = [read(variant, tmp_path, mall) for variant in variants]
        assert {table.known_as.key if table.known_as else None for table in tables} == {key}
        assert len({table.fingerprint for table in tables}) == 1

    @pytest.mark.parametrize("column", [1, 2, 3, 4])
    def test_one_changed_value_changes_it(self, column: int, tmp_path: Path, mall: Recipe) -> None:
        rows = people()
        before = read(text_of(rows), tmp_path, mall).fingerprint
        rows[0][column] = "Male" if column == 1 else "77"
        assert read(text_of(rows), tmp_path, mall).fingerprint != before

    def test_a_missing_profile_column_counts_as_empty(self, tmp_path: Path, mall: Recipe) -> None:
        empty = text_of([[row[0], "", "", *row[3:]] for row in people()])
        absent = text_of([[row[0], *row[3:]] for row in people()], "id,income,score")
        assert read(empty, tmp_path, mall).fingerprint == read(absent, tmp_path, mall).fingerprint
