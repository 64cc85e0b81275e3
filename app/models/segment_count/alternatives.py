"""What other ways of clustering make of the same sample, beside the k-means that serves.

They are shown to be compared; k-means is what serves, because its segments can be explained, exported and
kept. All are measured on the same rows, at most `COMPARED_ROWS` of the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.models.identity import jaccard_matrix
from app.models.kmeans_fit import Floats, Labels, fit_kmeans
from app.models.sampling import sample_rows
from app.models.segment_count.criteria import Criteria
from app.models.segment_count.rival_fits import (
    NOISE,
    agreement,
    density_labels,
    mixture_labels,
    reach_labels,
    ward_labels,
)
from app.models.segment_count.watch import Progress, Stop, never, tell_nobody, watched
from app.models.silhouettes import mean_silhouettes

COMPARED_ROWS = 2_000
REFITS = 10
REFIT_SHARE = 0.8

Method = Callable[[Floats], Labels]


@dataclass(frozen=True)
class Alternative:
    """One clustering of the compared rows.

    Attributes
    ----------
    method : str
        ``kmeans``, ``ward``, ``gaussian_mixture``, ``dbscan`` or ``hdbscan``.
    rows : int
        How many rows were compared.
    sizes : tuple of int
        Rows of each segment, the largest first, without noise.
    noise_share : float
        Share of the rows that belong to no segment, 0 to 1.
    silhouette : float or None
        Mean over the rows that belong to a segment; None where there are fewer than two segments.
    stability : float or None
        Least of the segments' mean Jaccard similarities over clusterings of four rows in five; None where
        there are fewer than two segments. No row is drawn twice, as a bootstrap would: equal rows look dense.
    agreement : float or None
        Adjusted Rand index with k-means over the rows that belong to a segment; None where there are none.
    """

    method: str
    rows: int
    sizes: tuple[int, ...]
    noise_share: float
    silhouette: float | None
    stability: float | None
    agreement: float | None

    @property
    def segments(self) -> int:
        """How many segments were found."""
        return len(self.sizes)


def compare_alternatives(
    criteria: Criteria, k: int, seed: int, progress: Progress = tell_nobody, stop: Stop = never
) -> tuple[Alternative, ...]:
    """Cluster the criteria's sample in each way: into k segments, or as many as are dense (DBSCAN, HDBSCAN).

    Parameters
    ----------
    k : int
        At least 1, at most the greatest number that the criteria measured.
    progress : callable
        Given the share that is done, 0 to 1, and words for what is done next.
    stop : callable
        Answers whether the work is no longer wanted; asked before every clustering.

    Raises
    ------
    WorkCancelled
        Once `stop` answers yes.
    """
    tell = watched(progress, stop, "comparing with other ways of clustering")
    sample = criteria.sample
    z = sample.rows[sample_rows(criteria.fits[k - 1].labels, COMPARED_ROWS, seed)]
    least_size = max(2, sample.least_size * len(z) // len(sample.rows))
    methods: dict[str, tuple[str, Method]] = {
        "kmeans": ("Fitting k-means", lambda rows: fit_kmeans(rows, k, seed).labels),
        "ward": ("Merging rows step by step (Ward)", partial(ward_labels, k=k)),
        "gaussian_mixture": ("Fitting a mixture of Gaussians", partial(mixture_labels, k=k, seed=seed)),
        "dbscan": ("Looking for dense places (DBSCAN)", partial(reach_labels, least_size=least_size)),
        "hdbscan": ("Looking for dense places (HDBSCAN)", partial(density_labels, least_size=least_size)),
    }
    found: list[Alternative] = []
    ours = np.zeros(len(z), dtype=np.int64)
    for place, (name, (words, method)) in enumerate(methods.items()):

        def pause(share: float = place / len(methods), words: str = words) -> None:
            tell(share, words)

        pause()
        labels = method(z)
        if not found:
            ours = labels
        found.append(_describe(name, z, labels, ours, _stability(z, labels, method, seed, pause)))
    tell(1.0, "Done")
    return tuple(found)


def _describe(method: str, z: Floats, labels: Labels, ours: Labels, stability: float | None) -> Alternative:
    placed = labels != NOISE
    sizes = np.unique(labels[placed], return_counts=True)[1]
    return Alternative(
        method=method,
        rows=len(z),
        sizes=tuple(sorted((int(size) for size in sizes), reverse=True)),
        noise_share=float(1.0 - placed.mean()),
        # a silhouette needs two groups and a row more than groups
        silhouette=float(mean_silhouettes(z[placed], [labels[placed]])[0])
        if 2 <= len(sizes) < placed.sum()
        else None,
        stability=stability,
        agreement=agreement(ours[placed], labels[placed]) if placed.any() else None,
    )


def _stability(
    z: Floats, labels: Labels, method: Method, seed: int, pause: Callable[[], None]
) -> float | None:
    """Return the least of the segments' mean best Jaccard over clusterings of a part of the rows."""
    k = int(labels.max()) + 1
    if k < 2:
        return None
    rng = np.random.default_rng([seed, 11])
    total = np.zeros(k)
    for _ in range(REFITS):
        pause()
        drawn = np.sort(rng.choice(len(z), int(REFIT_SHARE * len(z)), replace=False))
        again = method(z[drawn])
        new = int(again.max()) + 1
        # noise is put last: it counts in the unions and matches nothing
        old_labels, new_labels = (
            np.where(one == NOISE, last, one) for one, last in ((labels[drawn], k), (again, new))
        )
        similarity = jaccard_matrix(new_labels, old_labels, new + 1, k + 1)
        total += similarity[:new, :k].max(axis=0, initial=0.0)
    return float((total / REFITS).min())
