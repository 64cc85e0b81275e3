"""One number of segments, with its reasons, and whether there are separate groups at all.

No criterion is right alone (``benchmarks/segment_count.py`` counts how often each is). First those numbers
are left out whose segments do not come back when the rows are drawn again, have rows heaped on a border, or
are smaller than wanted, or whose division tables without groups reach as well. Among the rest three criteria
that err in different ways each name one number, and the middle of the three is taken: two that agree win, and
no outlier does. Where no number is left there are no separate groups, only slices of a continuum.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low

from app.models.evidence import DISSOLVES, HOLDS, SIGNIFICANT
from app.models.kmeans_fit import Floats
from app.models.recipe import MOST_SEGMENTS
from app.models.segment_count.criteria import (
    LEAST_SHARE,
    Criteria,
    Measures,
    measure_criteria,
)
from app.models.segment_count.null_test import ScanTest, compare_scan_with_nulls
from app.models.segment_count.watch import Progress, Stop, never, part_of, tell_nobody, watched
from app.models.segment_count.words import headline, reasons

HEAPED = -0.5
WELL_HELD = 0.8
MOST_SLICES = 5
# a number whose segments come back so much less often than another's is not preferred to it
LESS_STEADY = 0.15


@dataclass(frozen=True)
class Recommendation:
    """How many segments to train, and why.

    Attributes
    ----------
    segments : int
        The number to train: of groups, or of useful slices where there are none; 1 where rows are too few.
    code : str
        ``separate_groups``, ``useful_slices`` or ``nothing_to_see``, as verdicts are called everywhere.
    p_value : float or None
        Against the best of the same scan of tables without groups; None where no number was worth a test.
    text : str
        The recommendation in one sentence.
    reasons : tuple of str
        A sentence each.
    is_disputed : bool
        Whether some criterion by itself names another number.
    """

    segments: int
    code: str
    p_value: float | None
    text: str
    reasons: tuple[str, ...]
    is_disputed: bool
    test: ScanTest | None
    criteria: Criteria

    @property
    def groups(self) -> int:
        """How many separate groups there are evidence for: 1 means none."""
        return self.segments if self.code == "separate_groups" else 1


def recommend(
    z: Floats,
    seed: int,
    most: int = MOST_SEGMENTS,
    least_share: float = LEAST_SHARE,
    progress: Progress = tell_nobody,
    stop: Stop = never,
) -> Recommendation:
    """Recommend a number of segments, at most `most`, for the standardised rows z (n, d).

    The same rows in any order, the same columns in any order and the same seed give the same answer. Beyond
    10,000 rows it rests on a stratified sample of as many, which the reasons state.

    Parameters
    ----------
    least_share : float
        No segment is wanted below this share of the rows.
    progress : callable
        Given the share that is done, 0 to 1, and words for what is done next.
    stop : callable
        Answers whether the work is no longer wanted; asked before every step.

    Raises
    ------
    WorkCancelled
        Once `stop` answers yes.
    """
    tell = watched(progress, stop, "choosing the number of segments")
    criteria, scans = measure_criteria(z, seed, most, least_share, part_of(tell, 0.0, 0.5))
    passing = passing_numbers(criteria)
    test = None
    if passing:
        test = compare_scan_with_nulls(scans.observed, passing, scans.nulls, part_of(tell, 0.5, 1.0))
    segments, code = decide(criteria, test)
    tell(1.0, "Done")
    return Recommendation(
        segments=segments,
        code=code,
        p_value=test.p_value(segments) if test and segments > 1 else None,
        text=headline(criteria, segments, code),
        reasons=reasons(criteria, segments, code, test),
        is_disputed=any(answer not in (None, segments) for answer in criteria.answers.values()),
        test=test,
        criteria=criteria,
    )


def passing_numbers(criteria: Criteria) -> list[int]:
    """Return the numbers worth a test: all segments come back, none is small, no border is heaped."""
    return [m.segments for m in criteria.measures[1:] if _passes(m, criteria)]


def decide(criteria: Criteria, test: ScanTest | None) -> tuple[int, str]:
    """Return a number of segments and the code of the verdict on them.

    The verdict asks for what :func:`app.models.evidence.judge` asks for, of a number that was looked for.
    """
    chosen = choose_number(criteria, test) if test else None
    if chosen:
        return chosen, "separate_groups"
    number = slices(criteria)
    is_better = test is not None and number > 1 and any(p[number - 2] <= SIGNIFICANT for p in test.p.values())
    holds = (criteria.at(number).stability or 0.0) >= DISSOLVES
    return number, "useful_slices" if is_better or holds else "nothing_to_see"


def choose_number(criteria: Criteria, test: ScanTest) -> int | None:
    """Return the number of groups if there are groups; None where no number passes.

    The middle of three: the best Calinski-Harabasz, the silhouette farthest above that of tables without
    groups, and the greatest number whose segments all hold well.
    """
    passing = [m for m in criteria.measures[1:] if _passes(m, criteria)]
    passing = [m for m in passing if test.p_value(m.segments) <= SIGNIFICANT]
    if not passing:
        return None
    steadiest = max(m.stability or 0.0 for m in passing)
    passing = [m for m in passing if (m.stability or 0.0) >= steadiest - LESS_STEADY]
    tightest = max(passing, key=lambda m: (m.calinski_harabasz or 0.0, -m.segments))
    clearest = max(passing, key=lambda m: ((m.silhouette or 0.0) - (m.null_silhouette or 0.0), -m.segments))
    holding = [m.segments for m in passing if (m.stability or 0.0) >= WELL_HELD]
    finest = max(holding, default=passing[0].segments)
    return median_low([tightest.segments, clearest.segments, finest])


def slices(criteria: Criteria) -> int:
    """Return a useful number of slices: the most, up to five, that come back when the rows are drawn again.

    Where none do, the number that does so best; 1 only where rows are too few for two.
    """
    large = [m for m in criteria.measures[1:MOST_SLICES] if _is_large(m, criteria)]
    large = large or list(criteria.measures[1:2])
    holding = [m.segments for m in large if (m.stability or 0.0) >= HOLDS]
    if holding:
        return max(holding)
    return max(large, key=lambda m: (m.stability or 0.0, -m.segments)).segments if large else 1


def _passes(m: Measures, criteria: Criteria) -> bool:
    """Answer whether all segments come back, no border is heaped with rows, and none is too small."""
    holds = m.stability is not None and m.stability >= HOLDS
    return holds and m.weakest_border is not None and m.weakest_border > HEAPED and _is_large(m, criteria)


def _is_large(m: Measures, criteria: Criteria) -> bool:
    rows = len(criteria.sample.rows)
    return round(m.smallest_share * rows) >= criteria.sample.least_size
