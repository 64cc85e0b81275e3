"""How clear a division is, comparable between spaces of different columns."""

from __future__ import annotations

_NOTHING = 1e-12


def clearness(silhouette: float, null_silhouette: float) -> float:
    """Return how far a mean silhouette lies between that of tables without groups (0) and the greatest (1).

    A silhouette is larger in few columns than in many, whether there are groups or not, so it does not
    compare drafts. What it exceeds its own null by, as a share of what it could, is chance-corrected as the
    adjusted Rand index is; below 0 where the null is divided better.

    Examples
    --------
    >>> clearness(0.7, 0.4), clearness(0.3, 0.3)
    (0.5, 0.0)
    """
    return (silhouette - null_silhouette) / max(1.0 - null_silhouette, _NOTHING)
