"""The pages between a customer table and its segments as the server sends them: forms, no script needed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.api.test_own_customers import NOBODY, bring, table
from tests.views.page_text import text_of
from tests.working import work_off, working

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
ELSEWHERE = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}


def post(client: TestClient, address: str, fields: dict[str, Any], headers: dict[str, str] = HTML) -> Any:
    return client.post(address, data=fields, headers=headers, follow_redirects=False)


def values_of(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*\bid="{name}"[^>]*\bvalue="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def errors_of(page: str) -> dict[str, str]:
    found = re.findall(r'<p class="field__error" id="([\w-]+)-error">([^<]+)</p>', page)
    listed = re.findall(r'<li><a href="#([\w-]+)">([^<]+)</a></li>', page)
    assert found == listed or sorted(found) == sorted(listed)
    for field, _ in found:
        assert re.search(rf'id="{field}"', page)
        assert re.search(rf'aria-describedby="[^"]*{field}-error', page) or field.startswith("use-")
    return {field: html.unescape(text) for field, text in found}


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> dict[str, Any]:
    with working(settings):
        return bring(empty_client, table(1))


@pytest.fixture
def address(dataset: dict[str, Any]) -> str:
    return f"/datasets/{dataset['id']}/segment"


# umsatz, bestellungen, retouren of Kunden-Nr;Umsatz (€);Bestellungen;Retouren %;Region;Geschlecht
CHOSEN = {"title": "Shop", "name": "shop", "segments": "3", "use": ["1", "3"]}


class TestForm:
    def test_is_what_the_table_suggests(self, empty_client: TestClient, address: str) -> None:
        page = empty_client.get(address).text
        text = text_of(page)
        assert [values_of(page, name) for name in ("title", "name", "segments")] == ["kunden", "kunden", ""]
        assert re.findall(r'name="use" value="(\d)" checked', page) == ["1", "3"]
        assert re.findall(r'name="use" value="(\d)" aria', page) == ["2", "4", "5"]
        assert "It nearly repeats Umsatz (€) (correlation 0.99) and would count twice." in text
        assert "The column's name speaks of gender" in text
        assert "Kunden-Nr It holds neither numbers nor a few words that repeat." in text
        assert re.findall(r'name="(transform-\d)"', page) == ["transform-1", "transform-2", "transform-3"]
        assert values_of(page, "weight-4") == "0.5"
        assert "None of the 240 customers lies far from all others." in text
        assert 'value="yes" aria' in page  # not ticked

    def test_makes_the_recipe_and_begins_the_training(self, empty_client: TestClient, address: str) -> None:
        fields = CHOSEN | {"use": ["1", "3", "4"], "transform-1": "log1p", "weight-1": "2,5", "weight-4": "1"}
        answer = post(empty_client, address, fields)
        assert answer.status_code == 303, text_of(answer.text)
        recipe = empty_client.get("/api/v1/recipes/shop").json()
        assert [feature["name"] for feature in recipe["features"]] == ["umsatz", "retouren", "region"]
        job = empty_client.get(f"/api/v1{answer.headers['location']}").json()
        assert (job["asked"]["recipe"], job["asked"]["segments"]) == ("shop", None)
        assert recipe["segments"] == 3

    def test_without_a_number_it_is_chosen(self, empty_client: TestClient, address: str) -> None:
        answer = post(empty_client, address, CHOSEN | {"segments": ""})
        job = empty_client.get(f"/api/v1{answer.headers['location']}").json()
        assert job["asked"]["segments"] == "auto"

    @pytest.mark.parametrize(
        ("changed", "errors"),
        [
            ({"name": "Shop 1"}, {"name": "The name needs 1 to 40 small letters"}),
            ({"name": "mall"}, {"name": "Another recipe has this name"}),
            ({"title": "  "}, {"title": "The title needs 1 to 100 characters"}),
            ({"title": "\x00"}, {"title": "The title needs"}),
            ({"segments": "9"}, {"segments": "The number of segments is a whole number from 2 to 8"}),
            ({"segments": "²"}, {"segments": "The number of segments"}),
            ({"least_size": "1"}, {"least_size": "The least size is a whole number from 2"}),
            (
                {"exceptional": "yes", "exceptional_share": "3"},
                {"exceptional_share": "The share is a number of percents from 0.1 to 2"},
            ),
            ({"use": []}, {"columns": "Choose 1 to 20 columns"}),
            ({"use": ["4"]}, {"columns": "Choose at least one column of numbers"}),
            ({"use": ["0", "77", "x"]}, {"columns": "Choose 1 to 20 columns"}),
            ({"weight-3": "heavy"}, {"weight-3": "A weight is a number from 0.1 to 10"}),
            ({"transform-1": "sqrt"}, {"transform-1": "Choose one of the transforms"}),
            ({"name": "", "segments": "1"}, {"name": "The name", "segments": "The number"}),
        ],
    )
    def test_faults_stand_beside_their_fields(
        self, empty_client: TestClient, address: str, changed: dict[str, Any], errors: dict[str, str]
    ) -> None:
        answer = post(empty_client, address, CHOSEN | changed)
        assert answer.status_code == 422
        found = errors_of(answer.text)
        assert found.keys() == errors.keys()
        assert all(found[field].startswith(words) for field, words in errors.items())
        kept = (CHOSEN | changed)["segments"]
        assert values_of(answer.text, "segments") == kept
        listed = [recipe["name"] for recipe in empty_client.get("/api/v1/recipes").json()["recipes"]]
        assert listed == ["lifestyle", "mall"]
        assert empty_client.get("/api/v1/trainings").json()["jobs"] == []

    def test_nothing_is_taken_for_markup(self, empty_client: TestClient, address: str) -> None:
        page = post(empty_client, address, CHOSEN | {"title": '"><b>', "name": "<i>"}).text
        assert "<b>" not in page
        assert values_of(page, "title") == '"><b>'

    def test_a_body_that_is_no_form(self, empty_client: TestClient, address: str) -> None:
        assert empty_client.post(address, json=CHOSEN, headers=HTML).status_code == 422

    def test_of_no_table_and_from_another_site(self, empty_client: TestClient, address: str) -> None:
        assert empty_client.get(f"/datasets/{NOBODY}/segment", headers=HTML).status_code == 404
        assert post(empty_client, f"/datasets/{NOBODY}/segment", CHOSEN).status_code == 404
        assert post(empty_client, address, CHOSEN, ELSEWHERE).status_code == 403
        assert empty_client.get("/api/v1/trainings").json()["jobs"] == []


class TestTraining:
    def test_waits_and_is_cancelled(self, empty_client: TestClient, address: str) -> None:
        training = post(empty_client, address, CHOSEN).headers["location"]
        page = empty_client.get(training).text
        assert "Waiting for its turn" in page
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
        assert '<progress class="training-progress__bar" max="100" value="0"' in page
        assert post(empty_client, f"{training}/cancel", {}, ELSEWHERE).status_code == 403
        assert post(empty_client, f"{training}/cancel", {}).headers["location"] == training
        page = empty_client.get(training).text
        assert "The training was cancelled" in page
        assert "http-equiv" not in page
        assert "Train again" in page

    def test_says_what_came_of_it(self, empty_client: TestClient, settings: Settings, address: str) -> None:
        training = post(empty_client, address, CHOSEN).headers["location"]
        work_off(settings)
        page = empty_client.get(training).text
        result = empty_client.get(f"/api/v1{training}").json()["result"]
        text = text_of(page)
        assert result["verdict"]["text"] in text
        assert "shop/1 is in use now." in text
        assert "3 segments of 240 customers" in text
        for segment in result["segments"]:
            assert f"{segment['name']} {segment['size']}" in text
        links = set(re.findall(r'href="(/[^"]*)"', page))
        assert {"/recipes/shop", "/recipes/shop/about", "/models?recipe=shop"} <= links
        assert all(empty_client.get(link).status_code == 200 for link in links if "shop" in link)
        # what people call a segment since, and a version that is gone
        segment_id = result["segments"][0]["segment_id"]
        empty_client.patch(f"/api/v1/recipes/shop/segments/{segment_id}", json={"name": "Meine <Besten>"})
        assert "Meine <Besten>" in text_of(empty_client.get(training).text).replace("&lt;", "<")
        empty_client.delete("/api/v1/recipes/shop")
        text = text_of(empty_client.get(training).text)
        assert "shop/1 is not in use." in text
        assert "See the segments" not in text

    def test_a_second_one_can_say_who_moved(
        self, empty_client: TestClient, settings: Settings, dataset: dict[str, Any], address: str
    ) -> None:
        post(empty_client, address, CHOSEN)
        fields = {"recipe": "shop", "table": dataset["id"], "key": "a"}
        again = post(empty_client, "/trainings", fields).headers["location"]
        work_off(settings)
        assert '<a class="button button--quiet" href="/models?recipe=shop#moves">Who moved' in (
            empty_client.get(again).text
        )

    def test_a_number_that_was_left_open_stays_open(
        self, empty_client: TestClient, settings: Settings, dataset: dict[str, Any], address: str
    ) -> None:
        first = post(empty_client, address, CHOSEN | {"segments": ""}).headers["location"]
        post(empty_client, f"{first}/cancel", {})
        page = empty_client.get(first).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        second = post(empty_client, "/trainings", fields).headers["location"]
        work_off(settings)
        third = post(empty_client, "/trainings", {"recipe": "shop", "table": dataset["id"]})
        asked = [
            empty_client.get(f"/api/v1{training}").json()["asked"]["segments"]
            for training in (first, second, third.headers["location"])
        ]
        assert asked == ["auto"] * 3

    def test_why_it_failed(self, empty_client: TestClient, settings: Settings) -> None:
        settings.raw_dir.mkdir(parents=True)
        faulty = "Annual Income,Spending Score\n1,x\n"
        (settings.raw_dir / "mall_customers.csv").write_text(faulty, encoding="utf-8")
        training = post(empty_client, "/trainings", {"recipe": "mall", "table": ""}).headers["location"]
        work_off(settings)
        text = text_of(empty_client.get(training).text)
        assert "The training failed" in text
        assert "The customer table cannot be used" in text
        assert "Mend the table and bring it again" in text
        assert re.search(r"Spending Score ?: line 2", text)

    def test_not_there(self, empty_client: TestClient) -> None:
        for address in (f"/trainings/{NOBODY}", "/trainings/x"):
            assert empty_client.get(address, headers=HTML).status_code == 404
        assert post(empty_client, f"/trainings/{NOBODY}/cancel", {}).status_code == 404
        assert post(empty_client, "/trainings", {"recipe": "none", "table": ""}).status_code == 404
        assert post(empty_client, "/trainings", {}).status_code == 404
        assert post(empty_client, "/trainings", {"recipe": "mall", "table": NOBODY}).status_code == 404
        assert post(empty_client, "/trainings", {"recipe": "mall"}, ELSEWHERE).status_code == 403

    def test_a_button_pressed_twice_trains_once(self, client: TestClient) -> None:
        fields = {"recipe": "mall", "table": "", "key": "k"}
        one, two = (post(client, "/trainings", fields).headers["location"] for _ in range(2))
        assert one == two
        assert post(client, "/trainings", fields | {"key": "other"}).headers["location"] != one


class TestTrainAgain:
    def tables(self, client: TestClient, recipe: str) -> list[tuple[str, str]]:
        page = client.get(f"/models?recipe={recipe}").text
        return [(i, html.unescape(t)) for i, t in re.findall(r'<option value="([\w-]*)">([^<]+)', page)]

    def test_the_own_file_first_then_the_newest(self, client: TestClient, trained: Settings) -> None:
        own = ("", "mall_customers.csv, the recipe's own file")
        assert self.tables(client, "mall") == [own]
        assert not trained.database_file.exists()
        content = (trained.raw_dir / "mall_customers.csv").read_text("utf-8")
        with working(trained):
            first = bring(client, content, name="First")
            more = content.splitlines()[-1].replace("200", "201", 1)
            second = bring(client, content + more, name="<Second>")
            bring(client, table(1))
        assert self.tables(client, "mall") == [
            own,
            (second["id"], "<Second>, 201 rows"),
            (first["id"], "First, 200 rows"),
        ]
        assert self.tables(client, "lifestyle") == []

    def test_nothing_to_train_on(self, empty_client: TestClient) -> None:
        assert "Train again on" not in empty_client.get("/models").text


class TestSegments:
    ADDRESS = "/recipes/mall/segments"

    def test_what_nobody_changed(self, client: TestClient) -> None:
        page = client.get(self.ADDRESS).text
        for segment in client.get(f"/api/v1{self.ADDRESS}").json()["segments"]:
            assert values_of(page, f"name-{segment['segment_id']}") == segment["name"]
            assert html.escape(segment["strategy"][0], quote=False) in page.replace("&#39;", "'")
        assert page.count("All of it is the model's own.") == 5
        assert "Back to the model" not in page
        assert 'href="/recipes/mall/segments"' in client.get("/recipes/mall/about").text

    def test_a_person_s_words_and_back(self, client: TestClient) -> None:
        before = client.get(f"/api/v1{self.ADDRESS}").json()["segments"][1]
        assert before["name"] in client.get("/recipes/mall").text
        fields = {
            "name": " Stammkunden ",
            "slot": str(before["slot"]),
            "description": before["description"],
            "strategy": "Call them.\r\n\r\n Thank them. \r\n",
        }
        answer = post(client, f"{self.ADDRESS}/1", fields)
        assert answer.headers["location"] == f"{self.ADDRESS}?done=saved&segment=1"
        now = client.get(f"/api/v1{self.ADDRESS}").json()["segments"][1]
        assert (now["name"], now["strategy"]) == ("Stammkunden", ["Call them.", "Thank them."])
        assert now["edited"] == ["name", "strategy"]
        page = text_of(client.get(answer.headers["location"]).text)
        assert "Saved: Stammkunden. Every page and answer says so now." in page
        assert "A person wrote its name and strategy." in page
        for address in ("/recipes/mall", "/", "/recipes/mall/about", "/models"):
            page = client.get(address).text
            assert "Stammkunden" in page, address
            assert before["name"] not in page, address
        back = post(client, f"{self.ADDRESS}/1/restore", {})
        assert client.get(f"/api/v1{self.ADDRESS}").json()["segments"][1] == before
        page = text_of(client.get(back.headers["location"]).text)
        assert "has the model's own words and colour again." in page

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"name": "budget conscious"}, ("name-1", "Another segment has this name")),
            ({"name": " "}, ("name-1", "A name has 1 to 80 characters")),
            ({"slot": "1"}, ("slot-1", "Another segment has this colour")),
            ({"slot": "9"}, ("slot-1", "Choose one of the colours")),
            ({"slot": "x"}, ("slot-1", "Choose one of the colours")),
            ({"description": "x" * 601}, ("description-1", "A description has 1 to 600 characters")),
            ({"strategy": "\n"}, ("strategy-1", "A strategy has 1 to 12 lines")),
            ({"strategy": "a\n" * 13}, ("strategy-1", "A strategy has 1 to 12 lines")),
        ],
    )
    def test_faults_stand_beside_their_fields(
        self, client: TestClient, fields: dict[str, str], error: tuple[str, str]
    ) -> None:
        answer = post(client, f"{self.ADDRESS}/1", fields)
        assert answer.status_code == 422
        [(field, text)] = errors_of(answer.text).items()
        assert field == error[0]
        assert text.startswith(error[1])
        assert all(not s["edited"] for s in client.get(f"/api/v1{self.ADDRESS}").json()["segments"])

    def test_colours_of_others_are_named(self, client: TestClient) -> None:
        page = text_of(client.get(self.ADDRESS).text)
        names = [s["name"] for s in client.get(f"/api/v1{self.ADDRESS}").json()["segments"]]
        assert all(page.count(f", of {name}") == 4 for name in names)

    def test_not_there_and_from_another_site(self, client: TestClient, empty_client: TestClient) -> None:
        assert post(client, f"{self.ADDRESS}/77", {"name": "x"}).status_code == 404
        assert post(client, f"{self.ADDRESS}/77/restore", {}).status_code == 404
        assert post(client, f"{self.ADDRESS}/1", {"name": "x"}, ELSEWHERE).status_code == 403
        assert client.get("/recipes/none/segments", headers=HTML).status_code == 404
        for query in ("done=<b>&segment=1", "done=saved&segment=77", "done=saved"):
            assert 'class="notice"' not in client.get(f"{self.ADDRESS}?{query}").text

    def test_before_the_first_training(self, empty_client: TestClient) -> None:
        assert empty_client.get(self.ADDRESS, headers=HTML).status_code == 503
