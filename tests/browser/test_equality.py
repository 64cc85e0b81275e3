"""The page evaluates the model itself: it must say exactly what the server says."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.own_recipes import COLUMNS, OWN

PLACE_ALL = """async ([module, customers]) => {
    const { model } = await import(module);
    const { shareNearer } = await import(module.replace("customer", "reach"));
    return customers.map((customer) => {
        const values = model.complete(model.fromAnswer(customer));
        const placement = model.place(values);
        const { order, segment, distances, sure, outside } = placement;
        return {
            segment: segment.segment_id,
            reasons: model.reasons(values, placement),
            order: order.map((j) => model.segments[j].segment_id),
            distances: order.map((j) => distances[j]),
            farther: shareNearer(placement),
            share: sure && sure.share,
            label: sure && sure.label.toLowerCase(),
            outside: outside.map((feature) => feature.name),
        };
    });
}"""


def customers(table: Path) -> list[tuple[float, float]]:
    """A grid over the map, points far outside, every customer of the training table, and random ones."""
    grid = [(income, score) for income in range(0, 151, 6) for score in range(1, 101, 5)]
    far = [(income, score) for income in (0.0, 151.3, 500.0, 1000.0) for score in (1.0, 33.3, 100.0)]
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    seen = [(float(row[3]), float(row[4])) for row in rows]
    chance = random.Random(7)
    anywhere = [(round(chance.uniform(0, 150), 1), round(chance.uniform(1, 100), 1)) for _ in range(250)]
    return [*grid, *far, *seen, *anywhere]


def customers_of(name: str) -> list[list[float]]:
    """Random customers of a user's own recipe, over the whole bounds and close to each other."""
    chance, columns = random.Random(name), list(COLUMNS.values())[: OWN[name][0]]
    start = [low + 0.4 * (high - low) for _, _, low, high, _ in columns]
    anywhere = [[round(chance.uniform(c[2], c[3]), 2) for c in columns] for _ in range(150)]
    near = [
        [round(x + chance.uniform(-0.1, 0.1) * (c[3] - c[2]), 2) for x, c in zip(start, columns, strict=True)]
        for _ in range(150)
    ]
    return [*anywhere, *near]


def shoppers(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shoppers within and beyond what training saw, some without a value or with a word nobody knows."""
    chance = random.Random(11)
    wide = {"income": 140_000, "avg_order_value": 3_000, "purchase_frequency": 40, "recency": 130}
    drawn = []
    for n in range(120):
        shopper: dict[str, Any] = {}
        for feature in features:
            if "categories" in feature:
                value: float | str = chance.choice([*feature["categories"], "other"])
            else:
                low, high = feature["minimum"], min(feature["maximum"], wide.get(feature["name"], 100))
                value = round(chance.uniform(low, high if n % 4 else 0.6 * high), 2)
            shopper[feature["name"]] = None if chance.random() < 0.1 else value
        drawn.append(shopper)
    return drawn


def ask_server(address: str, customers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with httpx.Client() as client:
        return [client.post(address, json=one).raise_for_status().json() for one in customers]


def place_all(page: Page, customers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    script = page.locator('script[type="module"]').get_attribute("src") or ""
    found: list[dict[str, Any]] = page.evaluate(
        PLACE_ALL, [script.replace("app.js", "lib/customer.js"), customers]
    )
    return found


def check_all(page: Page, address: str, customers: list[dict[str, Any]]) -> int:
    """Compare the open page with the server's answers; return of how many the page told how sure."""
    sure = 0
    answers = zip(customers, place_all(page, customers), ask_server(address, customers), strict=True)
    for point, here, there in answers:
        assert here["segment"] == there["segment_id"], point
        assert here["order"] == [d["segment_id"] for d in there["distances"]], point
        assert here["outside"] == there["outside_training_range"], point
        pairs = zip(here["distances"], there["distances"], strict=True)
        assert all(abs(own - other["distance"]) <= 1e-9 for own, other in pairs), point
        if here["share"] is not None:
            sure += 1
            assert abs(here["share"] - there["confidence"]["value"]) <= 1e-12, point
            assert here["label"] == there["confidence"]["label"], point
    return sure


def test_the_page_says_what_the_server_says(page: Page, base_url: str, trained_once: Path) -> None:
    points = customers(trained_once / "data" / "raw" / "mall_customers.csv")
    page.goto("/")
    asked = [{"annual_income": income, "spending_score": score} for income, score in points]
    sure = check_all(page, f"{base_url}/api/v1/predict", asked)
    assert sure == len(points) > 900


@pytest.mark.parametrize("name", OWN)
def test_every_recipe_s_page_says_what_the_server_says(page: Page, own_url: str, name: str) -> None:
    page.goto(f"{own_url}/recipes/{name}")
    names = list(COLUMNS)[: OWN[name][0]]
    points = [dict(zip(names, values, strict=True)) for values in customers_of(name)]
    sure = check_all(page, f"{own_url}/api/v1/recipes/{name}/predict", points)
    assert sure == (0 if name == "wholesale" else len(points))  # its refits would outweigh the page


@pytest.mark.parametrize("name", ["lifestyle", "everything"])
def test_pages_of_mixed_data_say_what_the_server_says(page: Page, shoppers_url: str, name: str) -> None:
    api = f"{shoppers_url}/api/v1/recipes/{name}"
    page.goto(f"{shoppers_url}/recipes/{name}")
    points = shoppers(httpx.get(api).json()["features"])
    assert check_all(page, f"{api}/predict", points) == len(points)
    seen = set()
    for here, there in zip(place_all(page, points), ask_server(f"{api}/explain", points), strict=True):
        seen.add(here["segment"])
        assert here["segment"] == there["segment_id"]
        told = [reason["contribution"] for reason in there["reasons"]]
        assert here["reasons"] == pytest.approx(told, rel=1e-9, abs=1e-9)
        assert here["farther"] == pytest.approx(there["distance"]["farther_than"], abs=1e-9)
    assert len(seen) == 4  # the exceptional among them
