from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.models.datasets.base import open_base, open_rows
from app.utils.sql_text import literal, quoted


def test_any_name_of_a_file_and_of_a_column(tmp_path: Path) -> None:
    path, name = tmp_path / "l'été; DROP TABLE rows.parquet", 'a "quoted" name; --'
    with open_base() as base:
        base.execute(f"COPY (SELECT 1.5::DOUBLE AS {quoted(name)}) TO {literal(path)} (FORMAT parquet)")
        assert open_rows(base, path) == {name: "DOUBLE"}
        assert base.execute(f"SELECT {quoted(name)} FROM rows").fetchall() == [(1.5,)]


def test_rows_are_read_without_a_library_for_numbers() -> None:
    code = "import sys, app.models.datasets.rows; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "pandas", "scipy", "sklearn"} & set(done.stdout.split()) == set()
