"""Write a table of 1,000 made-up shoppers in ten columns: a continuum with whales and gaps, no groups.

Age, income, gender, region and how somebody shops hang together the way they do in a shop: income rises
with age until fifty, orders grow with income, those who order often ordered lately. Nothing draws a border
between kinds of customers, so a service that finds separate groups here finds what is not there. Run it
from the top of the repository: ``python -m data.generators.lifestyle [PATH]``.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from data.generators.table_file import run, write_table

SEED = 42  # with this draw the interquartile rule sets 24 rows apart
ROWS = 1_000
HEADER = (
    "Customer ID,Age,Gender,Annual Income ($),Spending Score (1-100),Region,"
    "Purchase Frequency (orders per year),Average Order Value ($),Recency (days),Total Spend ($ per year)"
)
DEFAULT_PATH = Path(__file__).resolve().parents[1] / "raw" / "lifestyle_customers.csv"

# Name, share, and how much more (in dollars a year) people there earn than elsewhere.
REGIONS = (("North", 0.31, 3_000), ("South", 0.27, -4_000), ("East", 0.24, 1_500), ("West", 0.18, 0))
WOMEN = 0.53
WHALES = 0.012  # customers who order several times as much as anybody like them
NO_GENDER, NO_INCOME, NO_ORDER_VALUE = 0.02, 0.04, 0.03  # shares of empty cells


@dataclass(frozen=True)
class Shopper:
    """One customer: years, dollars, a score from 1 to 100, orders a year, days. None is an empty cell."""

    age: int
    gender: str | None
    income: int | None
    score: int
    region: str
    frequency: int
    order_value: int | None
    recency: int
    total_spend: int | None


def total_spend(frequency: int | None, order_value: int | None) -> int | None:
    """Return what a customer spends in a year, in dollars: orders times value, None if one is unknown."""
    return None if frequency is None or order_value is None else frequency * order_value


def generate() -> str:
    """Return the whole table as CSV text: a header, 1,000 rows, LF line ends.

    Only `Random.random` is drawn from, and only added, multiplied and rounded, so the text is the same
    bytes on every release and machine.
    """
    random = Random(SEED)  # noqa: S311  made-up customers, not secrets
    lines = [HEADER]
    for number in range(1, ROWS + 1):
        cells = ("" if cell is None else str(cell) for cell in astuple(_shopper(random)))
        lines.append(f"{number},{','.join(cells)}")
    return "\n".join(lines) + "\n"


def write(path: Path, *, replace: bool = False) -> bool:
    """Write the table to `path` unless a file is there; return whether it was written: see `write_table`."""
    return write_table(path, generate(), replace=replace)


def _shopper(random: Random) -> Shopper:
    bell = _bell(random)
    age = _within(18, 75, lambda: 43 + 13.5 * bell())
    is_woman = random.random() < WOMEN
    region, _, premium = REGIONS[_place(random)]
    # incomes rise until fifty; what is left over is luck and training
    career = 60_000 - 22 * (age - 50) ** 2 + premium
    income = _within(18_000, 120_000, lambda: career + 15_000 * bell())
    keenness = bell()
    frequency = _within(2, 36, lambda: 17 + (1.2 if is_woman else -1.2) + 3.2 * keenness + 2.6 * bell())
    order_value = _within(40, 640, lambda: 300 + (income - 55_000) / 250 + 50 * bell())
    recency = _within(1, 120, lambda: 50 - 1.4 * (frequency - 17) + 14 * bell())
    wish = 52 + 11 * keenness - 0.35 * (age - 43) + (order_value - 300) / 15
    score = _within(1, 100, lambda: wish + 12 * bell())
    if random.random() < WHALES:
        order_value *= 3 + int(3 * random.random())
    known_value = None if random.random() < NO_ORDER_VALUE else order_value
    return Shopper(
        age=age,
        gender=None if random.random() < NO_GENDER else "Female" if is_woman else "Male",
        income=None if random.random() < NO_INCOME else round(income, -2),
        score=score,
        region=region,
        frequency=frequency,
        order_value=known_value,
        recency=recency,
        total_spend=total_spend(frequency, known_value),
    )


def _bell(random: Random) -> Callable[[], float]:
    """Draw numbers of mean 0 and variance 1 that look Gaussian: the sum of three uniform ones.

    Logarithms and cosines differ in their last bit between machines; additions do not. And beyond three
    standard deviations nobody lies but the whales.
    """

    def draw() -> float:
        # three uniform numbers have a mean of 3/2 and a variance of 3/12
        return 2 * (random.random() + random.random() + random.random() - 1.5)

    return draw


def _within(low: int, high: int, draw: Callable[[], float]) -> int:
    """Draw until the whole number lies within the bounds, so that nobody piles up at one."""
    while True:
        number = round(draw())
        if low <= number <= high:
            return number


def _place(random: Random) -> int:
    shares = list(accumulate(share for _, share, _ in REGIONS))
    return min(bisect(shares, random.random()), len(REGIONS) - 1)


if __name__ == "__main__":
    run(generate, DEFAULT_PATH)
