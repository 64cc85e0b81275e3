"""Write the look-alike of the Mall Customers table: made-up people in the same five groups.

The original may not be redistributed, so the product ships this instead. Means, spreads, ages and the
number of women follow the original's groups; every row is drawn, none is copied. Run it from the top of
the repository: ``python -m data.generators.mall [PATH]``.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import fmean, stdev

from data.generators.table_file import run, write_table

SEED = 24  # with this draw k-means finds the five groups exactly, from 50 of 50 starts
HEADER = "CustomerID,Gender,Age,Annual Income (k$),Spending Score (1-100)"
DEFAULT_PATH = Path(__file__).resolve().parents[1] / "raw" / "mall_customers.csv"


@dataclass(frozen=True)
class Spread:
    """How one column is spread inside one group: whole numbers from `low` to `high`."""

    mean: float
    sd: float
    low: int
    high: int


@dataclass(frozen=True)
class Group:
    """One group of customers: age in years, income in thousand dollars a year, score from 1 to 100."""

    size: int
    women: int
    age: Spread
    income: Spread
    score: Spread


#               mean     sd  low high                      age (years), income (k$), score (1-100)
GROUPS = (
    Group(81, 48, Spread(42.7, 16.4, 18, 70), Spread(55.3, 9.0, 39, 76), Spread(49.5, 6.5, 34, 62)),
    Group(39, 21, Spread(32.7, 3.7, 26, 41), Spread(86.5, 16.3, 69, 137), Spread(82.1, 9.4, 63, 98)),
    Group(35, 16, Spread(41.1, 11.3, 19, 60), Spread(88.2, 16.4, 70, 137), Spread(17.1, 9.9, 1, 39)),
    Group(23, 14, Spread(45.2, 13.2, 19, 68), Spread(26.3, 7.9, 15, 40), Spread(20.9, 13.0, 2, 40)),
    Group(22, 13, Spread(25.3, 5.3, 18, 36), Spread(25.7, 7.6, 15, 39), Spread(79.4, 10.5, 61, 99)),
)


def generate() -> str:
    """Return the whole table as CSV text: a header, 200 rows in the order of income, LF line ends.

    Only `Random.random` is drawn from, the one stream that Python promises never to change, so the text
    is the same bytes on every release and machine.
    """
    random = Random(SEED)  # noqa: S311  made-up customers, not secrets
    people = [person for group in GROUPS for person in _people(group, random)]
    people.sort()
    lines = [HEADER]
    for number, (income, age, score, gender) in enumerate(people, start=1):
        lines.append(f"{number},{gender},{age},{income},{score}")
    return "\n".join(lines) + "\n"


def write(path: Path, *, replace: bool = False) -> bool:
    """Write the table to `path` unless a file is there; return whether it was written: see `write_table`."""
    return write_table(path, generate(), replace=replace)


def _people(group: Group, random: Random) -> list[tuple[int, int, int, str]]:
    ages, incomes, scores = (
        _draw(spread, group.size, random) for spread in (group.age, group.income, group.score)
    )
    genders = ["Female"] * group.women + ["Male"] * (group.size - group.women)
    return list(zip(incomes, ages, scores, genders, strict=True))


def _draw(spread: Spread, size: int, random: Random) -> list[int]:
    """Draw `size` numbers, again and again until their mean and sd are close to what was asked."""
    cumulative = _beta_weights(spread)
    while True:
        drawn = [spread.low + bisect(cumulative, random.random() * cumulative[-1]) for _ in range(size)]
        if abs(fmean(drawn) - spread.mean) < 0.5 and abs(stdev(drawn) / spread.sd - 1) < 0.05:
            return drawn


def _beta_weights(spread: Spread) -> list[float]:
    """Cumulative weights of a beta distribution on the whole numbers from `low` to `high`.

    A beta is bounded and takes any skew, as incomes above 70 k$ and ages from 18 need.
    """
    count = spread.high - spread.low + 1
    mean = (spread.mean - spread.low + 0.5) / count
    certainty = mean * (1 - mean) / (spread.sd / count) ** 2 - 1
    a, b = mean * certainty, (1 - mean) * certainty
    places = [(step + 0.5) / count for step in range(count)]
    return list(accumulate(place ** (a - 1) * (1 - place) ** (b - 1) for place in places))


if __name__ == "__main__":
    run(generate, DEFAULT_PATH)
