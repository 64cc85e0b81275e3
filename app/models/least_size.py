"""No segment below a set size: small ones are merged where that costs the least inertia (Ward).

k-means gives a handful of unusual customers a whole segment as soon as that saves inertia. Such a segment is
too small to be described, tested or written to. It is merged, centroids are moved on until nothing changes,
and what that costs is told: the model stays one of nearest centroids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.core.errors import TableInvalid
from app.models.encoding.trimmed import TrimmedFit, refit_trimmed
from app.models.kmeans_fit import Floats, refit_kmeans
from app.models.many_starts import fit_many_starts
from app.models.ward import cheapest, merge, merge_costs

LEAST_CUSTOMERS = 2
USUAL_SHARE, USUAL_LEAST, USUAL_MOST = 100, 5, 30


def usual_least_size(customers: int, k: int) -> int:
    """Return the fewest customers that each of k segments should hold, unless a recipe says it.

    One in a hundred, but no fewer than 5 and no more than 30, from which on a mean tells something. A table
    so small that even halves of equal segments hold fewer asks for those, and never for fewer than 2: the
    mean of one customer would be that person, and its interval would claim certainty.

    Examples
    --------
    >>> [usual_least_size(n, 5) for n in (12, 40, 200, 1_000, 1_000_000)]
    [2, 4, 5, 10, 30]
    """
    wanted = min(USUAL_MOST, max(USUAL_LEAST, -(-customers // USUAL_SHARE)))
    return max(LEAST_CUSTOMERS, min(wanted, customers // (2 * k)))


def merge_small(z: Floats, begun: TrimmedFit, alpha: float, least: int) -> TrimmedFit:
    """Merge segments until each holds at least `least` of the ordinary rows of z (n, D).

    Of all merges of a segment that is too small with any other, the one that adds least to the inertia is
    made, and the centroids are moved on before the next. The exceptional are found anew each time.

    Parameters
    ----------
    begun : TrimmedFit
        Of all rows of z; returned as it is where no segment is too small.
    alpha : float
        The share that `begun` was trimmed by.

    Raises
    ------
    TableInvalid
        If two segments are left and one is still too small.
    """
    found = begun
    while (sizes := _sizes(found)).min() < least:
        if len(sizes) == 2:
            raise TableInvalid(
                f"no two segments of at least {least} customers come out, because a few lie too far from all "
                "others: keep exceptional customers apart, or allow smaller segments (least_size)"
            )
        found = refit_trimmed(z, _without_one(found.fit.centroids, sizes, least), alpha)
    return found


@dataclass(frozen=True)
class MergingRefit:
    """Fits a table again as a model with merged segments was fitted.

    Begun with `begun` segments; those below the share `least` of the rows are merged first, then whatever
    costs least, until as many are left as serve.
    """

    begun: int
    least: float

    def __call__(self, rows: Floats, k: int, seed: int) -> Floats:
        """Return k centroids (k, d) of rows (n, d), of which more than `begun` differ."""
        fit = fit_many_starts(rows, self.begun, seed)
        while len(fit.centroids) > k:
            sizes = np.bincount(fit.labels, minlength=len(fit.centroids)).astype(float)
            fit = refit_kmeans(rows, _without_one(fit.centroids, sizes, self.least * len(rows)))
        return fit.centroids


def _sizes(found: TrimmedFit) -> Floats:
    labels = found.fit.labels[~found.exceptional]
    return np.bincount(labels, minlength=len(found.fit.centroids)).astype(float)


def _without_one(centroids: Floats, sizes: Floats, least: float) -> Floats:
    """Merge one of those below `least` with another at the least cost, or any two where none is."""
    small = np.flatnonzero(sizes < least)
    rows = small if len(small) else np.arange(len(sizes))
    i, j = cheapest(merge_costs(centroids, sizes)[rows])
    return merge(centroids, sizes, int(rows[i]), j)
