"""Recipes of a user's own, of one to twelve features, and tables with groups for them."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from app.core.config import Settings
from app.services.training_service import TrainingService

# feature: label, unit, lowest and highest value, decimals
COLUMNS = {
    "recency": ("Recency", "days", 0, 400, 0),
    "visits": ("Visits", "a year", 0, 120, 0),
    "basket": ("Basket value", "€", 0, 500, 1),
    "returns": ("Returned goods", "%", 0, 100, 1),
    "discount": ("Discount share", "%", 0, 100, 1),
    "distance": ("Distance to the shop", "km", 0, 200, 1),
    "tenure": ("Years as a customer", "years", 0, 40, 1),
    "items": ("Items a basket", "", 0, 60, 0),
    "brands": ("Brands bought", "", 0, 80, 0),
    "evening": ("Evening purchases", "%", 0, 100, 1),
    "online": ("Online purchases", "%", 0, 100, 1),
    "gifts": ("Gift vouchers", "a year", 0, 30, 0),
}
# recipe: number of features, number of segments
OWN = {"tempo": (1, 3), "loyalty": (3, 4), "bakery": (4, 5), "wholesale": (12, 6)}
ROWS, NULL_DRAWS, REFITS = 240, 9, 50


def write_own(folder: Path, name: str) -> Path:
    """Write the recipe called `name` below `folder`/recipes and its table below `folder`/raw; return that."""
    features, segments = OWN[name]
    recipe, table = folder / "recipes" / f"{name}.toml", folder / "raw" / f"{name}.csv"
    for path in (recipe, table):
        path.parent.mkdir(parents=True, exist_ok=True)
    chosen = list(COLUMNS)[:features]
    recipe.write_text(_toml(name, chosen, segments), encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", *(COLUMNS[column][0] for column in chosen)])
        rows.writerows([f"c{n}", *values] for n, values in enumerate(_customers(name, chosen, segments)))
    return table


def train_own(settings: Settings, name: str) -> None:
    """Write a recipe and its table into the settings' folders, and train it."""
    write_own(settings.data_dir, name)
    TrainingService(settings, NULL_DRAWS, REFITS).train(name)


def _toml(name: str, columns: list[str], segments: int) -> str:
    lines = [
        f'name = "{name}"',
        f'title = "{name.capitalize()} customers"',
        f'noun = "{name} customer"',
        f"segments = {segments}",
        f'raw_file = "{name}.csv"',
        '[id]\ncolumn = "customer"',
    ]
    for column in columns:
        label, unit, low, high, decimals = COLUMNS[column]
        lines += [
            f'[[features]]\nname = "{column}"\nlabel = "{label}"\ncolumn = "{label}"\nunit = "{unit}"',
            f'low_word = "low {label.lower()}"\nhigh_word = "high {label.lower()}"',
            f"minimum = {low}\nmaximum = {high}\ndecimals = {decimals}",
        ]
    return "\n".join(lines) + "\n"


def _customers(name: str, columns: list[str], segments: int) -> list[list[float]]:
    chance = random.Random(name)
    spans = [COLUMNS[column] for column in columns]
    # each group has its own level of each feature, so that one feature alone may divide them
    levels = [[(place * (2 * f + 1) + f) % segments for f in range(len(spans))] for place in range(segments)]
    return [
        [
            round(_value(chance, low, high, level / segments), decimals)
            for (_, _, low, high, decimals), level in zip(spans, levels[n % segments], strict=True)
        ]
        for n in range(ROWS)
    ]


def _value(chance: random.Random, low: float, high: float, level: float) -> float:
    middle = low + (high - low) * (0.12 + 0.7 * level)
    return min(max(chance.gauss(middle, (high - low) * 0.045), low), high)
