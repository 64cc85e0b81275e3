"""Tables with a known number of groups, 1 to 8, in families that are hard in different ways.

A family of tables with groups is a function of a random generator, the number of groups and the number of
rows; it returns rows (n, d) in own units. Separations are between the two nearest centres, in standard
deviations of a group along its shortest axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.planted_tables import Floats, structureless_families

GroupedFamily = Callable[[np.random.Generator, int, int], Floats]
ROWS = (200, 300, 400, 600)
MOST_GROUPS = 8


@dataclass(frozen=True)
class Table:
    """A table whose number of groups is known: its family, the number of groups and its rows (n, d)."""

    family: str
    groups: int
    rows: Floats


def designs() -> list[tuple[str, int]]:
    """Return the family and the number of groups of each table of a seed: 2 to 8 in each family, and 1."""
    grouped = [(family, k) for k in range(2, MOST_GROUPS + 1) for family in grouped_families()]
    return grouped + [(family, 1) for family in structureless_families()]


def draw_table(place: int, seed: int) -> Table:
    """Draw the table of the design at a place."""
    name, k = designs()[place]
    rng = np.random.default_rng([seed, place])
    n = int(rng.choice(ROWS))
    if k == 1:
        return Table(name, k, structureless_families()[name](rng, n))
    return Table(name, k, grouped_families()[name](rng, k, n))


def grouped_families() -> dict[str, GroupedFamily]:
    """Return the families of tables with groups, by name."""
    return {
        "separated": lambda rng, k, n: _clouds(rng, k, n, gap=(6.0, 9.0)),
        "overlapping": lambda rng, k, n: _clouds(rng, k, n, gap=(4.0, 5.0)),
        "unequal sizes": _unequal,
        "skewed": _skewed,
        "elongated": _elongated,
        "noise columns": _with_noise_columns,
        "outliers": _with_outliers,
    }


def _clouds(rng: np.random.Generator, k: int, n: int, gap: tuple[float, float]) -> Floats:
    """Draw round Gaussian groups of equal sizes and spreads."""
    centres = _centres(rng, k, gap)
    rows: Floats = np.repeat(centres, n // k, axis=0)
    return _blurred(rng, rows)


def _unequal(rng: np.random.Generator, k: int, n: int) -> Floats:
    """Draw groups of which the largest is ten times the smallest, which has at least twelve rows."""
    sizes = np.geomspace(1.0, 10.0, k)
    rows = np.repeat(_centres(rng, k, (6.0, 8.0)), _whole(n * sizes / sizes.sum()), axis=0)
    return _blurred(rng, rows)


def _skewed(rng: np.random.Generator, k: int, n: int) -> Floats:
    """Draw groups whose rows trail off to one side: standardised lognormal noise (skewness 1.3 to 2.3)."""
    rows = np.repeat(_centres(rng, k, (6.0, 8.0)), n // k, axis=0)
    s = rng.uniform(0.4, 0.6)
    noise = np.exp(s * rng.standard_normal(rows.shape))
    skewed: Floats = rows + (noise - np.exp(s * s / 2)) / np.sqrt(np.expm1(s * s) * np.exp(s * s))
    return skewed


def _elongated(rng: np.random.Generator, k: int, n: int) -> Floats:
    """Draw groups that are all stretched two to three times along one direction that is no axis."""
    rows = _clouds(rng, k, n, gap=(6.0, 8.0))
    direction = np.asarray(rng.standard_normal(rows.shape[1]))
    direction = np.divide(direction, np.linalg.norm(direction))
    stretched: Floats = rows + (rng.uniform(2.0, 3.0) - 1.0) * np.outer(rows @ direction, direction)
    return stretched


def _with_noise_columns(rng: np.random.Generator, k: int, n: int) -> Floats:
    """Add one to three columns that say nothing about the groups."""
    rows = _clouds(rng, k, n, gap=(6.0, 9.0))
    return np.hstack([rows, rng.standard_normal((len(rows), int(rng.integers(1, 4))))])


def _with_outliers(rng: np.random.Generator, k: int, n: int) -> Floats:
    """Add one to three rows in a hundred, scattered evenly over twice the extent of the table."""
    rows = _clouds(rng, k, n, gap=(6.0, 9.0))
    middle, half = (rows.max(axis=0) + rows.min(axis=0)) / 2, np.ptp(rows, axis=0)
    stray = rng.uniform(middle - half, middle + half, (int(n * rng.uniform(0.01, 0.03)), rows.shape[1]))
    return np.vstack([rows, stray])


def _blurred(rng: np.random.Generator, rows: Floats) -> Floats:
    """Add to each row a Gaussian error of one standard deviation in each column."""
    blurred: Floats = rows + rng.standard_normal(rows.shape)
    return blurred


def _centres(rng: np.random.Generator, k: int, gap: tuple[float, float]) -> Floats:
    """Draw k centres in 2 to 5 dimensions, the nearest two `gap` apart, none more than twice as lonely."""
    d = int(rng.integers(2, 6))
    while True:
        centres = rng.uniform(-1.0, 1.0, (k, d))
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        nearest = (apart + np.diag(np.full(k, np.inf))).min(axis=1)
        if nearest.max() < 2.0 * nearest.min():
            return np.asarray(centres * rng.uniform(*gap) / nearest.min())


def _whole(sizes: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.maximum(12, np.round(sizes)).astype(np.int64)
