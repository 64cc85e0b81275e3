"""From a messy file to segments that live on: the whole way over the API, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.api.problems import problem_of
from tests.working import working

NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"


@pytest.fixture
def settings(settings: Settings, url: str) -> Settings:
    """Settings over this test's own database: on SQLite, then on PostgreSQL."""
    return settings.model_copy(update={"database_url": SecretStr(url)})


@pytest.fixture
def client(empty_client: TestClient, settings: Settings) -> Iterator[TestClient]:
    with working(settings):
        yield empty_client


def table(seed: int, shift: float = 0.0) -> str:
    """Return three groups of customers as a German shop would export them."""
    rng = random.Random(seed)
    lines = ["Kunden-Nr;Umsatz (€);Bestellungen;Retouren %;Region;Geschlecht"]
    for number in range(240):
        spend, orders, returned = ((400, 4, 30), (1500, 12, 5), (4000, 30, 15))[number % 3]
        cells = (rng.gauss(spend + shift, spend / 12), rng.gauss(orders, 1.0), rng.gauss(returned, 2.0))
        euros, times, share = (max(0.1, cell) for cell in cells)
        german = f"{euros:,.2f}".translate(str.maketrans(",.", ".,"))
        region = ("Nord", "Süd", "West")[rng.randrange(3)]
        percent = f"{share:.1f}".replace(".", ",")
        lines.append(f"{number:05d};{german} €;{times:.0f};{percent};{region};{'mw'[number % 2]}")
    return "\n".join(lines) + "\n"


def bring(client: TestClient, content: str, **fields: str) -> dict[str, Any]:
    answer = client.post("/api/v1/datasets", files={"file": ("kunden.csv", content)}, data=fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def make(client: TestClient, dataset: dict[str, Any], **changed: Any) -> dict[str, Any]:
    suggestion = client.get(f"/api/v1/datasets/{dataset['id']}/recipe").json()
    features = [{"column": f["column"]} for f in suggestion["features"] if f["use"] and f["kind"] == "number"]
    wish = {"name": "shop", "title": "Shop", "dataset_id": dataset["id"], "segments": 3, "features": features}
    answer = client.post("/api/v1/recipes", json=wish | changed)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/recipes/{found['name']}"
    return found


def train(client: TestClient, dataset: dict[str, Any], **changed: Any) -> dict[str, Any]:
    asked = {"recipe": "shop", "dataset_id": dataset["id"]} | changed
    job = client.post("/api/v1/trainings", json=asked).json()
    for _ in range(3_000):
        job = client.get(f"/api/v1/trainings/{job['id']}").json()
        if job["status"] in ("completed", "failed"):
            break
    assert job["status"] == "completed", job["failure"]
    result: dict[str, Any] = job["result"]
    return result


def customer(kind: int) -> dict[str, float]:
    spend, orders, returned = ((400, 4, 30), (1500, 12, 5), (4000, 30, 15))[kind]
    return {"umsatz": spend, "bestellungen": orders, "retouren": returned}


def test_from_a_file_to_segments_that_live_on(client: TestClient) -> None:
    first = bring(client, table(1))
    suggestion = client.get(f"/api/v1/datasets/{first['id']}/recipe").json()
    used = {f["column"]: f["use"] for f in suggestion["features"]}
    assert (
        used
        == {
            "Kunden-Nr": False,
            "Umsatz (€)": True,
            "Bestellungen": False,  # it nearly repeats the first
            "Retouren %": True,
            "Region": True,
            "Geschlecht": False,
        }
        or used["Geschlecht"] is False
    )
    features = [{"column": name} for name in ("Umsatz (€)", "Bestellungen", "Retouren %")]
    recipe = make(client, first, features=features)
    assert [feature["name"] for feature in recipe["features"]] == ["umsatz", "bestellungen", "retouren"]
    result = train(client, first)
    assert (result["model_version"], result["k"], result["data"]["rows"]) == ("shop/1", 3, 240)
    placed = [client.post("/api/v1/recipes/shop/predict", json=customer(kind)).json() for kind in range(3)]
    assert len({answer["segment_id"] for answer in placed}) == 3
    assert len({answer["name"] for answer in placed}) == 3
    best = placed[2]["segment_id"]
    address = f"/api/v1/recipes/shop/segments/{best}"
    assert client.patch(address, json={"name": "Unsere Besten"}).status_code == 200
    # newer data: the best spend more, and keep their id and their name
    second = bring(client, table(2, shift=60.0), replaces=first["id"])
    assert train(client, second)["model_version"] == "shop/2"
    again = client.post("/api/v1/recipes/shop/predict", json=customer(2)).json()
    assert (again["segment_id"], again["name"], again["model_version"]) == (best, "Unsere Besten", "shop/2")
    moves = client.get("/api/v1/recipes/shop/versions/2/moves").json()
    assert moves["customers"] == 240
    back = client.post("/api/v1/recipes/shop/versions/rollback")
    assert back.status_code == 200, back.text
    assert client.get("/api/v1/recipes/shop/model/info").json()["model_version"] == "shop/1"


class TestRecipe:
    def test_categories_and_sensitive_columns_by_decision(self, client: TestClient) -> None:
        dataset = bring(client, table(3))
        features = [
            {"column": "Umsatz (€)", "transform": "log1p", "weight": 2.0},
            {"column": "Region"},
            {"column": "Geschlecht"},
        ]
        recipe = make(client, dataset, features=features)
        assert [feature["name"] for feature in recipe["features"]] == ["umsatz", "region", "geschlecht"]
        train(client, dataset)
        body = {"umsatz": 4000, "region": "Süd", "geschlecht": "w"}
        answer = client.post("/api/v1/recipes/shop/predict", json=body)
        assert answer.status_code == 200, answer.text
        explained = client.post("/api/v1/recipes/shop/explain", json=body).json()
        assert {reason["feature"] for reason in explained["reasons"]} == {"umsatz", "region", "geschlecht"}

    def test_deleted_it_is_gone_and_its_name_is_free(self, client: TestClient) -> None:
        dataset = bring(client, table(3))
        make(client, dataset)
        problem_of(client.post("/api/v1/recipes", json=wish(dataset)), 409, "recipe_exists")
        assert client.delete("/api/v1/recipes/shop").status_code == 204
        problem_of(client.get("/api/v1/recipes/shop"), 404, "recipe_not_found")
        problem_of(client.delete("/api/v1/recipes/shop"), 404, "recipe_not_found")
        make(client, dataset)

    @pytest.mark.parametrize("name", ["mall", "lifestyle"])
    def test_shipped_ones_stay(self, client: TestClient, name: str) -> None:
        problem_of(client.delete(f"/api/v1/recipes/{name}"), 409, "recipe_shipped")

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"name": "Shop"}, "/name"),
            ({"features": []}, "/features"),
            ({"segments": 9}, "/segments"),
            ({"least_size": 1}, "/least_size"),
            ({"exceptional": 1}, "/exceptional"),
            ({"exceptional_share": 0.03}, "/exceptional_share"),
            ({"features": [{"column": "Umsatz (€)", "weight": 0}]}, "/features/0/weight"),
            ({"features": [{"column": "Umsatz (€)", "transform": "sqrt"}]}, "/features/0/transform"),
            ({"features": [{"column": "none"}]}, "/features/0/column"),
            ({"features": [{"column": "Kunden-Nr"}]}, "/features/0/column"),
            ({"features": [{"column": "Retouren %"}] * 2}, "/features/1/column"),
        ],
    )
    def test_what_cannot_be(self, client: TestClient, changed: dict[str, Any], pointer: str) -> None:
        dataset = bring(client, table(3))
        answer = client.post("/api/v1/recipes", json=wish(dataset) | changed)
        problem = problem_of(answer, 422, "input_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
        listed = [recipe["name"] for recipe in client.get("/api/v1/recipes").json()["recipes"]]
        assert listed == ["lifestyle", "mall"]

    def test_no_such_table(self, client: TestClient) -> None:
        problem_of(client.post("/api/v1/recipes", json=wish({"id": NOBODY})), 404, "dataset_not_found")
        problem_of(client.get(f"/api/v1/datasets/{NOBODY}/recipe"), 404, "dataset_not_found")
        asked = {"recipe": "mall", "dataset_id": NOBODY}
        problem_of(client.post("/api/v1/trainings", json=asked), 404, "dataset_not_found")


class TestWhales:
    """A table where a few customers are unlike all others: they are kept apart, and nobody is lost."""

    def test_they_are_suggested_set_apart_and_found_again(self, client: TestClient) -> None:
        dataset = bring(client, with_whales())
        suggestion = client.get(f"/api/v1/datasets/{dataset['id']}/recipe").json()["exceptional"]
        assert (suggestion["use"], suggestion["share"]) == (True, 0.017)
        told = "4 of the 240 customers lie far from all others, most of all by Umsatz (€)"
        assert suggestion["reason"] == told
        recipe = make(client, dataset)
        assert recipe["exceptional"] == {"name": "Exceptional", "share": 0.017}
        result = train(client, dataset)
        assert result["exceptional"]["size"] == 4
        assert sum(segment["size"] for segment in result["segments"]) == 236
        assert result["k"] == 3
        whale = client.post("/api/v1/recipes/shop/predict", json=customer(1) | {"umsatz": 400_000}).json()
        assert (whale["name"], whale["exceptional"]) == ("Exceptional", True)
        # trained again, the segment is the same
        again = train(client, dataset, seed=7)
        assert again["exceptional"]["segment_id"] == result["exceptional"]["segment_id"]

    def test_left_among_the_others_too_small_a_segment_is_merged(self, client: TestClient) -> None:
        dataset = bring(client, with_whales())
        recipe = make(client, dataset, exceptional=False, least_size=10, segments=4)
        assert (recipe["exceptional"], recipe["least_size"]) == (None, 10)
        result = train(client, dataset)
        merged = result["merged"]
        assert (merged["segments"], merged["least_size"]) == (4, 10)
        assert merged["inertia"] == result["metrics"]["inertia"]
        assert merged["text"].startswith(f"{result['k']} segments serve instead of 4: ")
        assert min(segment["size"] for segment in result["segments"]) >= 10
        assert sum(segment["size"] for segment in result["segments"]) == 240
        assert client.get("/api/v1/recipes/shop/model/info").json()["merged"] == merged
        assert client.get("/api/v1/recipes/shop/versions/1").json()["model"]["merged"] == merged
        (listed,) = client.get("/api/v1/recipes/shop/versions").json()["versions"]
        assert listed["card"]["merged"] == merged
        for page in ("/models?recipe=shop", "/recipes/shop/about"):
            assert merged["text"] in client.get(page).text, page


def with_whales() -> str:
    """Return the table with four customers who spend a thousand times what is usual."""
    header, *lines = table(4).splitlines()
    for place in range(4):
        number, _, rest = lines[place].split(";", 2)
        lines[place] = f"{number};{1_900_000 + 70_000 * place:,}".replace(",", ".") + f",00 €;{rest}"
    return "\n".join([header, *lines]) + "\n"


def wish(dataset: dict[str, Any]) -> dict[str, Any]:
    features = [{"column": "Umsatz (€)"}]
    return {"name": "shop", "title": "Shop", "dataset_id": dataset["id"], "features": features}
