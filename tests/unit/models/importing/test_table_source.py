from __future__ import annotations

import gzip
from dataclasses import replace
from encodings.aliases import aliases
from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.choices import Choices
from app.models.importing.table_source import open_table
from tests.unit.models.importing.made_files import LIMITS, rows_of, workbook, write


class TestOpenTable:
    def test_names_lose_their_blanks(self, tmp_path: Path) -> None:
        assert open_table(write(tmp_path, " a , b\n1,2\n,x\n"), LIMITS).header == ("a", "b")

    def test_a_chosen_encoding(self, tmp_path: Path) -> None:
        path = write(tmp_path, "ad;x\nŞişli;1\n".encode("cp1254"))
        rows = list(open_table(path, LIMITS, Choices(encoding="cp1254")).records())
        assert rows[0].cells == ["Şişli", "1"]

    def test_a_chosen_encoding_that_does_not_fit(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="not utf-16"):
            open_table(write(tmp_path, b"id\nabcd"), LIMITS, Choices(encoding="utf-16", delimiter=","))

    @pytest.mark.parametrize("content", [b"id,x\na,\xe9\\u12\n+AGE,1\n", b"id"])
    @pytest.mark.parametrize("encoding", sorted({*aliases.values(), "idna", "punycode", "undefined"}))
    def test_any_encoding_is_read_or_refused(self, encoding: str, content: bytes, tmp_path: Path) -> None:
        path = write(tmp_path, content)
        try:
            rows = list(open_table(path, LIMITS, Choices(encoding=encoding)).records())
        except TableInvalid:
            return
        assert all(len(record.cells) == 2 or record.reason for record in rows)

    def test_a_sheet_of_no_workbook(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="not a workbook"):
            open_table(write(tmp_path, "id\n"), LIMITS, Choices(sheet="First"))

    def test_too_many_rows(self, tmp_path: Path) -> None:
        source = open_table(write(tmp_path, "id\na\nb\nc\n"), replace(LIMITS, rows=2))
        with pytest.raises(TableInvalid, match="more than 2 rows"):
            list(source.records())

    def test_a_long_name(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="name of column 2"):
            open_table(write(tmp_path, f"id,{'x' * 1001}\n"), LIMITS)

    def test_an_archive_that_breaks_off_late(self, tmp_path: Path) -> None:
        rows = "".join(f"{hash(n)},{n * 7919 % 10007}\n" for n in range(200_000))
        content = gzip.compress(f"id,x\n{rows}".encode())
        with pytest.raises(TableInvalid, match="cut short"):
            open_table(write(tmp_path, content[:-1000]), LIMITS)

    def test_a_long_cell_of_a_sheet(self, tmp_path: Path) -> None:
        workbook(rows_of([["id"], ["x" * 50], ["ok"]]))(tmp_path / "book")
        source = open_table(tmp_path / "book", replace(LIMITS, field_characters=20))
        assert [record.reason is None for record in source.records()] == [False, True]
