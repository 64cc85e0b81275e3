"""Whether there are separate groups at all, where the number of segments was looked for.

Who may choose among numbers finds a good one by chance too. So each null table may choose as well: what is
observed at any number must exceed the greatest value over all numbers of the same scan of each null table.
Numbers are made comparable by standardising each over the null tables and the observed one together, which
treats all alike (the step that P. Westfall and S. Young call max-T, 1993). Any number may then be tested.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from app.models.evidence import NULLS
from app.models.kmeans_fit import Floats, Labels
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


def compare_scan_with_nulls(
    observed: Curves, numbers: Collection[int], scans: NullScans, progress: Progress = tell_nobody
) -> ScanTest:
    """Test the observed scan at some numbers of segments, each at least two.

    Tables are drawn in three lots. A null is drawn from no further once at each of `numbers` three tables of
    one null or the other reach what was observed: the p-value cannot become small any more (J. Besag and
    P. Clifford, 1991).
    """
    p, draws = {}, {}
    hopeless = np.ones(len(observed.silhouette), dtype=bool)
    hopeless[[segments - 2 for segments in numbers]] = False
    with threadpool_limits(1):
        for place, null in enumerate(NULLS):
            for before, drawn in pairwise((0, *LOOKS)):
                for b in range(before, drawn):
                    progress((place + b / DRAWS) / len(NULLS), "Testing whether there are separate groups")
                    scans.first(b + 1, null)
                reached = _reached(observed, scans.first(drawn, null))
                if (hopeless | (reached >= ENOUGH)).all():
                    break
            hopeless |= reached >= ENOUGH
            p[null], draws[null] = (1.0 + reached) / (drawn + 1), drawn
    return ScanTest(p, draws)


def _reached(observed: Curves, nulls: list[Curves]) -> Labels:
    """Count the null scans whose best reaches what was observed, for the statistic reached more often."""
    silhouettes = np.array([observed.silhouette, *(null.silhouette for null in nulls)])
    borders = np.array([observed.borders, *(null.borders for null in nulls)])
    return np.maximum(_times_reached(silhouettes), _times_reached(borders))


def _times_reached(values: Floats) -> Labels:
    """Count by column of values (B + 1, K) the rows 1… whose greatest, standardised, reaches row 0."""
    spread = values.std(axis=0)
    # a number at which all tables are alike tells nothing
    z = np.divide(values - values.mean(axis=0), spread, out=np.zeros_like(values), where=spread > 0)
    reached: Labels = (z[1:].max(axis=1, keepdims=True) >= z[0]).sum(axis=0)
    return reached
