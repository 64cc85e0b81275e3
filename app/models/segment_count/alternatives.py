"""What other ways of clustering make of the same sample, beside the k-means that serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.models.kmeans_fit import Floats, Labels, silhouette
from app.models.segment_count.criteria import Criteria, Progress
from app.models.segment_count.rival_fits import (
    NOISE,
    agreement,
    density_labels,
    mixture_labels,
    ward_labels,
)


@dataclass(frozen=True)
class Alternative:
    """One clustering of the sample.

    Attributes
    ----------
    method : str
        ``kmeans``, ``ward``, ``hdbscan`` or ``gaussian_mixture``.
    sizes : tuple of int
        Rows of each segment, the largest first, without noise.
    noise_share : float
        Share of the rows that belong to no segment, 0 to 1.
    silhouette : float or None
        Mean over the rows that belong to a segment; None where there are fewer than two segments.
    agreement : float or None
        Adjusted Rand index with k-means over those same rows; None where there are none.
    """

    method: str
    sizes: tuple[int, ...]
    noise_share: float
    silhouette: float | None
    agreement: float | None

    @property
    def segments(self) -> int:
        """How many segments were found."""
        return len(self.sizes)


def compare_alternatives(
    criteria: Criteria, k: int, seed: int, progress: Progress = lambda words, share: None
) -> tuple[Alternative, ...]:
    """Cluster the criteria's sample into k segments in each way; HDBSCAN finds its own number."""
    z, ours = criteria.sample.rows, criteria.fits[k - 1].labels
    progress("Merging rows step by step (Ward)", 0.0)
    ward = ward_labels(z, k)
    progress("Looking for dense places (HDBSCAN)", 0.25)
    dense = density_labels(z, criteria.sample.least_size)
    progress("Fitting a mixture of Gaussians", 0.5)
    mixture = mixture_labels(z, k, seed)
    found = {"kmeans": ours, "ward": ward, "hdbscan": dense, "gaussian_mixture": mixture}
    return tuple(_describe(method, z, labels, ours) for method, labels in found.items())


def _describe(method: str, z: Floats, labels: Labels, ours: Labels) -> Alternative:
    placed = labels != NOISE
    sizes = np.unique(labels[placed], return_counts=True)[1]
    # a silhouette needs two groups and a row more than groups
    measurable = 2 <= len(sizes) < int(placed.sum())
    return Alternative(
        method=method,
        sizes=tuple(sorted((int(size) for size in sizes), reverse=True)),
        noise_share=float(1.0 - placed.mean()),
        silhouette=silhouette(z[placed], labels[placed]) if measurable else None,
        agreement=agreement(ours[placed], labels[placed]) if placed.any() else None,
    )
