"""Which columns show no groups, where they hide those of the others.

The partitions are those of a k-means whose columns count by the share of their spread that lies between its
segments, found in turns: sparse k-means of D. Witten and R. Tibshirani, "A framework for feature selection in
clustering" (2010), without its bound, for each number of segments. Whatever is found here was looked for, so
it proves nothing on the same rows: a search finds columns on one half of its customers and judges them on the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.models.evidence import NULLS
from app.models.kmeans_fit import Floats, Labels, one_thread
from app.models.recipe import MOST_SEGMENTS
from app.models.sampling import count_distinct
from app.models.search.clearness import clearness
from app.models.segment_count.null_scans import NullScans
from app.models.segment_count.sample import LEAST_ROWS, find_strays
from app.models.segment_count.scan import nested_fits
from app.models.silhouettes import mean_silhouettes

FIT_ROWS = 400
ROUNDS = 6
# of the share of the column that divides most
LEAST_SHARE = 0.25
LEAST_COLUMNS = 2
NULL_TABLES = 5


def find_idle_columns(
    z: Floats, spans: Mapping[str, slice], seed: int, most: int = MOST_SEGMENTS
) -> tuple[str, ...]:
    """Return columns without which the others show the clearest groups; none where they show none anyway.

    Parameters
    ----------
    z : array of shape (n, D)
        Coordinates of rows on which nothing else is judged.
    spans : mapping of str to slice
        Which coordinates are whose, by the column's name. `LEAST_COLUMNS` of them are always left.
    most : int
        The greatest number of segments that are looked for.
    """
    if len(spans) <= LEAST_COLUMNS:
        return ()
    rng = np.random.default_rng([seed, 12])
    z = z[~find_strays(z, LEAST_ROWS)]
    z = z[np.sort(rng.choice(len(z), min(FIT_ROWS, len(z)), replace=False))]
    most = min(most, count_distinct(z, most + 1) - 1)
    best: dict[tuple[str, ...], float] = {(): 0.0}
    with one_thread():
        for k in range(2, most + 1):
            dividing = _dividing(z, spans, k)
            idle = tuple(name for name in spans if name not in dividing)
            if idle:
                best[idle] = max(best.get(idle, 0.0), _clearness(z, [spans[n] for n in dividing], k, seed))
    return max(best, key=lambda idle: best[idle])


def _dividing(z: Floats, spans: Mapping[str, slice], k: int) -> set[str]:
    """Return the columns that k segments lie apart in."""
    shares = np.ones(len(spans))
    for _ in range(ROUNDS):
        weights = np.empty(z.shape[1])
        for share, span in zip(shares / shares.max(), spans.values(), strict=True):
            weights[span] = share
        labels = nested_fits(z * np.sqrt(weights), k)[-1].labels
        shares = np.array([_share_between(z[:, span], labels, k) for span in spans.values()])
    ranked = sorted(zip(shares.tolist(), spans, strict=True), reverse=True)
    least = min(LEAST_SHARE * ranked[0][0], ranked[LEAST_COLUMNS - 1][0])
    return {name for share, name in ranked if share >= least}


def _share_between(z: Floats, labels: Labels, k: int) -> float:
    """Return the share of the spread of z (n, c) that lies between the segments, 0 to 1."""
    member = (labels[:, None] == np.arange(k)).astype(float)
    centred = z - z.mean(axis=0)
    sums = member.T @ centred
    between = (sums**2).sum(axis=1) / np.maximum(member.sum(axis=0), 1.0)
    return float(between.sum() / max(float((centred**2).sum()), np.finfo(float).tiny))


def _clearness(z: Floats, spans: Sequence[slice], k: int, seed: int) -> float:
    rows = np.hstack([z[:, span] for span in spans])
    if count_distinct(rows, k + 1) <= k:
        return 0.0
    observed = float(mean_silhouettes(rows, [nested_fits(rows, k)[-1].labels])[0])
    nulls = NullScans(rows, k, seed)
    means = [np.mean([scan.silhouette[-1] for scan in nulls.first(NULL_TABLES, null)]) for null in NULLS]
    return clearness(observed, float(max(means)))
