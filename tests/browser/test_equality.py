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
    return customers.map((values) => {
        const { order, distances, sure, outside } = model.place(values);
        return {
            segment: model.segments[order[0]].segment_id,
            order: order.map((j) => model.segments[j].segment_id),
            distances: order.map((j) => distances[j]),
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


def ask_server(address: str, names: list[str], points: list[list[float]]) -> list[dict[str, Any]]:
    with httpx.Client() as client:
        return [
            client.post(address, json=dict(zip(names, point, strict=True))).raise_for_status().json()
            for point in points
        ]


def check_all(page: Page, address: str, names: list[str], points: list[list[float]]) -> int:
    """Compare the open page with the server's answers; return of how many the page told how sure."""
    script = page.locator('script[type="module"]').get_attribute("src") or ""
    found = page.evaluate(PLACE_ALL, [script.replace("app.js", "lib/customer.js"), points])
    sure = 0
    for point, here, there in zip(points, found, ask_server(address, names, points), strict=True):
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
    names = ["annual_income", "spending_score"]
    sure = check_all(page, f"{base_url}/api/v1/predict", names, [list(point) for point in points])
    assert sure == len(points) > 900


@pytest.mark.parametrize("name", OWN)
def test_every_recipe_s_page_says_what_the_server_says(page: Page, own_url: str, name: str) -> None:
    page.goto(f"{own_url}/recipes/{name}")
    points = customers_of(name)
    names = list(COLUMNS)[: OWN[name][0]]
    sure = check_all(page, f"{own_url}/api/v1/recipes/{name}/predict", names, points)
    assert sure == (0 if name == "wholesale" else len(points))  # its refits would outweigh the page
