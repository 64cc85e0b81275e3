from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.parquet_rows import connect, open_parquet
from app.models.importing.understanding import understand
from tests.unit.models.importing.made_files import LIMITS, parquet


class TestOpenParquet:
    def test_values_as_texts(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        parquet("SELECT '007' AS id, 1.5::DOUBLE x, true b, DATE '2024-01-02' d, NULL::INT n, 7::UTINYINT u")(
            path
        )
        table = open_parquet(path, LIMITS)
        header, row = table.records()
        assert header.cells == ["id", "x", "b", "d", "n", "u"]
        assert (row.line, row.cells) == (2, ["007", "1.5", "true", "2024-01-02", "", "7"])
        assert table.typed == {1, 4, 5}

    def test_too_many_columns(self, tmp_path: Path) -> None:
        parquet("SELECT 1 a, 2 b, 3 c")(tmp_path / "x")
        with pytest.raises(TableInvalid, match="more than 2 columns"):
            open_parquet(tmp_path / "x", replace(LIMITS, columns=2))

    def test_a_long_cell_and_a_nul_reject_their_rows(self, tmp_path: Path) -> None:
        parquet("SELECT unnest(['a', repeat('x', 99), 'b' || chr(0)]) who")(tmp_path / "x")
        found = understand(tmp_path / "x", replace(LIMITS, field_characters=20))
        assert (found.accepted, [fault.line for fault in found.faults]) == (1, [3, 4])

    def test_damaged_in_its_middle(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        parquet("SELECT hash(range)::VARCHAR id FROM range(5000)")(path)
        content = bytearray(path.read_bytes())
        content[200:4_000] = bytes(3_800)
        path.write_bytes(content)
        with pytest.raises(TableInvalid, match="cannot be read"):
            list(open_parquet(path, LIMITS).records())


class TestConnect:
    def test_no_other_file_is_read(self, tmp_path: Path) -> None:
        parquet("SELECT 1 a")(tmp_path / "x")
        parquet("SELECT 2 a")(tmp_path / "other")
        with connect(tmp_path / "x") as connection:
            with pytest.raises(Exception, match=r"disabled|Permission"):
                connection.execute("SELECT * FROM read_parquet(?)", [str(tmp_path / "other")])
            with pytest.raises(Exception, match="locked"):
                connection.execute("SET enable_external_access=true")
