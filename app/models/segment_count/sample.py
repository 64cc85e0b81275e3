"""The rows on which the number of segments is chosen: in an order of their own, few enough, without strays.

A stray lies so far from all but a few rows that it could only be a segment of its own, below the least size.
k-means would spend segments on strays before it parts the groups; they are set aside here, and only here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from app.models.kmeans_fit import Floats, Labels, nearest
from app.models.sampling import sample_rows
from app.models.segment_count.scan import nested_fits

SAMPLE_ROWS = 10_000
STRATA = 20
LEAST_ROWS = 5
STRAYS_AT_MOST = 0.05
_PILOT_ROWS = 2_000
_FAR = 3.0


@dataclass(frozen=True)
class Sample:
    """Rows that stand for a table.

    Attributes
    ----------
    rows : array of shape (m, d)
        Without the strays, standardised as the table is.
    strays : array of shape (s, d)
        Rows of the sample that were set aside.
    table_rows : int
        How many rows the table has.
    least_size : int
        The fewest rows of the sample that a segment may hold.
    """

    rows: Floats
    strays: Floats
    table_rows: int
    least_size: int


def draw_sample(z: Floats, least_share: float, seed: int, most: int = SAMPLE_ROWS) -> Sample:
    """Draw at most `most` of the standardised rows z (n, d) and set strays aside.

    Rows and columns are brought into an order that depends on their values alone, so that a table gives the
    same sample however it is sorted; only columns that hold the same values may change places. Where there
    are more rows, each of `STRATA` parts of the table gives its share.
    """
    ordered = in_own_order(z)
    if len(ordered) > most:
        ordered = ordered[sample_rows(_strata(ordered, seed), most, seed)]
    least_size = max(LEAST_ROWS, int(np.ceil(least_share * len(ordered))))
    far = find_strays(ordered, least_size)
    return Sample(ordered[~far], ordered[far], len(z), least_size)


def _strata(z: Floats, seed: int) -> Labels:
    """Divide the rows z (n, d) by the nearest of a few centroids, which some of the rows suffice to find."""
    pilot = z[
        np.sort(np.random.default_rng([seed, 7]).choice(len(z), min(_PILOT_ROWS, len(z)), replace=False))
    ]
    different = len(np.unique(pilot, axis=0))
    return nearest(z, nested_fits(pilot, min(STRATA, different))[-1].centroids)


def in_own_order(z: Floats) -> Floats:
    """Sort columns by their sorted values, then rows by their values."""
    by_column = np.sort(z, axis=0)
    columns = z[:, sorted(range(z.shape[1]), key=lambda j: by_column[:, j].tolist())]
    ordered: Floats = np.ascontiguousarray(columns[np.lexsort(columns.T[::-1])])
    return ordered


def find_strays(z: Floats, least_size: int) -> Labels:
    """Return a mask (n,) of the rows of z (n, d) with fewer than `least_size` rows anywhere near.

    Near is three times the distance within which nine rows in ten have that many. In a long tail that would
    be many rows: the farthest are set aside, at most one in twenty. Beyond 2,000 rows their neighbours are
    counted among every second row, every third and so on.
    """
    if len(z) <= 2 * least_size:
        return np.zeros(len(z), dtype=bool)
    others = z[:: -(-len(z) // _PILOT_ROWS)]
    enough = -(-least_size * len(others) // len(z))
    reach = KDTree(others).query(z, k=[enough + 1])[0][:, 0]
    far = reach > _FAR * np.quantile(reach, 0.9)
    allowed = int(STRAYS_AT_MOST * len(z))
    if far.sum() > allowed:
        far = reach > np.sort(reach)[len(z) - allowed - 1]
    return np.asarray(far & (reach > 0))
