"""Columns of customers whose groups are known."""

from __future__ import annotations

import numpy as np

from app.models.encoding.fitting import Column
from app.models.search.drafts import DraftColumn

CENTRES = np.array([[0.0, 0.0], [9.0, 0.0], [4.5, 8.0]])
Columns = dict[str, Column]


def noise(rows: int, count: int, seed: int = 1) -> Columns:
    drawn = np.random.default_rng(seed).standard_normal((rows, count))
    return {f"noise{place}": column for place, column in enumerate(drawn.T, start=1)}


def groups(rows: int, seed: int = 2) -> Columns:
    """Three groups in two columns, about nine standard deviations apart."""
    rng = np.random.default_rng(seed)
    drawn = CENTRES[np.arange(rows) % 3] + rng.standard_normal((rows, 2))
    return {"spend": drawn[:, 0], "visits": drawn[:, 1]}


def skewed(rows: int) -> Columns:
    """The same three groups, as the logarithms of what is measured."""
    return {name: 100.0 * np.exp(0.35 * np.asarray(column)) for name, column in groups(rows).items()}


def words(rows: int, seed: int = 3) -> list[str]:
    places = np.random.default_rng(seed).integers(0, 3, rows)
    return [("north", "south", "west")[place] for place in places]


def as_they_are(columns: Columns) -> tuple[DraftColumn, ...]:
    return tuple(
        DraftColumn(name, is_number=False, weight=0.5)
        if isinstance(cells, list)
        else DraftColumn(name, is_number=True)
        for name, cells in columns.items()
    )
