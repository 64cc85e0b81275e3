from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.errors import InputInvalid
from app.schemas.dataset import DatasetRead, ImportChoices
from app.services.import_answers import (
    field_of,
    find_faults,
    is_read_otherwise,
    is_unseen,
    lineage_values,
    read_choices,
    read_lineage,
    understood_value,
)
from tests.unit.services.example_understanding import DECIMALS, ENCODING, KINDS, understanding

AS_UNDERSTOOD = {
    "kind-0": "number",
    "kind-1": "number",
    "decimal-1": ".",
    "encoding": "utf-8",
    "delimiter": ";",
}
SPRING = DatasetRead(
    id="spring",
    name="Spring",
    rows=1,
    rejected=0,
    columns=[],
    source={},
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def test_fields_are_called_by_the_place_of_the_column() -> None:
    assert field_of(DECIMALS, ["income", "visits"]) == "answer-decimals-0"
    assert field_of(ENCODING, ["income"]) == "encoding"


def test_the_mark_before_the_first_letter_is_no_encoding_of_its_own() -> None:
    assert understood_value(understanding(), "encoding") == "utf-8"
    assert understood_value(understanding(), "sheet") == ""


class TestChoices:
    def test_what_stays_as_guessed_is_left_open(self) -> None:
        assert read_choices(understanding(), AS_UNDERSTOOD) == ImportChoices()
        assert read_choices(understanding(), {}) == ImportChoices()

    def test_answers(self) -> None:
        found = understanding(DECIMALS, KINDS)
        fields = AS_UNDERSTOOD | {"answer-decimals-0": ",", "answer-kinds-1": "number"}
        assert read_choices(found, fields) == ImportChoices(
            decimals={"income": ","}, kinds={"visits": "number"}
        )

    def test_answers_of_before_stay(self) -> None:
        before = ImportChoices(decimals={"income": ","}, missing=["?"])
        found = understanding(choices=before)
        assert read_choices(found, AS_UNDERSTOOD) == before

    def test_a_changed_kind_wins_over_the_answer_to_a_question(self) -> None:
        fields = AS_UNDERSTOOD | {"answer-kinds-1": "number", "kind-1": "category"}
        assert read_choices(understanding(KINDS), fields).kinds == {"visits": "category"}

    def test_another_decimal_mark(self) -> None:
        fields = AS_UNDERSTOOD | {"decimal-0": ",", "decimal-1": ","}
        assert read_choices(understanding(), fields).decimals == {"visits": ","}

    def test_another_delimiter_makes_other_columns(self) -> None:
        before = ImportChoices(kinds={"visits": "text"}, missing=["?"])
        fields = AS_UNDERSTOOD | {"delimiter": ",", "kind-0": "text"}
        choices = read_choices(understanding(choices=before), fields)
        assert choices == ImportChoices(delimiter=",", missing=["?"])

    def test_an_answer_about_the_letters_keeps_the_columns(self) -> None:
        found = understanding(ENCODING, encoding="cp1252", choices=ImportChoices(kinds={"visits": "text"}))
        fields = {"encoding": "cp1252"}
        assert read_choices(found, fields) == ImportChoices(encoding="cp1252", kinds={"visits": "text"})

    @pytest.mark.parametrize(
        "fields",
        [{"kind-0": "colour"}, {"answer-decimals-0": "x"}, {"delimiter": ";;"}, {"encoding": "x" * 50}],
    )
    def test_answers_that_nobody_offered(self, fields: dict[str, str]) -> None:
        with pytest.raises(InputInvalid, match="not offered"):
            read_choices(understanding(DECIMALS), fields)

    def test_answers_to_what_was_not_asked_are_not_taken(self) -> None:
        fields = AS_UNDERSTOOD | {"answer-decimals-0": ",", "answer-kinds-9": "text"}
        assert read_choices(understanding(), fields) == ImportChoices()


class TestUnseen:
    @pytest.mark.parametrize(
        ("fields", "file", "any_"),
        [
            ({}, False, False),
            (AS_UNDERSTOOD, False, False),
            ({"kind-1": "text"}, False, True),
            ({"decimal-1": ","}, False, True),
            ({"decimal-0": ","}, False, False),
            ({"encoding": "cp1252"}, True, True),
            ({"sheet": "May"}, True, True),
        ],
    )
    def test_what_nobody_has_seen(self, fields: dict[str, str], file: bool, any_: bool) -> None:
        assert is_read_otherwise(understanding(), fields) is file
        assert is_unseen(understanding(), fields) is any_


class TestFaults:
    def test_open_questions(self) -> None:
        found = understanding(DECIMALS, KINDS)
        (fault,) = find_faults(found, {}, [])
        assert (fault.field, fault.text) == ("answer-decimals-0", DECIMALS.text)
        assert find_faults(found, {"answer-decimals-0": "."}, []) == []

    def test_another_kind_answers_too(self) -> None:
        assert find_faults(understanding(DECIMALS), {"kind-0": "text"}, []) == []

    @pytest.mark.parametrize("answer", ["", "replaces:summer", "owns:spring"])
    def test_how_it_belongs_to_a_table_that_is_there(self, answer: str) -> None:
        (fault,) = find_faults(understanding(), {"lineage": answer}, [SPRING])
        assert fault.field == "lineage"

    @pytest.mark.parametrize(
        ("answer", "lineage"),
        [
            ("new", (None, None)),
            ("replaces:spring", ("spring", "replaced")),
            ("continues:spring", ("spring", "appended")),
        ],
    )
    def test_lineages(self, answer: str, lineage: tuple[str | None, str | None]) -> None:
        assert answer in lineage_values([SPRING])
        assert find_faults(understanding(), {"lineage": answer}, [SPRING]) == []
        assert read_lineage({"lineage": answer}) == lineage
