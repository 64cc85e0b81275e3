"""The pages of customer tables as the server sends them: brought, asked about, looked at, taken away."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.views.page_text import text_of
from tests.working import working

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
HEADER = "Kunde;Umsatz;Besuche;Geschlecht\n"
GOOD = "".join(f"00{n:03d};1.{n:03d},50;{n % 7};{'mw'[n % 2]}\n" for n in range(120))
MESSY = HEADER + GOOD + "00999;viel;3;m\n"
DOUBTFUL = "id;amount\n" + "".join(f"c{n};1.{n:03d}\n" for n in range(100, 140))
NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"


@pytest.fixture
def client(empty_client: TestClient, settings: Settings) -> Iterator[TestClient]:
    empty_client.headers.update(HTML)
    with working(settings):
        yield empty_client


def sent(client: TestClient, content: str | bytes, name: str = "kunden.csv", **more: Any) -> httpx2.Response:
    """Send a file as the page's form does; the answer is the page of what it holds."""
    return client.post("/datasets", files={"file": (name, content)}, **more)


def settled(client: TestClient, answer: httpx2.Response) -> httpx2.Response:
    """Reload a page that tells how far the work is until it tells something else."""
    for _ in range(100):
        if "data-job=" not in answer.text:
            return answer
        answer = client.get(str(answer.url))
    raise AssertionError("the work does not end")


def wish(client: TestClient, page: httpx2.Response, wanted: str, **fields: str) -> httpx2.Response:
    """Press a button of the page of what a file holds, with these answers and all else as it was."""
    path = page.url.path
    return settled(client, client.post(path, data={**filled(page.text), **fields, "wish": wanted}))


def filled(page: str) -> dict[str, str]:
    """Return what the form of a page holds as it was sent."""
    found = dict(re.findall(r'<input class="field__box"[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        found[name] = chosen[1]
    found |= dict(re.findall(r'type="radio"[^>]* name="([\w-]+)" value="([^"]*)" checked', page))
    return {name: html.unescape(value) for name, value in found.items()}


def hidden(form: str) -> dict[str, str]:
    """Return the fields of a form that nobody sees."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found}


def taken(client: TestClient, content: str | bytes = MESSY, **fields: str) -> httpx2.Response:
    answer = wish(client, settled(client, sent(client, content)), "take", **fields)
    assert "was taken in" in text_of(answer.text), text_of(answer.text)
    return answer


class TestList:
    def test_empty_it_says_what_to_do(self, empty_client: TestClient) -> None:
        answer = empty_client.get("/datasets", headers=HTML)
        assert answer.status_code == 200
        text = text_of(answer.text)
        assert "No table yet Bring one above" in text
        assert "CSV, gzipped CSV, XLSX or Parquet, up to 512 MB" in text

    def test_newest_first(self, client: TestClient) -> None:
        taken(client, name="Spring")
        taken(client, name="Summer <b>", lineage="new")
        page = client.get("/datasets").text
        assert page.index("Summer &lt;b&gt;") < page.index("Spring")
        assert re.search(r"Spring 120 4 1 \d+ \w+ \d{4}", text_of(page))

    def test_page_by_page(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.services.dataset_page_service.TABLES_AT_ONCE", 1)
        taken(client, name="Spring")
        taken(client, name="Summer", lineage="new")
        older = re.search(r'href="(/datasets\?cursor=[^"]+)"', client.get("/datasets").text)
        assert older
        text = text_of(client.get(html.unescape(older[1])).text)
        assert "Spring" in text
        assert "Summer" not in text
        assert "Bring a customer table" not in text
        assert "The newest tables" in text

    def test_is_linked_from_the_header(self, client: TestClient) -> None:
        page = client.get("/datasets").text
        assert 'href="/datasets" aria-current="page"' in page
        assert "css/pages/datasets.css" in page

    @pytest.mark.skipif("TEST_DATABASE" in os.environ, reason="the file is damaged")
    def test_a_database_that_cannot_be_used_is_no_missing_model(
        self, empty_client: TestClient, settings: Settings
    ) -> None:
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)
        settings.database_file.write_bytes(b"no database " * 100)
        answer = empty_client.get("/datasets", headers=HTML)
        assert answer.status_code == 503
        assert "The database cannot answer" in text_of(answer.text)
        assert "train_model.py" not in answer.text

    @pytest.mark.parametrize("query", ["done=%3Cscript%3E", "done=x", "done="])
    def test_no_message_of_somebody_elses(self, empty_client: TestClient, query: str) -> None:
        assert "notice" not in empty_client.get(f"/datasets?{query}", headers=HTML).text


class TestSend:
    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("file", b"", "Choose a file first."),
            ("", b"", "Choose a file first."),
            ("a.csv", b"", "is empty"),
        ],
    )
    def test_nothing_to_look_at(
        self, client: TestClient, settings: Settings, name: str, content: bytes, told: str
    ) -> None:
        body = (
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
            + content
            + b"\r\n--x--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client.post("/datasets", content=body, headers=headers)
        assert answer.status_code == 422
        assert told in text_of(answer.text)
        assert "Bring a customer table" in text_of(answer.text)
        assert list(settings.uploads_dir.iterdir()) == []

    def test_a_torn_form(self, client: TestClient) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client.post("/datasets", content=b"--x\r\n", headers=headers)
        assert answer.status_code == 400
        assert "The form with the file cannot be read" in text_of(answer.text)

    def test_a_script_is_told_as_a_program_is(self, client: TestClient) -> None:
        answer = client.post("/datasets", files={"name": (None, "x")}, headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["detail"] == "Choose a file first."

    def test_larger_than_other_bodies_may_be(self, client: TestClient, settings: Settings) -> None:
        content = HEADER + GOOD * 40
        assert len(content) > settings.max_body_bytes
        assert "4,800 rows" in text_of(settled(client, sent(client, content)).text)

    def test_from_another_site(self, client: TestClient) -> None:
        answer = sent(client, MESSY, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403

    def test_a_file_that_is_none(self, client: TestClient) -> None:
        answer = settled(client, sent(client, b"PK\x03\x04 no workbook"))
        text = text_of(answer.text)
        assert "The customer table cannot be used" in text
        assert "Save it anew" in text
        assert "Look at the file again" not in text


class TestUnderstood:
    def test_all_that_is_told_before_anything_is_kept(self, client: TestClient) -> None:
        page = settled(client, sent(client, MESSY))
        text = text_of(page.text)
        assert "121 rows, 4 columns, semicolons, UTF-8; 1 row will be left out." in text
        assert "1,000.5 to 1,119.5, mean 1,060" in text
        assert "Umsatz line 122: this is not a number" in text
        assert "Not used: the column's name speaks of gender" in text
        assert "00000 1.000,50 0 m" in text
        assert client.get("/api/v1/datasets").json()["datasets"] == []

    def test_repeats_are_told(self, client: TestClient) -> None:
        text = text_of(settled(client, sent(client, MESSY + GOOD[: GOOD.index("\n") + 1])).text)
        assert "1 row equals an earlier one in every cell" in text
        assert "Kunde: 1 row has an identifier that stood before" in text

    def test_an_open_question_is_answered(self, client: TestClient) -> None:
        page = settled(client, sent(client, DOUBTFUL))
        assert "1.100 is read as 1100" in text_of(page.text)
        refused = wish(client, page, "take", name="Mine")
        assert refused.status_code == 422
        assert "One answer is missing" in text_of(refused.text)
        assert 'href="#answer-decimals-1-1"' in refused.text
        assert 'id="answer-decimals-1-1"' in refused.text
        assert filled(refused.text)["name"] == "Mine"
        done = wish(client, refused, "take", name="Mine", **{"answer-decimals-1": ","})
        assert "1 c100 1,100" in text_of(done.text)

    def test_an_answer_is_remembered(self, client: TestClient) -> None:
        taken(client, DOUBTFUL, **{"answer-decimals-1": ","})
        page = settled(client, sent(client, DOUBTFUL))
        assert "Your answers to an earlier file with these columns were applied." in text_of(page.text)
        done = wish(client, page, "take", lineage="new")
        assert "1 c100 1,100" in text_of(done.text)

    def test_a_remembered_answer_is_forgotten(self, client: TestClient) -> None:
        page = settled(client, sent(client, DOUBTFUL))
        assert 'value="forget"' not in page.text
        taken(client, DOUBTFUL, **{"answer-decimals-1": ","})
        page = settled(client, sent(client, DOUBTFUL))
        assert "Forget the earlier answers" in text_of(page.text)
        forgotten = wish(client, page, "forget")
        text = text_of(forgotten.text)
        assert "Your answers to an earlier file" not in text
        assert "What the file does not say by itself" in text
        assert "Your answers" not in text_of(settled(client, sent(client, DOUBTFUL)).text)

    def test_the_very_same_file_again(self, client: TestClient) -> None:
        first = settled(client, sent(client, MESSY))
        assert "You already have this table" not in text_of(first.text)
        wish(client, first, "take", name="Spring <b>")
        again = text_of(settled(client, sent(client, MESSY)).text)
        assert "You already have this table: Spring <b> was made of the very same file." in again
        assert "You already have" not in text_of(settled(client, sent(client, MESSY + "00998;2;3;m\n")).text)

    def test_a_table_that_another_came_after(self, client: TestClient) -> None:
        first = taken(client, name="Spring").url.path
        assert "came after it" not in text_of(client.get(f"{first}/delete").text)
        page = settled(client, sent(client, MESSY))
        wish(client, page, "take", name="Summer", lineage=f"replaces:{first.rpartition('/')[2]}")
        assert "Summer came after it and stays, with all rows" in text_of(client.get(f"{first}/delete").text)

    def test_looked_at_again_with_another_kind(self, client: TestClient) -> None:
        page = settled(client, sent(client, MESSY))
        again = wish(client, page, "look", name="Mine", **{"kind-1": "text"})
        assert "every row is good" in text_of(again.text)
        assert filled(again.text)["kind-1"] == "text"
        assert filled(again.text)["name"] == "Mine"

    def test_what_was_changed_is_shown_before_it_is_taken_in(self, client: TestClient) -> None:
        page = settled(client, sent(client, MESSY))
        again = wish(client, page, "take", delimiter=",")
        assert "You changed how the file is read" in text_of(again.text)
        assert client.get("/api/v1/datasets").json()["datasets"] == []
        back = wish(client, again, "look", delimiter=";")
        assert "4 columns, semicolons" in text_of(back.text)

    def test_the_same_columns_are_an_explicit_choice(self, client: TestClient) -> None:
        first = taken(client, name="Spring").url.path
        page = settled(client, sent(client, MESSY))
        assert "It replaces Spring" in text_of(page.text)
        refused = wish(client, page, "take")
        assert refused.status_code == 422
        continues = f"continues:{first.rpartition('/')[2]}"
        done = wish(client, refused, "take", name="Both", lineage=continues)
        assert "It continues Spring" in text_of(done.text)
        assert "Rows 240" in text_of(done.text)

    def test_discarded(self, client: TestClient, settings: Settings) -> None:
        page = settled(client, sent(client, MESSY))
        gone = wish(client, page, "discard")
        assert "The file was discarded" in text_of(gone.text)
        assert list(settings.uploads_dir.iterdir()) == []
        assert client.get(page.url.path).status_code == 404

    def test_no_row_can_be_taken_in(self, client: TestClient) -> None:
        page = settled(client, sent(client, 'a,b\n"1,2\n'))
        assert "No row of the file can be taken in" in text_of(page.text)
        assert re.search(r'value="take" disabled', page.text)
        stopped = wish(client, page, "take")
        assert "No row of the file can be taken in." in text_of(stopped.text)
        again = settled(client, client.post(f"{stopped.url.path}/again"))
        assert "What kunden.csv holds" in text_of(again.text)

    @pytest.mark.parametrize(
        ("body", "status"), [("kind-1=colour&wish=take", 422), ("wish=%ff", 400), ("a=1&" * 10_001, 400)]
    )
    def test_forms_that_no_page_sends(self, client: TestClient, body: str, status: int) -> None:
        page = settled(client, sent(client, MESSY))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post(page.url.path, content=body, headers=headers).status_code == status

    def test_cells_are_no_markup(self, client: TestClient) -> None:
        page = settled(client, sent(client, "id;<b>n</b>\n" + "k;<script>alert(1)</script>\n" * 3, "<i>.csv"))
        assert "<script>alert" not in page.text
        assert "<b>n</b>" not in page.text
        assert "<i>.csv" not in page.text

    @pytest.mark.parametrize("path", [f"/datasets/imports/{NOBODY}", "/datasets/imports/x"])
    def test_no_such_import(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404
        for change in ("", "/again", "/cancel"):
            assert client.post(path + change, data={"wish": "take"}).status_code == 404


class TestWorking:
    """Nobody does the jobs here."""

    def test_waits_reloads_and_is_cancelled(
        self, empty_client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.controllers.import_page_controller.WAIT_SECONDS", 0.01)
        empty_client.headers.update(HTML)
        page = sent(empty_client, MESSY)
        text = text_of(page.text)
        assert "Looking at kunden.csv" in text
        assert "Waiting for its turn" in text
        assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
        stopped = empty_client.post(f"{page.url.path}/cancel")
        assert "kunden.csv was not taken in" in text_of(stopped.text)
        assert "Look at the file again" in text_of(stopped.text)


class TestShow:
    def test_what_a_table_holds(self, client: TestClient) -> None:
        page = taken(client)
        text = text_of(page.text)
        assert "Umsatz number, about" in text
        assert "Mean 1,060" in text
        assert "m 60 w 60" in text
        assert "Two columns against each other" in text
        assert "Drawn from all 120 rows." in text
        assert "Rows 1 to 25 of 120" in text
        assert page.text.count('class="column-chart__bar"') == 2 * 20 + 2
        assert "/rejected" in page.text

    def test_search_and_pages(self, client: TestClient) -> None:
        path = taken(client).url.path
        text = text_of(client.get(path, params={"search": "00119"}).text)
        assert "1 row that holds it in a cell, of 120" in text
        following = re.search(r'href="([^"]+after=25[^"]*)"', client.get(path).text)
        assert following
        text = text_of(client.get(html.unescape(following[1])).text)
        assert "Rows 26 to 50 of 120" in text
        assert "First rows" in text

    def test_other_columns_are_drawn(self, client: TestClient) -> None:
        page = client.get(taken(client).url.path, params={"x": "Besuche", "y": "Umsatz"})
        assert "Umsatz, upwards, over Besuche: 120 dots" in page.text

    def test_the_drawing_and_the_rows_keep_each_other(self, client: TestClient) -> None:
        path = taken(client).url.path
        asked = {"x": "Besuche", "y": "Umsatz", "search": "00", "after": "25"}
        page = client.get(path, params=asked).text
        scatter, rows = re.findall(r'<form[^>]*method="get".*?</form>', page, re.DOTALL)
        assert hidden(scatter) == {"search": "00", "after": "25"}
        assert hidden(rows) == {"x": "Besuche", "y": "Umsatz"}
        links = re.findall(r'href="([^"]*)#rows"', page)
        queries = [dict(parse_qsl(html.unescape(link).partition("?")[2])) for link in links]
        drawn = {"x": "Besuche", "y": "Umsatz"}
        found = drawn | {"search": "00"}
        assert queries == [drawn, found, found | {"after": "50"}]
        assert hidden(client.get(path).text) == {}

    def test_a_recipe_that_fits_is_trained_on_it(self, client: TestClient) -> None:
        assert "Train Mall" not in client.get(taken(client).url.path).text
        fitting = "id;Annual income;Spending score\n" + "".join(f"k{n};{n};{n}\n" for n in range(1, 40))
        page = taken(client, fitting)
        assert "A recipe fits the columns of this table." in text_of(page.text)
        form = re.search(r'<form class="datasets__recipes".*?</form>', page.text, re.DOTALL)
        assert form
        assert 'name="recipe" value="mall">Train Mall' in form[0]
        fields = hidden(form[0]) | {"recipe": "mall"}
        assert fields["table"] == page.url.path.rpartition("/")[2]
        first, second = (client.post("/trainings", data=fields).url.path for _ in range(2))
        assert first == second
        assert client.get(f"/api/v1{first}").json()["asked"]["dataset_id"] == fields["table"]

    def test_renamed(self, client: TestClient) -> None:
        path = taken(client).url.path
        done = client.post(f"{path}/rename", data={"name": " Spring "})
        assert done.url.query == b"done=renamed"
        assert '<h1 class="datasets__title">Spring</h1>' in done.text

    @pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\nb"])
    def test_names_that_are_none(self, client: TestClient, name: str) -> None:
        path = taken(client).url.path
        answer = client.post(f"{path}/rename", data={"name": name})
        assert answer.status_code == 422
        assert "A name has 1 to 100 letters." in text_of(answer.text)

    def test_deleted_after_a_question(self, client: TestClient) -> None:
        path = taken(client).url.path
        assert "Delete kunden.csv?" in text_of(client.get(f"{path}/delete").text)
        gone = client.post(f"{path}/delete")
        assert "The table is deleted, with its rows." in text_of(gone.text)
        assert "No table yet" in text_of(gone.text)
        for method, address in (("GET", ""), ("GET", "/delete"), ("POST", "/delete"), ("POST", "/rename")):
            assert client.request(method, path + address, data={"name": "x"}).status_code == 404

    @pytest.mark.parametrize("change", ["rename", "delete"])
    def test_from_another_site(self, client: TestClient, change: str) -> None:
        path = taken(client).url.path
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.post(f"{path}/{change}", data={"name": "x"}, headers=headers).status_code == 403
        assert "kunden.csv" in client.get("/datasets").text

    @pytest.mark.parametrize("query", ["after=-1", "after=x", "search=" + "a" * 201, "x=" + "a" * 1001])
    def test_faulty_addresses(self, client: TestClient, query: str) -> None:
        assert client.get(f"/datasets/{NOBODY}?{query}").status_code == 422
