from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.schemas.dataset import DatasetRead
from app.schemas.import_page import PageQuestion
from app.schemas.job import JobFailure, JobRead
from app.services.import_page_parts import (
    ask,
    ask_lineage,
    stopped_page,
    tell_column,
    tell_reading,
    working_page,
)
from tests.unit.services.example_understanding import DECIMALS, ENCODING, KINDS, column, understanding

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def job(**more: Any) -> JobRead:
    told: dict[str, Any] = {
        "id": "a-job",
        "kind": "dry_run",
        "status": "running",
        "progress": 0.25,
        "words": "",
        "asked": {"file_name": "shop.csv"},
        "cancel_requested": False,
        "attempts": 1,
        "created_at": NOW,
    }
    return JobRead(**{**told, **more})


def chosen(question: PageQuestion) -> list[str]:
    return [option.value for option in question.options if option.is_chosen]


def test_how_far_a_job_is() -> None:
    page = working_page(job())
    assert (page.title, page.words) == ("Looking at shop.csv", "Waiting for its turn…")
    page = working_page(job(kind="import", words="reading: 5 rows"))
    assert (page.title, page.words) == ("Taking in shop.csv", "Reading: 5 rows…")


def test_why_a_job_stopped() -> None:
    failure = JobFailure(type="urn", title="It cannot be used", status=422, detail="no row is good")
    page = stopped_page(job(status="failed", failure=failure))
    assert (page.title, page.detail, page.can_retry) == ("It cannot be used", "No row is good.", False)
    assert stopped_page(job(kind="import", status="failed", failure=failure)).can_retry
    cancelled = stopped_page(job(status="cancelled"))
    assert (cancelled.title, cancelled.can_retry) == ("shop.csv was not taken in", True)


class TestQuestions:
    def test_what_must_not_be_guessed_stands_first_and_open(self) -> None:
        first, second = ask(understanding(KINDS, DECIMALS), {}, {"answer-decimals-0": "!"})
        assert (first.field, chosen(first)) == ("answer-decimals-0", [])
        assert first.options[1].sample == "1.234 is read as 1234"
        assert first.fault == "Choose one of the answers."
        assert (second.field, chosen(second), second.fault) == ("answer-kinds-1", ["number"], None)

    def test_what_was_answered_stays(self) -> None:
        (question,) = ask(understanding(DECIMALS), {"answer-decimals-0": ","}, {})
        assert chosen(question) == [","]

    def test_encodings_by_their_name(self) -> None:
        (question,) = ask(understanding(ENCODING), {}, {})
        assert question.options[0].text == "Windows-1252, Western Europe"


class TestReading:
    def test_letters_and_marks_as_they_were_read(self) -> None:
        letters, mark = tell_reading(understanding(), {})
        assert [option.value for option in letters.options if option.is_chosen] == ["utf-8"]
        assert [option.value for option in mark.options if option.is_chosen] == [";"]

    def test_one_that_is_not_offered_is_kept(self) -> None:
        _, mark = tell_reading(understanding(delimiter=":"), {})
        assert (mark.options[0].value, mark.options[0].is_chosen) == (":", True)

    def test_what_is_asked_is_not_told(self) -> None:
        found = understanding(ENCODING, sheets=["May", "June"], sheet="June", delimiter=None)
        (sheet,) = tell_reading(found, {})
        assert [(option.value, option.is_chosen) for option in sheet.options] == [
            ("May", False),
            ("June", True),
        ]


def test_columns() -> None:
    found = understanding(
        columns=[
            column("income", decimal=","),
            column("id", "identifier", decimal="."),
            column("town", "text"),
        ]
    )
    income, number, town = (tell_column(found, place, {"kind-2": "category"}) for place in range(3))
    assert income.decimal is not None
    assert [option.value for option in income.decimal.options if option.is_chosen] == [","]
    assert (number.decimal, number.is_numeric) == (None, False)
    assert [option.value for option in town.kind.options if option.is_chosen] == ["category"]
    assert town.kind.label == "Kind of town"


def test_how_it_belongs_to_a_table_that_is_there() -> None:
    assert ask_lineage([], {}, {}) is None
    spring = DatasetRead(
        id="spring", name="Spring", rows=1, rejected=0, columns=[], source={}, created_at=NOW
    )
    question = ask_lineage([spring], {}, {})
    assert question is not None
    assert chosen(question) == []
    assert [option.text for option in question.options[1:]] == ["It replaces Spring", "It continues Spring"]
    again = ask_lineage([spring], {"lineage": "continues:spring"}, {"lineage": "!"})
    assert again is not None
    assert (chosen(again), again.fault) == (["continues:spring"], "Choose one of the answers.")
