"""Whether there are separate groups at all, where the number of segments was looked for.

Who may choose among numbers finds a good one by chance too. So each null table may choose as well: what is
observed at the number chosen must exceed the greatest value over all numbers of the same scan of each null
table. Numbers are made comparable by standardising each over the null tables and the observed one together,
which treats all alike (the step that P. Westfall and S. Young call max-T, 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from app.models.evidence import NULLS
from app.models.kmeans_fit import Floats
from app.models.segment_count.null_scans import NullScans
from app.models.segment_count.scan import Curves

DRAWS = 99
LOOKS = (20, 40, 70, DRAWS)
ENOUGH = 3


@dataclass(frozen=True)
class ScanTest:
    """How a number of segments that was looked for fares against both nulls.

    Attributes
    ----------
    p : dict
        By null: the larger of two p-values, as the silhouette and the borders must both be beaten; at least
        ``1 / (DRAWS + 1)``. Where drawing stopped early it rests on fewer draws.
    draws : dict
        By null: tables drawn.
    """

    p: dict[str, float]
    draws: dict[str, int]

    @property
    def largest_p(self) -> float:
        """The p-value that counts: both nulls must be rejected."""
        return max(self.p.values())


def compare_scan_with_nulls(observed: Curves, segments: int, scans: NullScans) -> ScanTest:
    """Test the observed scan at the number of segments chosen, which is at least two.

    Tables are drawn in four lots. After each it stops once three null tables reach what was observed: with 99
    draws the p-value then cannot be small any more (J. Besag and P. Clifford, 1991).
    """
    p, draws = {}, {}
    with threadpool_limits(1):
        for null in NULLS:
            for drawn in LOOKS:
                reached = _reached(observed, segments, scans.first(drawn, null))
                if reached >= ENOUGH:
                    break
            p[null], draws[null] = (1 + reached) / (drawn + 1), drawn
    return ScanTest(p, draws)


def _reached(observed: Curves, segments: int, nulls: list[Curves]) -> int:
    """Count the null scans whose best reaches what was observed, for the statistic reached more often."""
    silhouettes = np.array([observed.silhouette, *(null.silhouette for null in nulls)])
    borders = np.array([observed.borders, *(null.borders for null in nulls)])
    return max(_times_reached(silhouettes, segments - 2), _times_reached(borders, segments - 2))


def _times_reached(values: Floats, place: int) -> int:
    """Count the rows 1… of values (B + 1, K) whose greatest reaches row 0 at one place, once standardised."""
    spread = values.std(axis=0)
    # a number at which all tables are alike tells nothing
    z = np.divide(values - values.mean(axis=0), spread, out=np.zeros_like(values), where=spread > 0)
    return int((z[1:].max(axis=1) >= z[0, place]).sum())
