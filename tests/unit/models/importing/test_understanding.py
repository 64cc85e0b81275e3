from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.core.errors import FieldFault, TableInvalid
from app.models.importing.choices import Choices, Kind
from app.models.importing.csv_records import Record
from app.models.importing.understanding import blocks, fingerprint_header, hash_content, understand
from tests.unit.models.importing.made_files import LIMITS, read, write

TABLE = "Customer ID;Amount;Since;Gender;News\n" + "".join(
    f"{n:05d};{n}.500,25;{n % 28 + 1:02d}.11.2023;{'mf'[n % 2]};{'ja' if n % 2 else 'nein'}\n"
    for n in range(1, 101)
)


class TestUnderstand:
    def test_an_ordinary_table(self, tmp_path: Path) -> None:
        found = read(tmp_path, TABLE)
        assert (found.format, found.encoding, found.delimiter) == ("csv", "utf-8", ";")
        assert [column.verdict.kind for column in found.columns] == [
            Kind.IDENTIFIER, Kind.NUMBER, Kind.DATE, Kind.CATEGORY, Kind.YES_NO,
        ]  # fmt: skip
        assert (found.records, found.accepted, found.rejected) == (100, 100, 0)
        amount, since, gender = found.columns[1:4]
        assert (amount.minimum, amount.maximum) == (1500.25, 100500.25)
        assert amount.mean == pytest.approx(51000.25)
        assert (since.minimum, since.maximum) == (date(2023, 11, 1), date(2023, 11, 28))
        assert gender.verdict.off_because is not None
        assert "gender" in gender.verdict.off_because
        assert amount.verdict.off_because is None
        assert found.is_settled
        assert len(found.preview) == LIMITS.preview_rows
        assert found.preview[0] == ("00001", "1.500,25", "02.11.2023", "f", "ja")
        assert found.content_hash == hash_content(tmp_path / "customers.csv")

    def test_repeats_outliers_and_faults(self, tmp_path: Path) -> None:
        rows = "".join(f"{n},{n % 7}.5\n" for n in range(50))
        found = read(tmp_path, f"id,x\n{rows}7,0.5\n0,9.5\n60,1000.5\nshort\n61,oops\n")
        assert found.repeated_rows == 1
        assert found.repeated_ids == {"id": 2}
        assert found.columns[1].outliers == 1
        assert found.faults == (
            FieldFault("", "the row has 1 cell and the header has 2", 55),
            FieldFault("x", "this is not a number written like 1234.5", 56),
        )

    def test_as_many_reasons_as_allowed(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id,x\na,1\n" + "b\n" * 50)
        found = understand(path, replace(LIMITS, reasons=3, preview_rows=0))
        assert (len(found.faults), found.rejected, found.preview) == (3, 50, ())

    def test_doubt_is_asked_and_answered(self, tmp_path: Path) -> None:
        content = "id,amount,day\na,1.234,01/02/2024\nb,5.678,03/04/2024\n"
        found = read(tmp_path, content)
        assert [(q.key, q.column) for q in found.questions] == [
            ("decimals", "amount"),
            ("date_orders", "day"),
        ]
        assert not found.is_settled
        choices = Choices(decimals={"amount": ","}, date_orders={"day": "mdy"})
        answered = read(tmp_path, content, choices)
        assert answered.is_settled
        assert (answered.columns[1].minimum, answered.columns[2].minimum) == (1234, date(2024, 1, 2))

    def test_a_kind_can_be_chosen(self, tmp_path: Path) -> None:
        found = read(tmp_path, "id,code\na,1\nb,2\n", Choices(kinds={"code": Kind.CATEGORY}))
        assert found.plans[1].sql_type == "VARCHAR"

    def test_a_choice_about_no_column(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="which the file does not have"):
            read(tmp_path, TABLE, Choices(kinds={"nobody": Kind.TEXT}))


class TestFingerprintHeader:
    def test_order_case_and_blanks_do_not_matter(self) -> None:
        assert fingerprint_header(["Customer  ID", "Ａge"]) == fingerprint_header(["age ", "customer id"])
        assert fingerprint_header(["a", "b"]) != fingerprint_header(["a", "c"])
        assert fingerprint_header(["ab"]) != fingerprint_header(["a", "b"])


class TestBlocks:
    def test_bounded_in_characters(self) -> None:
        records = [Record(n, ["x" * 900_000]) for n in range(7)]
        assert [len(block) for block in blocks(records, 1)] == [3, 3, 1]

    def test_bounded_in_cells(self) -> None:
        assert [len(block) for block in blocks([Record(n, []) for n in range(5)], 25_000)] == [2, 2, 1]
