"""Whether there are separate groups at all, where the number of segments was looked for.

Who may choose among numbers finds a good one by chance too. So each null table may choose as well: what is
observed at any number must exceed the greatest value over all numbers of the same scan of each null table.
Numbers are made comparable by standardising each over the null tables and the observed one together, which
treats all alike (the step that P. Westfall and S. Young call max-T, 1993). Any number may then be tested.

Who may also choose among several ways to see the same customers is held to the greatest over all numbers of
all of them. Each way has null tables of its own, drawn apart; the ways themselves go up and down together,
so their greatest is no larger than that of tables drawn apart, and the p-values err on the cautious side.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.models.evidence import NULLS
from app.models.kmeans_fit import Floats, Labels, one_thread
from app.models.segment_count.null_scans import NullScans
from app.models.segment_count.scan import Curves
from app.models.segment_count.watch import Progress, tell_nobody

# the fewest whose least p-value is significant: each draw is a whole scan
DRAWS = 99
LOOKS = (20, 50, DRAWS)
ENOUGH = 3


@dataclass(frozen=True)
class ScanTest:
    """How each number of segments, from 2 on, fares against both nulls.

    Attributes
    ----------
    p : dict of arrays of shape (K - 1,)
        By null: the larger of two p-values, as the silhouette and the borders must both be beaten; at least
        ``1 / (draws + 1)``.
    draws : dict
        By null: tables drawn.
    """

    p: dict[str, Floats]
    draws: dict[str, int]

    def p_value(self, segments: int) -> float:
        """Return the p-value that counts at one number: both nulls must be rejected."""
        return max(float(p[segments - 2]) for p in self.p.values())


@dataclass(frozen=True)
class Contender:
    """One table's scan, the numbers of segments to be tested, each at least two, and scans of its nulls."""

    observed: Curves
    numbers: Collection[int]
    scans: NullScans


def compare_scan_with_nulls(
    observed: Curves, numbers: Collection[int], scans: NullScans, progress: Progress = tell_nobody
) -> ScanTest:
    """Test the observed scan at some numbers of segments, each at least two."""
    return compare_scans_with_nulls([Contender(observed, numbers, scans)], progress)[0]


def compare_scans_with_nulls(
    contenders: Sequence[Contender], progress: Progress = tell_nobody
) -> tuple[ScanTest, ...]:
    """Test several scans, of which somebody takes the best: each against the greatest over all of them.

    Tables are drawn in three lots. A null is drawn from no further once at each number that is tested three
    tables of one null or the other reach what was observed: the p-value cannot become small any more
    (J. Besag and P. Clifford, 1991).
    """
    p, draws = {}, {}
    hopeless = np.concatenate([_untested(contender) for contender in contenders])
    ends = np.cumsum([len(contender.observed.silhouette) for contender in contenders])[:-1]
    with one_thread():
        for place, null in enumerate(NULLS):
            for before, drawn in pairwise((0, *LOOKS)):
                for b in range(before, drawn):
                    share = (place + b / DRAWS) / len(NULLS)
                    for contender in contenders:
                        progress(share, "Testing whether there are separate groups")
                        contender.scans.first(b + 1, null)
                reached = _reached(contenders, drawn, null)
                if (hopeless | (reached >= ENOUGH)).all():
                    break
            hopeless |= reached >= ENOUGH
            p[null], draws[null] = np.split((1.0 + reached) / (drawn + 1), ends), drawn
    return tuple(
        ScanTest({null: parts[place] for null, parts in p.items()}, draws) for place in range(len(contenders))
    )


def _untested(contender: Contender) -> NDArray[np.bool_]:
    mask = np.ones(len(contender.observed.silhouette), dtype=bool)
    mask[[segments - 2 for segments in contender.numbers]] = False
    return mask


def _reached(contenders: Sequence[Contender], drawn: int, null: str) -> Labels:
    """Count the null scans whose best reaches what was observed, for the statistic reached more often."""
    scans = [[contender.observed, *contender.scans.first(drawn, null)] for contender in contenders]
    silhouettes = np.hstack([[scan.silhouette for scan in one] for one in scans])
    borders = np.hstack([[scan.borders for scan in one] for one in scans])
    return np.maximum(_times_reached(silhouettes), _times_reached(borders))


def _times_reached(values: Floats) -> Labels:
    """Count by column of values (B + 1, K) the rows 1… whose greatest, standardised, reaches row 0."""
    spread = values.std(axis=0)
    # a number at which all tables are alike tells nothing
    z = np.divide(values - values.mean(axis=0), spread, out=np.zeros_like(values), where=spread > 0)
    reached: Labels = (z[1:].max(axis=1, keepdims=True) >= z[0]).sum(axis=0)
    return reached
