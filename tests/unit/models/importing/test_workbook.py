from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.limits import ImportLimits
from app.models.importing.understanding import understand
from app.models.importing.workbook import _text, open_sheet
from tests.unit.models.importing.made_files import LIMITS, Make, rows_of, workbook


def lines(folder: Path, make: Make) -> list[tuple[int, list[str]]]:
    make(folder / "book")
    return [(record.line, record.cells) for record in open_sheet(folder / "book", LIMITS).records()]


class TestOpenSheet:
    def test_rows_and_their_numbers(self, tmp_path: Path) -> None:
        found = lines(tmp_path, workbook(rows_of([["id", "x"], [], ["007", True], ["b", 2]])))
        assert found == [(1, ["id", "x"]), (3, ["007", "TRUE"]), (4, ["b", "2"])]

    def test_a_table_that_starts_lower(self, tmp_path: Path) -> None:
        rows = '<row r="3"><c r="B3" t="inlineStr"><is><t>id</t></is></c></row>'
        rows += '<row r="4"><c r="B4"><v>5.5</v></c></row>'
        found = lines(tmp_path, workbook(rows))
        assert [(line, cells[-1]) for line, cells in found] == [(3, "id"), (4, "5.5")]

    def test_numbers_by_type_are_never_in_doubt(self, tmp_path: Path) -> None:
        rows: list[list[object]] = [
            ["id", "sure", "mixed"],
            ["a", 1.234, 1.234],
            ["b", 5.678, "about 5"],
            ["c", "n/a", 2.345],
        ]
        workbook(rows_of(rows))(tmp_path / "book")
        assert open_sheet(tmp_path / "book", LIMITS).typed == {1}
        found = understand(tmp_path / "book", LIMITS)
        assert found.columns[1].minimum == 1.234
        assert [record[2] for record in found.preview] == ["1.2340", "about 5", "2.3450"]

    def test_a_sheet_that_is_not_there(self, tmp_path: Path) -> None:
        workbook(rows_of([["id"]]))(tmp_path / "book")
        with pytest.raises(TableInvalid, match="no sheet called Ninth"):
            open_sheet(tmp_path / "book", LIMITS, "Ninth")

    @pytest.mark.parametrize(
        ("limits", "reason"),
        [
            (replace(LIMITS, text_bytes=1_000), "unpacks to more than 1,000 bytes"),
            (replace(LIMITS, ratio=2, ratio_from=500), "more than 2 times its size"),
            (replace(LIMITS, sheet_cells=20), "spans more than 20 cells"),
        ],
    )
    def test_limits(self, limits: ImportLimits, reason: str, tmp_path: Path) -> None:
        workbook(rows_of([["id"], *(["a"] for _ in range(100))]))(tmp_path / "book")
        with pytest.raises(TableInvalid, match=reason):
            open_sheet(tmp_path / "book", limits)

    def test_more_than_it_says(self, tmp_path: Path) -> None:
        workbook(rows_of([["id"], *(["a"] for _ in range(500))]))(tmp_path / "book")
        with zipfile.ZipFile(tmp_path / "book") as archive:
            said = archive.getinfo("xl/worksheets/sheet0.xml").file_size
        content = (tmp_path / "book").read_bytes()
        (tmp_path / "book").write_bytes(
            content.replace(said.to_bytes(4, "little"), (10).to_bytes(4, "little"))
        )
        with pytest.raises(TableInvalid, match="cannot be read"):
            open_sheet(tmp_path / "book", LIMITS)

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_parts_of_one_name(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "book", "w") as archive:
            for _ in range(2):
                archive.writestr("xl/workbook.xml", "x")
        with pytest.raises(TableInvalid, match="two of one name"):
            open_sheet(tmp_path / "book", LIMITS)


class TestText:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            (datetime(2024, 1, 2), "2024-01-02"),
            (datetime(2024, 1, 2, 3, 4), "2024-01-02 03:04:00"),
            (date(2024, 1, 2), "2024-01-02"),
            (time(3, 4), "03:04:00"),
            (timedelta(hours=30), "1 day, 6:00:00"),
            (True, "TRUE"),
            (False, "FALSE"),
            (5.0, "5"),
            (1e300, "1e+300"),
            (0.125, "0.1250"),
            ("x", "x"),
        ],
    )
    def test_as_written(self, cell: str, text: str) -> None:
        assert _text(cell, is_typed=False) == text
