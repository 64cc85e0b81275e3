"""The page of a search as the server sends it: progress, a table, links that fill in the form."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.models.records.upgrade import open_database
from app.schemas.search import DraftColumn
from tests.api.test_own_customers import NOBODY, bring
from tests.unit.services.example_search import WITHOUT, draft, end_search, read
from tests.views.page_text import text_of
from tests.working import work_off, working

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def post(client: TestClient, address: str, headers: dict[str, str] = HTML, **fields: str) -> Any:
    return client.post(address, data=fields, headers=headers, follow_redirects=False)


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> str:
    """Id of a table of skewed groups, for which logarithms are suggested."""
    rows = "\n".join(f"{n},{1.5 ** (9 * (n % 3) + n % 7 / 3):.2f},{n * 7 % 11}" for n in range(120))
    with working(settings):
        return str(bring(empty_client, f"id,spend,visits\n{rows}\n")["id"])


@pytest.fixture
def search(empty_client: TestClient, dataset: str) -> str:
    answer = post(empty_client, f"/datasets/{dataset}/searches", key="k")
    assert answer.status_code == 303, answer.text
    found: str = answer.headers["location"]
    return found


@pytest.fixture
def done(search: str, settings: Settings) -> str:
    columns = [
        DraftColumn(column=name, kind="number", transform="none", weight=1.0) for name in ("spend", "visits")
    ]
    found = read(drafts=[draft(), WITHOUT.model_copy(update={"columns": columns})])
    with contextlib.closing(open_database(settings)) as database:
        end_search(database, found)
    return search


class TestBegin:
    def test_the_form_offers_it(self, empty_client: TestClient, dataset: str) -> None:
        page = empty_client.get(f"/datasets/{dataset}/segment").text
        assert f'action="/datasets/{dataset}/searches"' in page
        assert "Try other columns and preparations" in text_of(page)

    def test_twice_it_is_one(self, empty_client: TestClient, dataset: str, search: str) -> None:
        assert post(empty_client, f"/datasets/{dataset}/searches", key="k").headers["location"] == search

    def test_not_from_elsewhere_and_not_of_nothing(self, empty_client: TestClient, dataset: str) -> None:
        elsewhere = HTML | {"Sec-Fetch-Site": "cross-site"}
        assert post(empty_client, f"/datasets/{dataset}/searches", elsewhere).status_code == 403
        assert post(empty_client, f"/datasets/{NOBODY}/searches").status_code == 404


class TestProgress:
    def test_it_is_followed_and_stopped(self, empty_client: TestClient, search: str) -> None:
        page = empty_client.get(search).text
        assert 'data-component="training-progress"' in page
        assert '<meta http-equiv="refresh"' in page
        assert "Waiting for its turn" in text_of(page)
        answer = post(empty_client, f"{search}/cancel")
        assert (answer.status_code, answer.headers["location"]) == (303, search)
        page = empty_client.get(search).text
        assert "The search was cancelled" in text_of(page)
        assert "refresh" not in page

    def test_no_such_search(self, empty_client: TestClient) -> None:
        answer = empty_client.get(f"/searches/{NOBODY}", headers=HTML)
        assert answer.status_code == 404
        assert "<html" in answer.text

    def test_one_that_failed_says_why(
        self, empty_client: TestClient, settings: Settings, dataset: str, search: str
    ) -> None:
        empty_client.delete(f"/api/v1/datasets/{dataset}")
        work_off(settings)
        text = text_of(empty_client.get(search).text)
        assert "The search failed" in text
        assert "The table was deleted meanwhile." in text


class TestResult:
    def test_what_was_tried_stands_in_a_table(self, empty_client: TestClient, done: str) -> None:
        page = empty_client.get(done).text
        text = text_of(page)
        assert "What other columns and preparations show" in text
        for title in ("As suggested", WITHOUT.title, "How clear", "61 %", "Separate groups", "take this one"):
            assert title in text
        assert page.count('class="data-table__chosen"') == 1

    def test_use_this_fills_in_the_form(self, empty_client: TestClient, done: str) -> None:
        page = empty_client.get(done).text
        links = re.findall(r'href="(/datasets/[^"]+draft=without-idle)"', page)
        form = empty_client.get(links[0].replace("&amp;", "&")).text
        assert f"Filled in: {WITHOUT.title}." in text_of(form)
        assert re.findall(r'name="use" value="(\d)" checked', form) == ["1", "2"]
        assert re.findall(r'<option value="(\w+)" selected', form) == ["none", "none"]

    def test_a_table_that_is_gone_leaves_no_form_to_fill_in(
        self, empty_client: TestClient, dataset: str, done: str
    ) -> None:
        empty_client.delete(f"/api/v1/datasets/{dataset}")
        page = empty_client.get(done).text
        assert WITHOUT.title in text_of(page)
        assert "draft=" not in page

    def test_a_search_that_is_gone_fills_in_nothing(self, empty_client: TestClient, dataset: str) -> None:
        form = empty_client.get(f"/datasets/{dataset}/segment?search={NOBODY}&draft=suggested").text
        assert "That search is not kept any more" in text_of(form)
        assert "selected" in form
