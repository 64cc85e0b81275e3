"""Tries several drafts of a recipe on one table, and says which to take.

Silhouettes of different columns do not compare, and who may choose among drafts finds a good one by chance.
So each draft is compared with tables without groups of its own columns, and the verdict on each is held to
the whole search: a draft may be called separate groups only where it stands out farther than the best of all
drafts at all numbers of segments does in tables without groups. Columns that seem to show no groups are found
on one half of the customers and left out on the other. The rates are in ``docs/decisions/0028-search.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from app.core.errors import TableInvalid
from app.models.encoding.fitting import Columns
from app.models.kmeans_fit import Labels
from app.models.recipe import MOST_SEGMENTS
from app.models.search.clearness import clearness
from app.models.search.drafts import Draft, DraftColumn, encode, usable_columns, vary
from app.models.search.idle_columns import find_idle_columns
from app.models.segment_count.criteria import Criteria, Measures, Scans, measure_criteria
from app.models.segment_count.null_test import Contender, ScanTest, compare_scans_with_nulls
from app.models.segment_count.recommend import decide, passing_numbers
from app.models.segment_count.watch import Progress, Stop, never, part_of, tell_nobody, watched
from app.models.silhouettes import silhouette_widths

SEARCH_ROWS = 2_000
# a scan of every draft of every table without groups: fewer than where a single draft is tested
TEST_ROWS = 300
LEAST_ROWS = 20
# fewer on either side of a split would tell nothing
LEAST_HALF = 50
CLEARLY = 2.0


@dataclass(frozen=True)
class Trial:
    """What became of one draft.

    Attributes
    ----------
    rows : int
        Customers that it was judged on.
    segments : int
        The number that is recommended; 1 where the rows are too few to be divided.
    code : str
        The verdict, held to the whole search.
    p_value : float or None
        Against the best of all drafts in tables without groups; None where no draft was worth a test.
    clearness, error : float or None
        See :func:`app.models.search.clearness.clearness`, and its standard error; None for one segment.
    at : Measures
        What the criteria measured at that number.
    """

    draft: Draft
    rows: int
    segments: int
    code: str
    p_value: float | None
    clearness: float | None
    error: float | None
    at: Measures


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    trials : tuple of Trial
        The suggested draft first.
    chosen : int
        The place of the draft to take.
    unusable : dict of str to str
        Why suggested columns were left out of every draft, by name.
    null_tables : int
        Tables without groups that were searched in the same way.
    """

    trials: tuple[Trial, ...]
    chosen: int
    unusable: dict[str, str]
    null_tables: int


def search_drafts(
    columns: Columns,
    suggested: Sequence[DraftColumn],
    seed: int,
    most: int = MOST_SEGMENTS,
    progress: Progress = tell_nobody,
    stop: Stop = never,
) -> Found:
    """Try the suggested columns of a sample of customers, and changes of them, each with its own k.

    The same columns and seed give the same answer.

    Parameters
    ----------
    columns : mapping of str to n cells
        At most `SEARCH_ROWS` rows drawn at random.
    most : int
        The greatest number of segments.
    progress : callable
        Given the share that is done, 0 to 1, and words for what is done next.
    stop : callable
        Answers whether the work is no longer wanted; asked before every step.

    Raises
    ------
    TableInvalid
        If the rows are fewer than `LEAST_ROWS`, or no suggested number tells them apart.
    WorkCancelled
        Once `stop` answers yes.
    """
    tell = watched(progress, stop, "the search")
    usable, unusable = usable_columns(columns, suggested)
    if not any(column.is_number for column in usable):
        raise TableInvalid("no suggested column of numbers tells the customers apart: nothing can be tried")
    rows = len(columns[usable[0].name])
    if rows < LEAST_ROWS:
        raise TableInvalid(f"the table has {rows} rows of customers; a search needs at least {LEAST_ROWS}")
    tell(0.0, "Looking for columns that show no groups")
    first, second = _halves(rows, seed)
    document, z = encode(columns, usable)
    idle = find_idle_columns(z[first], document.spans, seed, most) if len(first) >= LEAST_HALF else ()
    drafts = vary(columns, usable, idle)
    measured = []
    for place, draft in enumerate(drafts):
        z = encode(columns, draft.columns)[1]
        z = z[second] if draft.rows == "second half" else z
        part = part_of(tell, *(0.05 + 0.45 * (place + more) / len(drafts) for more in (0, 1)))
        told = _of_draft(draft, part)
        measured.append(measure_criteria(z, seed + place, most, progress=told, test_rows=TEST_ROWS))
    tests, null_tables = _test(measured, part_of(tell, 0.5, 1.0))
    trials = tuple(map(_judge, drafts, measured, tests))
    tell(1.0, "Done")
    return Found(trials, choose(trials), unusable, null_tables)


def choose(trials: Sequence[Trial]) -> int:
    """Return the place of the draft to take.

    Of those that are separate groups the first that is not clearly less clear than the clearest: by no more
    than two standard errors of the difference. Where none is, the suggestion, which stands first.
    """
    places = [place for place, trial in enumerate(trials) if trial.code == "separate_groups"]
    if not places:
        return 0
    best = max((trials[place] for place in places), key=lambda trial: trial.clearness or 0.0)
    return next(place for place in places if not _is_clearer(best, trials[place]))


def _is_clearer(one: Trial, other: Trial) -> bool:
    doubt = hypot(one.error or 0.0, other.error or 0.0)
    return (one.clearness or 0.0) - (other.clearness or 0.0) > CLEARLY * doubt


def _halves(rows: int, seed: int) -> tuple[Labels, Labels]:
    """Return two halves of the places of the rows."""
    order = np.random.default_rng([seed, 13]).permutation(rows)
    return np.sort(order[: rows // 2]), np.sort(order[rows // 2 :])


def _of_draft(draft: Draft, progress: Progress) -> Progress:
    return lambda share, words: progress(share, f"{draft.title}: {words[:1].lower()}{words[1:]}")


def _test(
    measured: Sequence[tuple[Criteria, Scans]], progress: Progress
) -> tuple[Sequence[ScanTest | None], int]:
    contenders = [
        Contender(scans.observed, passing_numbers(criteria), scans.nulls) for criteria, scans in measured
    ]
    if not any(contender.numbers for contender in contenders):
        return [None] * len(measured), 0
    tests = compare_scans_with_nulls(contenders, progress)
    return tests, sum(tests[0].draws.values())


def _judge(draft: Draft, measured: tuple[Criteria, Scans], test: ScanTest | None) -> Trial:
    criteria = measured[0]
    segments, code = decide(criteria, test)
    at, rows = criteria.at(segments), criteria.sample.rows
    clear = error = None
    if at.silhouette is not None and at.null_silhouette is not None:
        widths = silhouette_widths(rows, criteria.fits[segments - 1].labels)
        clear = clearness(at.silhouette, at.null_silhouette)
        error = float(widths.std() / np.sqrt(len(widths)) / (1.0 - at.null_silhouette))
    return Trial(
        draft=draft,
        rows=criteria.sample.table_rows,
        segments=segments,
        code=code,
        p_value=test.p_value(segments) if test and segments > 1 else None,
        clearness=clear,
        error=error,
        at=at,
    )
