"""The page evaluates the model itself: it must say exactly what the server says."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

PLACE_ALL = """async ([module, customers]) => {
    const { model } = await import(module);
    return customers.map((values) => {
        const { order, distances, share, label, outside } = model.place(values);
        return {
            segment: model.segments[order[0]].segment_id,
            order: order.map((j) => model.segments[j].segment_id),
            distances: order.map((j) => distances[j]),
            share,
            label: label.toLowerCase(),
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


def ask_server(base_url: str, points: list[tuple[float, float]]) -> list[dict[str, Any]]:
    with httpx.Client(base_url=base_url) as client:
        return [
            client.post("/api/v1/predict", json={"annual_income": x, "spending_score": y})
            .raise_for_status()
            .json()
            for x, y in points
        ]


def test_the_page_says_what_the_server_says(page: Page, base_url: str, trained_once: Path) -> None:
    points = customers(trained_once / "data" / "raw" / "mall_customers.csv")
    page.goto("/")
    script = page.locator('script[type="module"]').get_attribute("src") or ""
    found = page.evaluate(PLACE_ALL, [script.replace("app.js", "lib/customer.js"), [list(p) for p in points]])
    assert len(found) == len(points) > 900
    for point, here, there in zip(points, found, ask_server(base_url, points), strict=True):
        assert here["segment"] == there["segment_id"], point
        assert here["order"] == [d["segment_id"] for d in there["distances"]], point
        assert abs(here["share"] - there["confidence"]["value"]) <= 1e-12, point
        assert here["label"] == there["confidence"]["label"], point
        assert here["outside"] == there["outside_training_range"], point
        pairs = zip(here["distances"], there["distances"], strict=True)
        assert all(abs(own - other["distance"]) <= 1e-9 for own, other in pairs), point
