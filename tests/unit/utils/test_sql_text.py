from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from app.utils.sql_text import literal, quoted


@pytest.mark.parametrize("text", ["plain", "it's", 'a "quoted" name', "'; DROP TABLE rows; --", "\\'\n"])
def test_whatever_it_holds_comes_back(text: str) -> None:
    found = duckdb.sql(f"SELECT {literal(text)} AS {quoted(text)}")
    assert (found.columns, found.fetchall()) == ([text], [(text,)])


def test_a_path() -> None:
    assert literal(Path("it's")) == "'it''s'"
