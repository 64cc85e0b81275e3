"""How often exceptional customers are suggested where there are none, and found where there are.

Run from the top of the repository: ``python -m benchmarks.exceptional``. Of each shape 40 tables of 400
customers; each column takes the transform that is suggested for it, then the table is judged as a draft is.
The figures stand in ``docs/decisions/0023-mixed-data.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.models.encoding.apart import find_apart
from app.models.encoding.fitting import fit_power, transform_rows
from app.models.encoding.suggestion import suggest_transform

ROWS, TABLES, WHALES = 400, 40, 4

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], list[Floats]]


def main() -> None:
    """Print a line a shape: tables in which somebody is far from all others, least and most of these."""
    print("shape, tables with somebody far of 40, fewest far, most far")
    for name, draw in SHAPES.items():
        far = [count_far(draw(np.random.default_rng(seed))) for seed in range(TABLES)]
        print(f"{name}, {sum(count > 0 for count in far)}, {min(far)}, {max(far)}", flush=True)


def count_far(columns: list[Floats]) -> int:
    """Judge a table, each column as it is suggested to be transformed."""
    moved = []
    for column in columns:
        transform = suggest_transform(column).transform
        power = fit_power(column) if transform == "yeo_johnson" else 1.0
        moved.append(transform_rows(column, transform, power).tolist())
    return len(find_apart(moved).far)


def spenders(times: float, columns: int) -> Draw:
    """Draw a lognormal spend, `WHALES` of them so many times as large, beside even columns."""

    def draw(rng: np.random.Generator) -> list[Floats]:
        spend = rng.lognormal(4.0, 0.5, ROWS)
        spend[:WHALES] *= times
        return [spend, *(rng.normal(50.0, 10.0, ROWS) for _ in range(columns - 1))]

    return draw


def groups(rng: np.random.Generator) -> list[Floats]:
    """Draw two columns with groups at four places each."""
    return [rng.choice([0.0, 5.0, 10.0, 40.0], ROWS) + rng.normal(size=ROWS) for _ in range(2)]


def mostly_nothing(rng: np.random.Generator) -> list[Floats]:
    """Draw a column that is 0 for nine customers in ten and lognormal for the others, beside an even one."""
    return [np.where(rng.random(ROWS) < 0.9, 0.0, rng.lognormal(3.0, 1.0, ROWS)), rng.normal(size=ROWS)]


SHAPES: dict[str, Draw] = {
    "Gaussian × 2": lambda rng: list(rng.normal(size=(2, ROWS))),
    "Gaussian × 8": lambda rng: list(rng.normal(size=(8, ROWS))),
    "uniform × 3": lambda rng: list(rng.uniform(size=(3, ROWS))),
    "lognormal × 3": lambda rng: list(rng.lognormal(4.0, 1.0, (3, ROWS))),
    "exponential × 3": lambda rng: list(rng.exponential(5.0, (3, ROWS))),
    "gamma 0.3 × 3": lambda rng: list(rng.gamma(0.3, 5.0, (3, ROWS))),
    "Pareto 1.5 × 3": lambda rng: list(rng.pareto(1.5, (3, ROWS))),
    "groups × 2": groups,
    "Poisson 1 × 3": lambda rng: list(rng.poisson(1.0, (3, ROWS)).astype(np.float64)),
    "Student 3 × 3": lambda rng: list(rng.standard_t(3.0, (3, ROWS))),
    "mostly 0 × 2": mostly_nothing,
    **{f"spend × {times:g}, {d} columns": spenders(times, d) for times in (5.0, 20.0, 100.0) for d in (2, 5)},
}

if __name__ == "__main__":
    main()
