"""The proof that the served encoding and the pickled pipeline place every customer alike."""

from __future__ import annotations

import math

import numpy as np

from app.core.errors import TrainingUnsound
from app.models.centroids import Centroids
from app.models.encoding.document import OTHER, NumberEncoding
from app.models.encoding.encoder import Encoding
from app.models.encoding.transforms import inverse
from app.models.kmeans_fit import Floats, Labels
from app.models.model_document import Proof
from app.models.preparation import EncodedColumns
from app.models.proof import BORDER, GRID, RANDOM, ROUNDING, Predictor

GAPS = 0.05


def prove_encoded(pair: Predictor, encoded: EncodedColumns, centroids: Floats, seed: int) -> Proof:
    """Compare both forms on a grid, on random customers and on customers within 1e-6 of borders.

    They have every word of the categories, other words, and gaps; numbers are spread evenly in coordinates,
    within the features' bounds.

    Raises
    ------
    TrainingUnsound
        If they differ anywhere the margin exceeds 1e-9; closer than that, rounding decides.
    """
    rng = np.random.default_rng([seed, 3])
    places = _Places(encoded)
    random = places.draw(RANDOM, rng)
    random[rng.random(random.shape) < GAPS] = math.nan
    border = places.at_borders(places.draw(BORDER, rng), centroids, rng)
    points = np.vstack([places.grid(), random, border])
    labels, margins = places.label(Centroids(centroids.tolist()), points)
    differ = (labels != pair.predict(points)) & (margins > ROUNDING)
    if differ.any():
        raise TrainingUnsound(
            f"the pickled pipeline and the served numbers differ on {int(differ.sum())} of {len(points)}"
        )
    return Proof(
        points=len(points),
        border_points=len(border),
        disagreements=int(differ.sum()),
        closest_margin=float(margins.min()),
    )


class _Places:
    """Made-up customers all over the space of an encoding, in own units."""

    def __init__(self, encoded: EncodedColumns) -> None:
        self._encoded = encoded
        self._features = encoded.document.features
        self._served = Encoding(encoded.document)

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw customers (count, d) without gaps."""
        return np.column_stack([self._values(f, rng.random(count)) for f in range(len(self._features))])

    def grid(self) -> Floats:
        """Return customers on a grid over all features, about `GRID` of them."""
        steps = max(2, int(GRID ** (1.0 / len(self._features)) + 1e-9))
        axes = [self._values(f, np.linspace(0.0, 1.0, steps)) for f in range(len(self._features))]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(self._features))

    def at_borders(self, rows: Floats, centroids: Floats, rng: np.random.Generator) -> Floats:
        """Move the numbers of customers onto the border of their two nearest segments, or off by up to 1e-6.

        Who has no such border, or only beyond what a number can be, is left out.
        """
        z = self._encoded.apply(rows)
        near = np.argsort(((z[:, None, :] - centroids) ** 2).sum(axis=2), axis=1)[:, :2]
        own, other = centroids[near[:, 0]], centroids[near[:, 1]]
        step = np.where(self._is_number(), other - own, 0.0)
        gap = ((z - other) ** 2).sum(axis=1) - ((z - own) ** 2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = gap / (2.0 * (step**2).sum(axis=1)) + rng.uniform(-1e-6, 1e-6, len(z))
            moved = z + share[:, None] * step
        for f, feature in enumerate(self._features):
            if isinstance(feature, NumberEncoding):
                rows[:, f] = self._own_units(feature, moved[:, self._encoded.document.spans[feature.name]])
        return rows[np.isfinite(rows).all(axis=1)]

    def label(self, served: Centroids, rows: Floats) -> tuple[Labels, Floats]:
        """Return the served form's label of each row, and the margin to the next."""
        labels, margins = np.empty(len(rows), dtype=np.int64), np.empty(len(rows))
        for place, row in enumerate(rows.tolist()):
            scores = served.scores(self._served.apply(self._record(row)).coordinates)
            best = max(scores)
            labels[place] = scores.index(best)
            margins[place] = best - sorted(scores)[-2]
        return labels, margins

    def _record(self, row: list[float]) -> dict[str, float | str | None]:
        record: dict[str, float | str | None] = {}
        for feature, words, value in zip(self._features, self._encoded.levels, row, strict=True):
            if not words or math.isnan(value):
                record[feature.name] = None if math.isnan(value) else value
            else:
                record[feature.name] = (*words, OTHER)[int(value)]
        return record

    def _values(self, f: int, shares: Floats) -> Floats:
        feature, words = self._features[f], self._encoded.levels[f]
        if not isinstance(feature, NumberEncoding):
            return np.floor(shares * (len(words) + 1 - 1e-9))
        low, high = self._served.number_bounds(feature.name)
        return self._own_units(feature, low + shares[:, None] * (high - low))

    def _own_units(self, feature: NumberEncoding, z: Floats) -> Floats:
        y = z[:, 0] / feature.weight * feature.scale + feature.mean
        return np.array([inverse(x, feature.transform, feature.power) for x in y.tolist()])

    def _is_number(self) -> Floats:
        parts = [[isinstance(feature, NumberEncoding)] * feature.width for feature in self._features]
        return np.array([flag for part in parts for flag in part])
