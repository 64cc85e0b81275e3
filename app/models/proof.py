"""The proof that the served numbers and the pickled pair place every customer alike."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from app.core.errors import TrainingUnsound
from app.models.centroids import Centroids
from app.models.kmeans_fit import Floats, Labels, Scaling
from app.models.model_document import Proof

ROUNDING = 1e-9
GRID, RANDOM, BORDER = 2_500, 1_000, 1_000


class Predictor(Protocol):
    """Whatever labels rows (m, d) in own units."""

    def predict(self, rows: Floats) -> Labels:
        """Return the labels (m,)."""


def prove_agreement(
    pair: Predictor, scaling: Scaling, centroids: Floats, low: Floats, high: Floats, seed: int
) -> Proof:
    """Compare both forms on a grid, on random points and on points within 1e-6 of borders.

    Parameters
    ----------
    low, high : arrays of shape (d,)
        The box to test, in own units.

    Raises
    ------
    TrainingUnsound
        If they differ anywhere the margin exceeds 1e-9; closer than that, rounding decides.
    """
    rng = np.random.default_rng([seed, 3])
    grid, random = _grid(low, high), rng.uniform(low, high, size=(RANDOM, len(low)))
    border = scaling.undo(
        _at_borders(scaling.apply(rng.uniform(low, high, size=(BORDER, len(low)))), centroids, rng)
    )
    points = np.vstack([grid, random, border])
    served = Centroids(centroids.tolist())
    labels, margins = _label(served, scaling, points)
    differ = (labels != pair.predict(points)) & (margins > ROUNDING)
    if differ.any():
        raise TrainingUnsound(
            f"the pickled pair and the served numbers differ on {int(differ.sum())} of {len(points)}"
        )
    return Proof(
        points=len(points),
        border_points=len(border),
        disagreements=int(differ.sum()),
        closest_margin=float(margins.min()),
    )


def _label(served: Centroids, scaling: Scaling, points: Floats) -> tuple[Labels, Floats]:
    labels, margins = np.empty(len(points), dtype=np.int64), np.empty(len(points))
    mean, scale = scaling.mean.tolist(), scaling.scale.tolist()
    for place, row in enumerate(points.tolist()):
        scores = served.scores([(x - m) / s for x, m, s in zip(row, mean, scale, strict=True)])
        best = max(scores)
        labels[place] = scores.index(best)
        margins[place] = best - sorted(scores)[-2]
    return labels, margins


def _grid(low: Floats, high: Floats) -> Floats:
    steps = max(2, int(GRID ** (1.0 / len(low)) + 1e-9))
    axes = [np.linspace(a, b, steps) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(low))


def _at_borders(z: Floats, centroids: Floats, rng: np.random.Generator) -> Floats:
    """Move points onto the border between their two nearest centroids, and off it by up to 1e-6."""
    distance = ((z[:, None, :] - centroids) ** 2).sum(axis=2)
    near = np.argsort(distance, axis=1)[:, :2]
    rows = np.arange(len(z))
    own, other = centroids[near[:, 0]], centroids[near[:, 1]]
    step = other - own
    gap = distance[rows, near[:, 1]] - distance[rows, near[:, 0]]
    share = gap / (2.0 * (step**2).sum(axis=1)) + rng.uniform(-1e-6, 1e-6, len(z))
    moved: Floats = z + share[:, None] * step
    return moved
