"""How often the recommended number of segments is right, beside each criterion alone.

Run from the top of the repository: ``python -m benchmarks.segment_count --tables 140 --seed 2``. The rule was
chosen on tables of seed 1; figures to report come from another seed. Right means the number of groups that
the table was drawn with, 1 where it has none; the recommendation counts as 1 unless its verdict is
"separate groups". Every criterion sees the same sample with the same strays set aside, so what differs is
the rule alone. Elbow, silhouette, Calinski-Harabasz and Davies-Bouldin cannot answer 1: the tables with
groups are therefore also counted by themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

from app.models.kmeans_fit import fit_scaling
from app.models.segment_count.criteria import CRITERIA
from app.models.segment_count.recommend import recommend
from benchmarks.segment_count_tables import ONE_CLOUD, draw_table
from benchmarks.verdict_calibration import wilson

OURS, OFFERED = "recommended", "offered"
COLUMNS = (OURS, *CRITERIA, OFFERED)
WITH_GROUPS, WITHOUT, ALL = "**all with groups**", "**all without groups**", "**all**"


@dataclass(frozen=True)
class Outcome:
    """What was said of one table: by the recommendation, and by each criterion alone."""

    index: int
    family: str
    groups: int
    rows: int
    columns: int
    verdict: str
    p_value: float | None
    strays: int
    said: dict[str, int | None]

    def is_right(self, who: str) -> bool:
        """Answer whether the number is the one that the table was drawn with."""
        return self.said[who] == self.groups


def main() -> None:
    """Draw the tables, ask for a number and print how often it was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=140, help="one in four of them has no groups")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print every outcome instead of the rates")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    outcomes = []
    with ProcessPoolExecutor(given.processes, initializer=os.nice, initargs=(10,)) as pool:
        seeds = [given.seed] * given.tables
        for outcome in pool.map(judge_table, range(given.tables), seeds):
            outcomes.append(outcome)
            print(f"{len(outcomes)} of {given.tables}: {_line(outcome)}", file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        print("\n".join(report(outcomes)))


def judge_table(index: int, seed: int) -> Outcome:
    """Draw one table of a seed and ask for its number of segments."""
    table = draw_table(index, seed)
    found = recommend(fit_scaling(table.rows).apply(table.rows), seed=0)
    n, d = table.rows.shape
    return Outcome(
        index=index,
        family=table.family,
        groups=table.groups,
        rows=n,
        columns=d,
        verdict=found.code,
        p_value=found.p_value,
        strays=len(found.criteria.sample.strays),
        said={OURS: found.groups, **found.criteria.answers, OFFERED: found.segments},
    )


def report(outcomes: Iterable[Outcome]) -> list[str]:
    """Return shares of right answers as lines of a Markdown table, by family, and what they add up to."""
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        whole = WITHOUT if outcome.groups == 1 else WITH_GROUPS
        for row in (outcome.family, whole, ALL):
            rows.setdefault(row, []).append(outcome)
    heads = [name.replace("_", "-") for name in COLUMNS]
    lines = [f"| tables | {' | '.join(heads)} |", f"|---|{'---|' * len(COLUMNS)}"]
    order = [*sorted(rows.keys() - {WITH_GROUPS, WITHOUT, ALL}, key=lambda f: (f in ONE_CLOUD, f))]
    for row in [*order, *(whole for whole in (WITH_GROUPS, WITHOUT, ALL) if whole in rows)]:
        shares = [sum(o.is_right(who) for o in rows[row]) / len(rows[row]) for who in COLUMNS]
        lines.append(f"| {row} ({len(rows[row])}) | {' | '.join(f'{share:.0%}' for share in shares)} |")
    for row in (WITH_GROUPS, WITHOUT, ALL):
        if row in rows:
            right = sum(o.is_right(OURS) for o in rows[row])
            low, high = wilson(right, len(rows[row]))
            lines.append(f"{row}: recommended right {right} of {len(rows[row])}, {low:.0%} to {high:.0%}")
    return lines


def _line(outcome: Outcome) -> str:
    p = "none" if outcome.p_value is None else f"{outcome.p_value:.2f}"
    said = " ".join(f"{name} {answer}" for name, answer in outcome.said.items())
    return f"{outcome.family}, {outcome.groups} groups: {outcome.verdict}, p {p}, {said}"


if __name__ == "__main__":
    main()
