from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatasetNotFound, JobNotFound
from app.models.records.job_lease import JobLeases
from app.schemas.search_page import SearchResult
from app.services.search_pages import SearchPages
from app.services.storage import StoredServices
from tests.api.test_own_customers import NOBODY, bring, table
from tests.unit.services.example_search import draft, end_search, read
from tests.working import working


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> str:
    with working(settings):
        return str(bring(empty_client, table(1))["id"])


@pytest.fixture
def pages(stored: StoredServices) -> SearchPages:
    return stored.search_pages


class TestBegin:
    def test_a_form_that_is_sent_twice_begins_one(self, pages: SearchPages, dataset: str) -> None:
        assert pages.begin(dataset, "k") == pages.begin(dataset, "k")
        assert pages.begin(dataset, "l").id != pages.begin(dataset, "k").id
        assert pages.begin(dataset, "").id != pages.begin(dataset, "").id

    def test_no_such_table(self, pages: SearchPages) -> None:
        with pytest.raises(DatasetNotFound):
            pages.begin(NOBODY, "k")


class TestShow:
    def test_while_it_waits_and_once_it_is_stopped(self, pages: SearchPages, dataset: str) -> None:
        job = pages.begin(dataset, "k")
        page = pages.show(job.id)
        assert (page.title, page.words) == ("Trying other columns and preparations", "waiting for its turn")
        assert (page.dataset_name, page.percent, page.result) == ("kunden.csv", 0, None)
        pages.cancel(job.id)
        assert pages.show(job.id).title == "The search was cancelled"

    def test_while_it_stops(self, pages: SearchPages, database: Database, dataset: str) -> None:
        job = pages.begin(dataset, "k")
        with database.writing() as session:
            JobLeases(session).claim("test", 60.0)
        pages.cancel(job.id)
        assert pages.show(job.id).words == "stopping"

    def test_no_such_search(self, pages: SearchPages) -> None:
        for ask in (pages.show, pages.cancel):
            with pytest.raises(JobNotFound):
                ask(NOBODY)

    def test_a_table_that_is_gone(self, pages: SearchPages, stored: StoredServices, dataset: str) -> None:
        job = pages.begin(dataset, "k")
        stored.datasets.delete_dataset(dataset)
        assert pages.show(job.id).dataset_name == ""


class TestResult:
    @pytest.fixture
    def shown(self, pages: SearchPages, database: Database, dataset: str) -> Any:
        def show(**changed: Any) -> SearchResult:
            job = pages.begin(dataset, "")
            end_search(database, read(**changed))
            result = pages.show(job.id).result
            assert result is not None
            return result

        return show

    def test_drafts_in_words(self, shown: Any) -> None:
        result = shown()
        suggested, without = result.drafts
        assert suggested.columns == "Spend (logarithm), Years (weight 0.58) and Region (weight 0.5)"
        assert (suggested.segments, suggested.clear, suggested.clear_doubt) == ("4", "4 %", "± 2 %")
        assert (suggested.stable, suggested.verdict) == ("79 %", "Useful slices")
        assert (suggested.judged_on, without.judged_on) == ("", "judged on 1,000 customers")
        assert (without.clear, without.verdict) == ("61 %", "Separate groups")
        assert [draft.is_chosen for draft in result.drafts] == [False, True]
        assert (result.text, result.verdict_code) == ("Take it.", "separate_groups")

    def test_what_it_rests_on(self, shown: Any) -> None:
        compared, drawn, left = shown(unusable={"Visits": "it is the same in every row"}).notes
        assert "198 tables without groups went through the same 2 drafts" in compared
        assert drawn.startswith("Tried on 2,000 of 5,000 customers; which columns show no groups was found")
        assert left == "Visits was left out: it is the same in every row."

    def test_who_is_kept_apart(self, shown: Any) -> None:
        assert (
            shown(set_aside=3)
            .notes[1]
            .endswith(" 3 customers far from all others are left out here, for the form keeps them apart.")
        )
        assert "1 customer far from all others is left out here" in shown(set_aside=1).notes[1]

    def test_where_nothing_was_worth_a_test(self, shown: Any) -> None:
        only = draft(rows=200, segments=1, verdict="nothing_to_see", clearness=None, stability=None)
        result = shown(table_rows=200, sampled_rows=200, null_tables=0, chosen="suggested", drafts=[only])
        assert result.notes[0].startswith("No draft was worth a test")
        assert result.notes[1] == "Tried on 200 customers."
        (shown_draft,) = result.drafts
        assert (shown_draft.segments, shown_draft.clear, shown_draft.stable) == ("–", "–", "–")
        assert (shown_draft.clear_doubt, shown_draft.verdict) == ("", "No groups")

    def test_what_the_null_divides_better_is_not_clear_at_all(self, shown: Any) -> None:
        result = shown(chosen="suggested", drafts=[draft(clearness=-0.1)])
        assert (result.drafts[0].clear, result.drafts[0].clear_doubt) == ("0 %", "")
