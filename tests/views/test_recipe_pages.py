"""Pages of every recipe, as the server sends them: one, three, four and twelve features."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from tests.conftest import settings_in
from tests.own_recipes import COLUMNS, OWN, ROWS
from tests.views.page_text import text_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(with_own_recipes: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings_in(with_own_recipes))) as client:
        yield client


def customer_of(name: str, share: float = 0.3) -> dict[str, str]:
    chosen = list(COLUMNS.items())[: OWN[name][0]]
    return {column: f"{low + share * (high - low):g}" for column, (_, _, low, high, _) in chosen}


@pytest.mark.parametrize("name", OWN)
class TestEveryRecipe:
    def test_says_what_its_api_says(self, client: TestClient, name: str) -> None:
        customer = customer_of(name)
        text = text_of(client.get(f"/recipes/{name}", params=customer).text)
        body = {column: float(value) for column, value in customer.items()}
        answer = client.post(f"/api/v1/recipes/{name}/predict", json=body).json()
        assert f"What kind of {name} customer is this?" in text
        assert answer["name"] in text
        assert answer["strategy"][0] in text
        assert f"{round(answer['confidence']['value'] * 50)} of 50 retrained models agree." in text

    def test_has_a_box_and_a_reason_for_every_feature(self, client: TestClient, name: str) -> None:
        page = client.get(f"/recipes/{name}").text
        columns = list(COLUMNS)[: OWN[name][0]]
        assert re.findall(r'class="customer-controls__box" id="(\w+)"', page) == columns
        assert re.findall(r'data-reason="(\w+)"', page) == columns

    def test_its_form_its_script_and_its_links_stay_with_it(self, client: TestClient, name: str) -> None:
        page = client.get(f"/recipes/{name}", params=customer_of(name)).text
        assert f'data-api="/api/v1/recipes/{name}"' in page
        assert f'action="/recipes/{name}"' in page
        links = set(re.findall(r'href="(/[^"#?]*)', page))
        assert {f"/recipes/{name}", f"/recipes/{name}/about", f"/api/v1/recipes/{name}/model/info"} <= links
        assert "/about" not in links

    def test_a_way_leads_to_the_segment_it_names(self, client: TestClient, name: str) -> None:
        info = client.get(f"/api/v1/recipes/{name}/clusters/info").json()["segments"]
        reached = 0
        for segment in info:
            page = client.get(
                f"/recipes/{name}", params=customer_of(name) | {"target": str(segment["segment_id"])}
            ).text
            found = re.search(r'<a class="button" href="([^"]+)" data-what-if="link"', page)
            if found is None:
                continue
            reached += 1
            assert re.search(r'data-map="way"[^>]* d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+"', page)
            there = text_of(client.get(html.unescape(found[1])).text)
            assert segment["name"] in there.split(" of 50 refits")[0].split("The answer")[1]
        assert reached == len(info) - 1

    def test_a_fault_is_told_with_422(self, client: TestClient, name: str) -> None:
        answer = client.get(f"/recipes/{name}", params=customer_of(name) | {"recency": "long"})
        assert answer.status_code == 422
        assert "Enter recency as a number" in text_of(answer.text)

    def test_its_model_card(self, client: TestClient, name: str) -> None:
        page = client.get(f"/recipes/{name}/about")
        assert page.status_code == 200
        text = text_of(page.text)
        assert f"Model card · {name}/1" in text
        assert f"segments in numbers, {ROWS} customers" in text.lower()
        assert f'href="/api/v1/recipes/{name}/clusters/info"' in page.text
        assert re.findall(r'href="([^"]+)" aria-current="page"', page.text) == [f"/recipes/{name}/about"]


class TestMaps:
    def test_three_and_more_features_are_projected_and_say_so(self, client: TestClient) -> None:
        for name in ("loyalty", "bakery", "wholesale"):
            page = client.get(f"/recipes/{name}").text
            assert "distances in it are partial" in text_of(page)
            assert "data-territory" not in page
            assert "Drag the ring" not in page
            drawn = re.findall(r'class="segment-map__customers"[^>]* d="([^"]+)"', page)
            assert sum(path.count("M") for path in drawn) == ROWS

    def test_one_feature_is_a_strip_with_its_borders(self, client: TestClient) -> None:
        page = client.get("/recipes/tempo").text
        assert page.count("data-territory") == OWN["tempo"][1]
        assert re.search(r"The borders lie at [\d.]+ and [\d.]+ days\.", text_of(page))

    def test_limits_list_every_feature(self, client: TestClient) -> None:
        text = text_of(client.get("/recipes/loyalty/about").text)
        assert "A customer is placed by recency, visits and basket value alone." in text


class TestChooser:
    def test_every_recipe_with_a_model_the_default_first(self, client: TestClient) -> None:
        for path, current in (("/", "/"), ("/recipes/bakery", "/recipes/bakery")):
            page = client.get(path).text
            links = re.findall(r'class="recipe-chooser__link" href="([^"]+)"( aria-current)?', page)
            assert [link for link, _ in links] == [
                "/",
                *(f"/recipes/{n}" for n in ("bakery", "loyalty", "tempo", "wholesale")),
            ]
            assert [link for link, mark in links if mark] == [current]

    def test_model_cards_lead_to_model_cards(self, client: TestClient) -> None:
        links = re.findall(r'class="recipe-chooser__link" href="([^"]+)"', client.get("/about").text)
        assert links[:2] == ["/about", "/recipes/bakery/about"]

    def test_one_recipe_needs_none(self, trained_once: Path) -> None:
        with TestClient(create_app(settings_in(trained_once))) as client:
            assert "recipe-chooser" not in client.get("/").text


class TestDefault:
    def test_by_name_it_is_the_same_page_elsewhere(self, client: TestClient) -> None:
        customer = {"annual_income": "87", "spending_score": "82"}
        bare, named = (client.get(path, params=customer).text for path in ("/", "/recipes/mall"))
        assert text_of(bare) == text_of(named)
        assert 'data-api="/api/v1"' in bare
        assert 'data-api="/api/v1/recipes/mall"' in named
        assert re.findall(r'href="([^"]+)" aria-current="page"', named) == ["/recipes/mall"]


class TestNoPage:
    @pytest.mark.parametrize("path", ["/recipes/nothing", "/recipes/nothing/about", "/recipes/Mall"])
    def test_no_such_recipe(self, client: TestClient, path: str) -> None:
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 404
        assert "There is no such recipe" in text_of(answer.text)

    def test_an_untrained_one_says_how_to_train_it(self, client: TestClient, with_own_recipes: Path) -> None:
        untrained = with_own_recipes / "data" / "recipes" / "outlet.toml"
        text = (with_own_recipes / "data" / "recipes" / "tempo.toml").read_text(encoding="utf-8")
        untrained.write_text(text.replace('name = "tempo"', 'name = "outlet"'), encoding="utf-8")
        answer = client.get("/recipes/outlet", headers=HTML)
        untrained.unlink()
        assert answer.status_code == 503
        assert "python train_model.py --recipe outlet" in text_of(answer.text)
        assert 'href="/models?recipe=outlet"' in answer.text
        assert "setup.sh" not in answer.text
