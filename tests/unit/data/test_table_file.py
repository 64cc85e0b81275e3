from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from data.generators import lifestyle, mall
from data.generators.table_file import write_table

ROOT = Path(__file__).resolve().parents[3]
TEXT = "name,age\nmade up,30\n"


class TestWriteTable:
    def test_only_where_nothing_is(self, tmp_path: Path) -> None:
        path = tmp_path / "raw" / "customers.csv"
        assert write_table(path, TEXT)
        assert not write_table(path, TEXT)
        assert path.read_bytes() == TEXT.encode("ascii")
        assert list(path.parent.iterdir()) == [path]

    def test_leaves_a_shops_own_table_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "customers.csv"
        path.write_text("mine")
        assert not write_table(path, TEXT)
        assert path.read_text() == "mine"

    def test_replaces_on_demand(self, tmp_path: Path) -> None:
        path = tmp_path / "customers.csv"
        path.write_text("mine")
        assert write_table(path, TEXT, replace=True)
        assert not write_table(path, TEXT, replace=True)
        assert path.read_bytes() == TEXT.encode("ascii")


@pytest.mark.parametrize("table", [lifestyle, mall], ids=["lifestyle", "mall"])
def test_command_line(tmp_path: Path, table: ModuleType) -> None:
    path = tmp_path / "table.csv"
    # -I -S: no third-party package may be needed, since setup runs this
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = [{str(path)!r}]; import runpy; "
    code += f"runpy.run_module({table.__name__!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True, text=True
    )
    assert done.stdout == f"{path}: written\n"
    assert path.read_bytes() == table.generate().encode("ascii")
    assert not table.write(path)
