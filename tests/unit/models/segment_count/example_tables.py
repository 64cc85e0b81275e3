"""Small tables whose groups are known."""

from __future__ import annotations

import numpy as np

from app.models.kmeans_fit import Floats, fit_scaling

CENTRES = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, 8.0], [8.0, 8.0, 8.0]])


def standardised(rows: Floats) -> Floats:
    return fit_scaling(rows).apply(rows)


def blobs(groups: int = 3, size: int = 30, seed: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    rows = np.repeat(CENTRES[:groups], size, axis=0)
    return standardised(rows + rng.standard_normal(rows.shape))


def cloud(rows: int = 150, seed: int = 4) -> Floats:
    return standardised(np.random.default_rng(seed).standard_normal((rows, 3)))


def square(rows: int = 150, seed: int = 5) -> Floats:
    return standardised(np.random.default_rng(seed).random((rows, 2)))


def shuffled(z: Floats, seed: int = 6) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(z[rng.permutation(len(z))][:, rng.permutation(z.shape[1])])
