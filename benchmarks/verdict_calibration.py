"""How often the verdict says what is true, on tables whose truth is known.

Run from the top of the repository: ``python -m benchmarks.verdict_calibration --tables 345 --seed 2``.
Null tables are drawn until the second one reaches what was observed: with 199 draws p ≤ 0.01 exactly if at
most one does, and else 2 / draws is the p-value (Besag and Clifford, 1991), so each verdict is the one that
training would give, but for fewer refits.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from app.models.evidence import (
    NULL_DRAWS,
    NULLS,
    Division,
    divide,
    judge,
    null_divisions,
    resample,
)
from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling
from app.models.model_document import NullTest
from benchmarks.planted_tables import planted_groups, structureless_families

REFITS = 50
CODES = ("separate_groups", "useful_slices", "nothing_to_see")
ROWS = (100, 200, 200, 300, 300, 400, 500, 1000)
GROUPED_ROWS = (150, 200, 300, 400)
CLEAR, GRADED, ONE_TOO_MANY = "clear groups", "groups 4 to 5 sd apart", "clear groups, one segment too many"
GAPS = {CLEAR: (6.0, 9.0), GRADED: (4.0, 5.0), ONE_TOO_MANY: (6.0, 9.0)}
MALL = Path(__file__).resolve().parents[2] / "shared" / "data" / "mall_customers.csv"


@dataclass(frozen=True)
class Case:
    """One table to judge: its kind, family, own seed and place in the run."""

    kind: str
    family: str
    index: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What the verdict said of one table."""

    kind: str
    family: str
    rows: int
    columns: int
    k: int
    verdict: str
    p: dict[str, float]
    weakest: float


def main() -> None:
    """Judge the tables in two processes and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=345, help="without groups; two thirds as many with")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print every outcome instead of the rates")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.processes, initializer=os.nice, initargs=(10,)) as pool:
        outcomes = list(pool.map(_judge_case, _cases(given.tables, given.seed)))
    outcomes += _mall_outcomes()
    if given.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        print("\n".join(report(outcomes)))


def report(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the rates as lines of a Markdown table, families first, then kinds."""
    verdicts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for row in (f"{outcome.kind}: {outcome.family}", f"**all {outcome.kind}**"):
            verdicts.setdefault(row, Counter())[outcome.verdict] += 1
    lines = ["| tables | separate groups | useful slices | nothing to see | 95 % interval of the first |"]
    lines.append("|---|---|---|---|---|")
    for row in sorted(verdicts, key=lambda name: (name.startswith("**"), name)):
        said = verdicts[row]
        low, high = wilson(said["separate_groups"], said.total())
        numbers = " | ".join(str(said[code]) for code in CODES)
        lines.append(f"| {row} ({said.total()}) | {numbers} | {low:.1%} to {high:.1%} |")
    return lines


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    share = hits / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    scale = 1 + z * z / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _cases(tables: int, seed: int) -> list[Case]:
    families = list(structureless_families())
    cases = [Case("structureless", families[i % len(families)], i, seed) for i in range(tables)]
    for kind, number in ((CLEAR, tables // 3), (GRADED, tables // 6), (ONE_TOO_MANY, tables // 6)):
        cases += [Case(kind, str(2 + i % 7), i, seed) for i in range(number)]
    return cases


def _judge_case(case: Case) -> Outcome:
    rng = np.random.default_rng([case.seed, len(case.kind), case.index])
    if case.kind == "structureless":
        rows = structureless_families()[case.family](rng, int(rng.choice(ROWS)))
        k = int(rng.integers(2, 7))
    else:
        groups = int(case.family)
        rows = planted_groups(rng, int(rng.choice(GROUPED_ROWS)), groups, GAPS[case.kind])
        k = groups + (case.kind == ONE_TOO_MANY)
    return _judge_rows(rows, k, case)


def _judge_rows(rows: Floats, k: int, case: Case) -> Outcome:
    z = fit_scaling(rows).apply(rows)
    fit = fit_kmeans(z, k, case.seed)
    observed = divide(z, fit)
    p = {null: _sequential_p(z, k, null, observed, case.seed) for null in NULLS}
    stability = resample(z, fit, case.seed, REFITS)
    null_test = NullTest(
        rows=len(z),
        draws=NULL_DRAWS, observed=observed.silhouette,
        gaussian_mean=0.0, gaussian_max=0.0, gaussian_p=p["gaussian"],
        uniform_mean=0.0, uniform_max=0.0, uniform_p=p["uniform"],
    )  # fmt: skip
    code = judge(null_test, stability.jaccard, "customer").code
    n, d = z.shape
    return Outcome(case.kind, case.family, n, d, k, code, p, float(stability.jaccard.min()))


def _sequential_p(z: Floats, k: int, null: str, observed: Division, seed: int) -> float:
    reached = np.zeros(len(observed), dtype=int)
    for drawn, division in enumerate(islice(null_divisions(z, k, null, seed), NULL_DRAWS), start=1):
        reached += np.greater_equal(division, observed)
        if reached.max() == 2:
            return 2 / drawn
    return float(1 + reached.max()) / (NULL_DRAWS + 1)


def _mall_outcomes() -> list[Outcome]:
    if not MALL.is_file():
        print(f"{MALL.name} is not there: left out", file=sys.stderr)
        return []
    with MALL.open(encoding="utf-8", newline="") as file:
        rows = np.array([[float(cell) for cell in row[3:5]] for row in list(csv.reader(file))[1:]])
    return [_judge_rows(rows, k, Case("Mall customers", f"k = {k}", 0, 42)) for k in (5, 2)]


if __name__ == "__main__":
    main()
