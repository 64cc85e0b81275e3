"""How often a search over columns and preparations says what is true, on tables whose truth is known.

Run from the top of the repository: ``python -m benchmarks.search --tables 345 --seed 5``. Tables without
groups are those of the verdict's calibration, to half of which up to four columns of noise and a column of
words are added: more to search through. Tables with groups have 2 to 6 of them, 6 to 9 standard deviations
apart in two columns: with four columns of noise, with lognormal numbers, or as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np

from app.models.encoding.fitting import Column
from app.models.encoding.suggestion import suggest_transform
from app.models.search.drafts import DraftColumn
from app.models.search.search import Found, Trial, search_drafts
from benchmarks.planted_tables import Floats, structureless_families
from benchmarks.verdict_calibration import wilson

ROWS = (200, 300, 500, 1_000, 2_000)
STRUCTURELESS, PLAIN, NOISE, SKEWED = "without groups", "groups", "groups, noise columns", "lognormal groups"
NOISE_COLUMNS = 4
WORDS = ("north", "south", "west")
Columns = dict[str, Column]


@dataclass(frozen=True)
class Case:
    """One table to search: its kind, family or number of groups, own seed and place in the run."""

    kind: str
    family: str
    index: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What a search said of one table."""

    kind: str
    family: str
    rows: int
    drafts: int
    chosen: str
    segments: int
    verdict: str
    suggested_segments: int
    suggested_verdict: str
    any_separate: bool
    left_out: tuple[str, ...]
    seconds: float

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return 1 if self.kind == STRUCTURELESS else int(self.family)

    @property
    def is_right(self) -> bool:
        """Whether the draft to take shows as many separate groups as there are."""
        return self.verdict == "separate_groups" and self.segments == self.groups

    @property
    def was_right(self) -> bool:
        """Whether the suggested draft does."""
        return self.suggested_verdict == "separate_groups" and self.suggested_segments == self.groups


def main() -> None:
    """Search the tables in two processes; print each outcome on stderr, and the rates at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=345, help="without groups; a third as many with")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    outcomes = []
    with ProcessPoolExecutor(given.processes) as pool:
        for outcome in pool.map(_search_case, _cases(given.tables, given.seed)):
            outcomes.append(outcome)
            print(json.dumps(asdict(outcome)), file=sys.stderr, flush=True)
    print("\n".join(report(outcomes)))


def report(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the rates as lines of a Markdown table."""
    outcomes = list(outcomes)
    lines = ["| tables | count | separate groups | 95 % | right | suggested alone right | noise left out |"]
    lines.append("|---|---|---|---|---|---|---|")
    for kind in (STRUCTURELESS, PLAIN, NOISE, SKEWED):
        of_kind = [outcome for outcome in outcomes if outcome.kind == kind]
        if not of_kind:
            continue
        separate = sum(outcome.any_separate for outcome in of_kind)
        low, high = wilson(separate, len(of_kind))
        right, before = (sum(getattr(o, name) for o in of_kind) for name in ("is_right", "was_right"))
        clean = sum(o.left_out == tuple(f"noise{n}" for n in range(1, NOISE_COLUMNS + 1)) for o in of_kind)
        rates = f"{separate} | {low:.1%} to {high:.1%} | {right} | {before} | {clean}"
        lines.append(f"| {kind} | {len(of_kind)} | {rates} |")
    seconds = sorted(outcome.seconds for outcome in outcomes)
    lines.append(f"Processor time of a search: median {np.median(seconds):.1f} s, most {seconds[-1]:.1f} s")
    lines += [
        f"called groups: {o.family}, {o.rows} rows, {o.chosen}"
        for o in outcomes
        if o.kind == STRUCTURELESS and o.any_separate
    ]
    return lines


def suggested(columns: Columns) -> list[DraftColumn]:
    """Return what a table of these columns suggests."""
    return [
        DraftColumn(name, is_number=False, weight=0.5)
        if isinstance(cells, list)
        else DraftColumn(name, is_number=True, transform=suggest_transform(np.asarray(cells)).transform)
        for name, cells in columns.items()
    ]


def _cases(tables: int, seed: int) -> list[Case]:
    families = list(structureless_families())
    cases = [Case(STRUCTURELESS, families[i % len(families)], i, seed) for i in range(tables)]
    for kind in (PLAIN, NOISE, SKEWED):
        cases += [Case(kind, str(2 + i % 5), i, seed) for i in range(tables // 9)]
    return cases


def _search_case(case: Case) -> Outcome:
    rng = np.random.default_rng([case.seed, len(case.kind), case.index])
    columns = _DRAWN[case.kind](rng, case)
    begun = time.process_time()
    found = search_drafts(columns, suggested(columns), case.seed)
    return _outcome(case, len(next(iter(columns.values()))), found, time.process_time() - begun)


def _outcome(case: Case, rows: int, found: Found, seconds: float) -> Outcome:
    first, chosen = found.trials[0], found.trials[found.chosen]
    return Outcome(
        kind=case.kind,
        family=case.family,
        rows=rows,
        drafts=len(found.trials),
        chosen=chosen.draft.key,
        segments=chosen.segments,
        verdict=chosen.code,
        suggested_segments=first.segments,
        suggested_verdict=first.code,
        any_separate=any(trial.code == "separate_groups" for trial in found.trials),
        left_out=_left_out(first, chosen),
        seconds=seconds,
    )


def _left_out(first: Trial, chosen: Trial) -> tuple[str, ...]:
    kept = {column.name for column in chosen.draft.columns}
    return tuple(column.name for column in first.draft.columns if column.name not in kept)


def _structureless(rng: np.random.Generator, case: Case) -> Columns:
    rows = structureless_families()[case.family](rng, int(rng.choice(ROWS)))
    columns = _named(rows, "x")
    if rng.random() < 0.5:
        columns |= _named(rng.standard_normal((len(rows), int(rng.integers(0, NOISE_COLUMNS + 1)))), "noise")
        columns["words"] = [WORDS[place] for place in rng.integers(0, len(WORDS), len(rows))]
    return columns


def _plain(rng: np.random.Generator, case: Case) -> Columns:
    return _named(_groups(rng, int(case.family)), "x")


def _with_noise(rng: np.random.Generator, case: Case) -> Columns:
    rows = _groups(rng, int(case.family))
    return _named(rows, "x") | _named(rng.standard_normal((len(rows), NOISE_COLUMNS)), "noise")


def _skewed(rng: np.random.Generator, case: Case) -> Columns:
    rows = _groups(rng, int(case.family))
    return _named(100.0 * np.exp(0.25 * (rows - rows.min(axis=0))), "x")


def _groups(rng: np.random.Generator, k: int) -> Floats:
    """Draw k round groups in two columns, of equal sizes, the nearest 6 to 9 standard deviations apart."""
    while True:
        centres = rng.uniform(-1.0, 1.0, (k, 2))
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        nearest = (apart + np.diag(np.full(k, np.inf))).min(axis=1)
        if nearest.max() < 2.0 * nearest.min():
            break
    centres *= rng.uniform(6.0, 9.0) / nearest.min()
    rows: Floats = np.repeat(centres, int(rng.choice(ROWS)) // k, axis=0)
    return rows + rng.standard_normal(rows.shape)


def _named(rows: Floats, stem: str) -> Columns:
    columns: Sequence[Floats] = list(rows.T)
    return {f"{stem}{place}": column for place, column in enumerate(columns, start=1)}


_DRAWN: dict[str, Callable[[np.random.Generator, Case], Columns]] = {
    STRUCTURELESS: _structureless,
    PLAIN: _plain,
    NOISE: _with_noise,
    SKEWED: _skewed,
}


if __name__ == "__main__":
    main()
