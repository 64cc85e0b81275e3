"""How often the recommended number of segments is right, beside each criterion alone.

Run from the top of the repository: ``python -m benchmarks.segment_count --seeds 11 12 13``. A seed draws one
table of each of 73 designs. The rule was chosen on tables of seed 1; figures to report come from other seeds.
Right means the number of groups that the table was drawn with, 1 where it has none; the recommendation
counts as 1 unless its verdict is "separate groups". Every criterion sees the same sample with the same strays
set aside, so what differs is the rule alone; the elbow is the one that the kneed package finds. Elbow,
silhouette, Calinski-Harabasz, Davies-Bouldin and stability cannot answer 1: the tables with groups are
therefore also counted by themselves.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
from kneed import KneeLocator

from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling
from app.models.segment_count.criteria import CRITERIA, Measures
from app.models.segment_count.recommend import recommend
from benchmarks.segment_count_tables import designs, draw_table
from benchmarks.verdict_calibration import wilson

OURS = "recommended"
COLUMNS = (OURS, *CRITERIA)
WITH_GROUPS, WITHOUT, ALL = "**all with groups**", "**all without groups**", "**all**"


@dataclass(frozen=True)
class Outcome:
    """What was said of one table: by the recommendation, and by each criterion alone."""

    seed: int
    family: str
    groups: int
    rows: int
    columns: int
    verdict: str
    p_value: float | None
    seconds: float
    said: dict[str, int | None]

    def is_right(self, who: str) -> bool:
        """Answer whether the number is the one that the table was drawn with."""
        return self.said[who] == self.groups


def main() -> None:
    """Draw the tables, ask for a number and print how often it was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--json", action="store_true", help="print every outcome instead of the rates")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--time", action="store_true", help="only time one table of 2,000 rows and 4 columns")
    given = parser.parse_args()
    if given.time:
        print(cost())
        return
    cases = [(place, seed) for seed in given.seeds for place in range(len(designs()))]
    outcomes = []
    with ProcessPoolExecutor(given.processes) as pool:
        for outcome in pool.map(judge_table, *zip(*cases, strict=True)):
            outcomes.append(outcome)
            print(f"{len(outcomes)} of {len(cases)}: {_line(outcome)}", file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        print("\n".join(report(outcomes)))


def judge_table(place: int, seed: int) -> Outcome:
    """Draw one table of a seed and ask for its number of segments."""
    table = draw_table(place, seed)
    z = fit_scaling(table.rows).apply(table.rows)
    start = time.perf_counter()
    found = recommend(z, seed=0)
    seconds = time.perf_counter() - start
    n, d = z.shape
    said = {OURS: found.groups, **found.criteria.answers, "elbow": kneed_elbow(found.criteria.measures)}
    return Outcome(seed, table.family, table.groups, n, d, found.code, found.p_value, seconds, said)


def kneed_elbow(measures: tuple[Measures, ...]) -> int | None:
    """Return the elbow that the kneed package finds, with its own sensitivity of 1."""
    with warnings.catch_warnings():
        # no elbow is an answer too
        warnings.simplefilter("ignore", UserWarning)
        numbers, inertia = [m.segments for m in measures], [m.inertia for m in measures]
        knee = KneeLocator(numbers, inertia, curve="convex", direction="decreasing").knee
    return None if knee is None else int(knee)


def cost() -> str:
    """Return how many times as long a recommendation takes as one fit, for groups and for one cloud."""
    rng = np.random.default_rng(0)
    cloud = rng.standard_normal((2_000, 4))
    parts = []
    for name, rows in (
        ("groups", np.repeat(rng.uniform(-10, 10, (4, 4)), 500, axis=0) + cloud),
        ("cloud", cloud),
    ):
        z = fit_scaling(rows).apply(rows)
        fit = _seconds(lambda z: fit_kmeans(z, 4, seed=0), z, times=9)
        whole = _seconds(lambda z: recommend(z, seed=0), z, times=3)
        parts.append(f"{name}: {whole:.1f} s, {whole / fit:.0f} times one KMeans(n_init=10) of {fit:.3f} s")
    return "; ".join(parts)


def _seconds(work: Callable[[Floats], object], z: Floats, times: int) -> float:
    """Return the least processor time of several, which other programs disturb least; all is one thread."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work(z)
        found.append(time.process_time() - start)
    return min(found)


def report(outcomes: Iterable[Outcome]) -> list[str]:
    """Return shares of right answers as lines of a Markdown table, by family, and what they add up to."""
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        whole = WITHOUT if outcome.groups == 1 else WITH_GROUPS
        for row in {outcome.family if outcome.groups > 1 else whole, whole, ALL}:
            rows.setdefault(row, []).append(outcome)
    heads = [name.replace("_", "-") for name in COLUMNS]
    lines = [f"| tables | {' | '.join(heads)} |", f"|---|{'---|' * len(COLUMNS)}"]
    wholes = [whole for whole in (WITH_GROUPS, WITHOUT, ALL) if whole in rows]
    for row in [*(family for family in rows if family not in wholes), *wholes]:
        shares = [sum(o.is_right(who) for o in rows[row]) / len(rows[row]) for who in COLUMNS]
        lines.append(f"| {row} ({len(rows[row])}) | {' | '.join(f'{share:.0%}' for share in shares)} |")
    for row in wholes:
        right = sum(o.is_right(OURS) for o in rows[row])
        low, high = wilson(right, len(rows[row]))
        lines.append(f"{row}: recommended right {right} of {len(rows[row])}, {low:.1%} to {high:.1%}")
    return lines


def _line(outcome: Outcome) -> str:
    p = "none" if outcome.p_value is None else f"{outcome.p_value:.2f}"
    said = " ".join(f"{name} {answer}" for name, answer in outcome.said.items())
    return f"{outcome.family}, {outcome.groups} groups: {outcome.verdict}, p {p}, {said}"


if __name__ == "__main__":
    main()
