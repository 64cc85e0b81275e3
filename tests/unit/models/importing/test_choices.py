from __future__ import annotations

import pytest

from app.core.errors import TableInvalid
from app.models.importing.choices import Choices, Kind, can_delimit


class TestCheck:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":", " "])
    def test_delimiters(self, delimiter: str) -> None:
        Choices(delimiter=delimiter).check()

    @pytest.mark.parametrize("delimiter", ["", "a", "1", '"', "\n", "\r", "\0", ";;"])
    def test_no_delimiters(self, delimiter: str) -> None:
        assert not can_delimit(delimiter)
        with pytest.raises(TableInvalid, match="delimiter"):
            Choices(delimiter=delimiter).check()

    @pytest.mark.parametrize("encoding", ["utf-8", "cp1254", "latin-1", "UTF-16"])
    def test_encodings(self, encoding: str) -> None:
        Choices(encoding=encoding).check()

    @pytest.mark.parametrize("encoding", ["", "klingon", "zip", "rot13", "a\0b", "hex"])
    def test_no_encodings(self, encoding: str) -> None:
        with pytest.raises(TableInvalid, match="encoding is not known"):
            Choices(encoding=encoding).check()


class TestCheckColumns:
    def test_all_fit(self) -> None:
        choices = Choices(kinds={"a": Kind.NUMBER}, decimals={"a": ","}, date_orders={"b": "dmy"})
        choices.check_columns(("a", "b"))

    def test_a_column_that_is_not_there(self) -> None:
        with pytest.raises(TableInvalid, match="which the file does not have"):
            Choices(decimals={"c": ","}).check_columns(("a", "b"))

    @pytest.mark.parametrize(
        "choices",
        [
            Choices(kinds={"a": "float"}),  # type: ignore[dict-item]
            Choices(decimals={"a": "'"}),  # type: ignore[dict-item]
            Choices(date_orders={"a": "ydm"}),  # type: ignore[dict-item]
        ],
    )
    def test_a_value_that_is_not_offered(self, choices: Choices) -> None:
        with pytest.raises(TableInvalid, match="must be one of"):
            choices.check_columns(("a", "b"))
