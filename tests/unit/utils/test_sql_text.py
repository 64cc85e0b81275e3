from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from app.utils.sql_text import literal, quoted


@pytest.mark.parametrize("text", ["plain", "it's", 'a "quoted" name', "'; DROP TABLE rows; --", "\\'\n"])
def test_whatever_it_holds_comes_back(text: str) -> None:
    with duckdb.connect() as base:
        base.execute(f"SELECT {literal(text)} AS {quoted(text)}")
        assert [name for name, *_ in base.description or ()] == [text]
        assert base.fetchall() == [(text,)]


def test_a_path() -> None:
    assert literal(Path("it's")) == "'it''s'"
