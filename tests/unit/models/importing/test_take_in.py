from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from app.core.errors import TableInvalid
from app.models.importing.choices import Choices
from app.models.importing.take_in import name_row_column, take_in
from app.models.importing.understanding import understand
from tests.unit.models.importing.made_files import LIMITS, write

TABLE = """Kunden-ID;Umsatz;Seit;News;Notiz
00123;1.250.000,50 €;31.12.2023;ja;=SUM(A1)
00124;2,5;01.02.2024;nein;NA
00125;;;;
00126;1,250.5;01.02.2024;ja;kept
00127;4;5;01.02.2024;ja;one too many
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(tmp_path, TABLE + "".join(f"1{n:04d};3,5;31.12.2022;ja;x\n" for n in range(60)))


class TestTakeIn:
    def test_typed_rows_and_rejected_ones(self, table: Path, tmp_path: Path) -> None:
        taken = take_in(table, understand(table, LIMITS), tmp_path / "taken", LIMITS)
        assert (taken.records, taken.accepted, taken.rejected) == (65, 63, 2)
        accepted = duckdb.read_parquet(str(taken.accepted_path))
        assert accepted.columns == ["row", "Kunden-ID", "Umsatz", "Seit", "News", "Notiz"]
        assert [str(kind) for kind in accepted.types] == [
            "BIGINT", "VARCHAR", "DOUBLE", "DATE", "BOOLEAN", "VARCHAR",
        ]  # fmt: skip
        assert accepted.limit(3).fetchall() == [
            (1, "00123", 1250000.5, date(2023, 12, 31), True, "=SUM(A1)"),
            (2, "00124", 2.5, date(2024, 2, 1), False, None),
            (3, "00125", None, None, None, None),
        ]
        with taken.rejected_path.open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file)) == [
                ["line", "column", "reason", "Kunden-ID", "Umsatz", "Seit", "News", "Notiz"],
                ["5", "Umsatz", "this is not a number written like 1.234,5", "00126", "1,250.5", "01.02.2024",
                 "ja", "kept"],
                ["6", "", "the row has 6 cells and the header has 5", "00127", "4", "5", "01.02.2024", "ja",
                 "one too many"],
            ]  # fmt: skip

    def test_rejected_rows_are_harmless_in_a_spreadsheet(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id,=x\na,1\n=cmd|x,\x1b2,3\n")
        taken = take_in(path, understand(path, LIMITS), tmp_path / "taken", LIMITS)
        with taken.rejected_path.open(encoding="utf-8", newline="") as file:
            header, row = csv.reader(file)
        assert header[4] == "'=x"
        assert row[3:] == ["'=cmd|x", "\ufffd2", "3"]

    def test_an_open_question_stops_it(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id,amount\na,1.234\nb,5.678\n")
        found = understand(path, LIMITS)
        with pytest.raises(TableInvalid, match="answer the open questions"):
            take_in(path, found, tmp_path / "taken", LIMITS)
        answered = understand(path, LIMITS, Choices(decimals={"amount": "."}))
        taken = take_in(path, answered, tmp_path / "taken", LIMITS)
        assert duckdb.read_parquet(str(taken.accepted_path)).fetchall() == [(1, "a", 1.234), (2, "b", 5.678)]

    @pytest.mark.parametrize(
        "content",
        [
            TABLE.replace("2,5", "2,6"),
            TABLE + "00128;1;;;\n",
            TABLE.replace("Umsatz", "Betrag"),
            "Kunden-ID\n",
        ],
    )
    def test_a_file_that_changed_meanwhile(self, content: str, tmp_path: Path) -> None:
        path = write(tmp_path, TABLE)
        found = understand(path, LIMITS, Choices(decimals={"Umsatz": ","}, delimiter=";"))
        write(tmp_path, content)
        with pytest.raises(TableInvalid, match="has changed"):
            take_in(path, found, tmp_path / "taken", LIMITS)
        assert [entry.name for entry in tmp_path.iterdir()] == ["customers.csv"]

    def test_an_end_in_the_middle_leaves_no_trace(self, table: Path, tmp_path: Path) -> None:
        def stop(records: int) -> None:
            assert records == 65
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            take_in(table, understand(table, LIMITS), tmp_path / "taken", LIMITS, stop)
        assert [entry.name for entry in tmp_path.iterdir()] == ["customers.csv"]

    def test_a_folder_that_stands_is_left_alone(self, table: Path, tmp_path: Path) -> None:
        (tmp_path / "taken").mkdir()
        with pytest.raises(FileExistsError):
            take_in(table, understand(table, LIMITS), tmp_path / "taken", LIMITS)
        assert list((tmp_path / "taken").iterdir()) == []

    @pytest.mark.slow
    def test_rows_keep_their_order_over_many_blocks(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id,x\n" + "".join(f"k{n},{n}.5\n" for n in range(30_000)))
        seen: list[int] = []
        taken = take_in(path, understand(path, LIMITS), tmp_path / "taken", LIMITS, seen.append)
        rows = duckdb.read_parquet(str(taken.accepted_path)).fetchall()
        assert rows == [(n + 1, f"k{n}", n + 0.5) for n in range(30_000)]
        assert seen == sorted(seen)
        assert len(seen) > 3

    def test_choices_reach_the_rows(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id:x:y\na:999:ja\nb:1,5:nein\n")
        choices = Choices(delimiter=":", missing=("999", "nein"))
        taken = take_in(path, understand(path, LIMITS, choices), tmp_path / "taken", LIMITS)
        rows = duckdb.read_parquet(str(taken.accepted_path)).fetchall()
        assert rows == [(1, "a", None, "ja"), (2, "b", 1.5, None)]

    def test_another_settled_reading_is_needed_for_fewer_rows(self, table: Path, tmp_path: Path) -> None:
        found = understand(table, LIMITS)
        with pytest.raises(TableInvalid, match="more than 10 rows"):
            take_in(table, found, tmp_path / "taken", replace(LIMITS, rows=10))


class TestNameRowColumn:
    def test_never_a_name_of_the_file(self) -> None:
        assert name_row_column(("id",)) == "row"
        assert name_row_column(("Row", "row_")) == "row__"
