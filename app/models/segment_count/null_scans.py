"""Tables without groups, scanned as the table was: what the gap statistic and the test both need.

Each null is drawn as :mod:`app.models.evidence` draws it; a scan, once made, serves both.
"""

from __future__ import annotations

import numpy as np

from app.models.evidence import NULL_TABLES, NULLS
from app.models.kmeans_fit import Floats
from app.models.segment_count.scan import Curves, curves


class NullScans:
    """Scans of tables drawn from each null, made when they are first asked for and kept.

    Parameters
    ----------
    z : array of shape (n, d)
        Standardised rows; each table drawn has the same shape.
    most : int
        Each table is scanned from 1 to this many segments.
    """

    def __init__(self, z: Floats, most: int, seed: int) -> None:
        self._most = most
        self._draw = {null: NULL_TABLES[null](z) for null in NULLS}
        self._rng = {null: np.random.default_rng([seed, place, 8]) for place, null in enumerate(NULLS)}
        self._made: dict[str, list[Curves]] = {null: [] for null in NULLS}

    def first(self, draws: int, null: str) -> list[Curves]:
        """Return the scans of the first `draws` tables of one of `NULLS`."""
        made = self._made[null]
        while len(made) < draws:
            made.append(curves(self._draw[null](self._rng[null]), self._most))
        return made[:draws]
