from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from app.core.errors import TableInvalid
from app.models.importing.choices import Choices, Kind
from app.models.importing.take_in import Taken, take_in
from app.models.importing.understanding import understand
from tests.unit.models.importing.hostile_files import (
    BOOK,
    FILE_NAMES,
    FILES,
    GOOD,
    PARQUET,
    TABLE,
    Read,
    Refused,
)
from tests.unit.models.importing.made_files import LIMITS, Make, packed, text

FORMATS: dict[str, Make] = {"csv": text(TABLE), "gz": packed(TABLE), "xlsx": BOOK, "parquet": PARQUET}


def imported(path: Path, folder: Path) -> Taken:
    """Import a file whatever it holds: a required question about a column is answered with text."""
    found = understand(path, LIMITS)
    asked = {q.column: Kind.TEXT for q in found.questions if q.is_required and q.column}
    if asked:
        found = understand(path, LIMITS, Choices(kinds=asked))
    return take_in(path, found, folder, LIMITS)


def test_the_catalogue_is_large() -> None:
    assert len(FILES) >= 80


class TestHostileFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_refused_or_right(self, name: str, tmp_path: Path) -> None:
        make, expected = FILES[name]
        path = tmp_path / "upload.csv"  # whatever it is: only the content counts
        make(path)
        if isinstance(expected, Refused):
            with pytest.raises(TableInvalid) as refusal:
                imported(path, tmp_path / "taken")
            assert expected.reason in refusal.value.detail
            assert refusal.value.status == 422
            assert [entry.name for entry in tmp_path.iterdir()] == ["upload.csv"]
            return
        taken = imported(path, tmp_path / "taken")
        assert Read(taken.accepted, taken.rejected) == expected
        assert taken.accepted + taken.rejected == taken.records
        found = understand(path, LIMITS)
        table = duckdb.read_parquet(str(taken.accepted_path))
        assert tuple(table.columns) == (taken.row_column, *found.header)
        numbers = [row[0] for row in table.project(f'"{taken.row_column}"').fetchall()]
        assert numbers == list(range(1, taken.accepted + 1))
        with taken.rejected_path.open(encoding="utf-8", newline="") as file:
            rejected = list(csv.reader(file))
        assert len(rejected) == taken.rejected + 1
        assert all(row[2] for row in rejected)

    @pytest.mark.parametrize("name", [n for n, (_, e) in FILES.items() if e == GOOD])
    def test_no_column_is_shifted(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "upload"
        FILES[name][0](path)
        taken = imported(path, tmp_path / "taken")
        columns = dict.fromkeys(duckdb.read_parquet(str(taken.accepted_path)).columns)
        if "amount" in columns:
            rows = duckdb.read_parquet(str(taken.accepted_path)).fetchall()
            assert rows == [(1, "a1", 1.5), (2, "b2", 2.5), (3, "c3", 3.5)]

    @pytest.mark.parametrize("name", FILE_NAMES)
    @pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
    def test_hostile_file_names(self, name: str, make: Make, tmp_path: Path) -> None:
        make(tmp_path / name)
        assert imported(tmp_path / name, tmp_path / f"{name} taken").accepted == 3

    @pytest.mark.parametrize("name", ["a\0.csv", ".", "x" * 4000, "missing.csv"])
    def test_names_of_no_file(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid):
            understand(tmp_path / name, LIMITS)

    @pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
    def test_cut_at_any_byte(self, make: Make, tmp_path: Path) -> None:
        path = tmp_path / "whole"
        make(path)
        content = path.read_bytes()
        cuts = range(0, len(content), max(1, len(content) // 40))
        for keep in cuts:
            path.write_bytes(content[:keep])
            if make is not FORMATS["csv"]:
                with pytest.raises(TableInvalid):
                    understand(path, LIMITS)
            elif keep > len("id,amount"):  # a text that is cut is a shorter text: its whole lines are right
                found = understand(path, LIMITS)
                assert found.header == ("id", "amount")
                assert found.records == len(content[:keep].splitlines()) - 1
