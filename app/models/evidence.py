"""What says that segments are real: two null tests, stability under resampling, a verdict in words.

One null alone is fooled: the Gaussian by uniform squares and disks, the uniform box by elongated clouds;
stability alone by any elongated cloud. So "separate groups" needs all three. The thresholds were calibrated
on structureless and on separated tables; the rates are in ``docs/decisions/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from app.models.identity import best_order
from app.models.kmeans_fit import Floats, KMeansFit, fit_kmeans, silhouette
from app.models.model_document import NullTest, Verdict

NULLS = ("gaussian", "uniform")
NULL_DRAWS = 199
REFITS = 200
SIGNIFICANT = 0.01
HOLDS = 0.75
DISSOLVES = 0.6
REFIT_DECIMALS = 4

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Stability:
    """How segments fare when customers are drawn again, with replacement.

    Attributes
    ----------
    jaccard : array of shape (k,)
        Mean over the refits of each segment's best Jaccard similarity (Hennig's clusterwise stability).
    refits : array of shape (B, k, d)
        Centroids of each refit in the order of the segments they match, standardised, rounded.
    """

    jaccard: Floats
    refits: Floats


def compare_with_nulls(
    z: Floats, fit: KMeansFit, seed: int, draws: int = NULL_DRAWS, progress: Progress = lambda _: None
) -> NullTest:
    """Compare the silhouette of a fit with that of tables of the same size without groups.

    Parameters
    ----------
    z : array of shape (n, d)
        Standardised rows.
    draws : int
        Tables drawn from each null, B; the p-value ``(1 + #{null ≥ observed}) / (B + 1)`` is at least
        ``1 / (B + 1)``.
    """
    observed = silhouette(z, fit.labels)
    found: dict[str, Floats] = {}
    for place, null in enumerate(NULLS):
        values = np.empty(draws)
        for b, value in enumerate(islice(null_silhouettes(z, len(fit.centroids), null, seed), draws)):
            values[b] = value
            progress((place * draws + b + 1) / (len(NULLS) * draws))
        found[null] = values
    p = {name: float((1 + (values >= observed).sum()) / (draws + 1)) for name, values in found.items()}
    return NullTest(
        draws=draws,
        observed=observed,
        gaussian_mean=float(found["gaussian"].mean()),
        gaussian_max=float(found["gaussian"].max()),
        gaussian_p=p["gaussian"],
        uniform_mean=float(found["uniform"].mean()),
        uniform_max=float(found["uniform"].max()),
        uniform_p=p["uniform"],
    )


def null_silhouettes(z: Floats, k: int, null: str, seed: int) -> Iterator[float]:
    """Yield, without end, the silhouette of k clusters in one table after another drawn from a null.

    Parameters
    ----------
    z : array of shape (n, d)
        Standardised rows; each table drawn has the same shape.
    null : str
        One of `NULLS`.
    """
    draw = _TABLES[null](z)
    rng = np.random.default_rng([seed, NULLS.index(null)])
    for b in count():
        table = draw(rng)
        yield silhouette(table, fit_kmeans(table, k, seed=b).labels)


def _gaussian_like(z: Floats) -> Callable[[np.random.Generator], Floats]:
    """Draw tables from one Gaussian with the mean and covariance of z."""
    mean, factor = z.mean(axis=0), _root(np.cov(z, rowvar=False).reshape(z.shape[1], z.shape[1]))
    return lambda rng: mean + rng.standard_normal(z.shape) @ factor.T


def _box_like(z: Floats) -> Callable[[np.random.Generator], Floats]:
    """Draw tables uniformly from the box along the principal axes of z."""
    mean = z.mean(axis=0)
    axes = np.linalg.svd(z - mean, full_matrices=False)[2]
    turned = (z - mean) @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return lambda rng: mean + rng.uniform(low, high, size=turned.shape) @ axes


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root


test_against_nulls = compare_with_nulls  # the former name, until its caller has changed
_TABLES = {"gaussian": _gaussian_like, "uniform": _box_like}


def resample(
    z: Floats, fit: KMeansFit, seed: int, draws: int = REFITS, progress: Progress = lambda _: None
) -> Stability:
    """Refit on `draws` resamples of the customers, from new starts, and match each refit by identity."""
    rng = np.random.default_rng([seed, 2])
    n, k = len(z), len(fit.centroids)
    jaccard = np.empty((draws, k))
    refits = np.empty((draws, k, z.shape[1]))
    for b in range(draws):
        rows = z[rng.integers(0, n, n)]
        new = fit_kmeans(rows, k, seed=b).centroids
        order, similarity = best_order(fit.centroids, new, rows)
        jaccard[b] = similarity.max(axis=0)
        refits[b] = new[order]
        progress((b + 1) / draws)
    return Stability(jaccard.mean(axis=0), np.round(refits, REFIT_DECIMALS))


def judge(null: NullTest, jaccard: Floats, noun: str) -> Verdict:
    """Say in words what the tests show about k segments of `noun`s."""
    k, weakest = len(jaccard), float(jaccard.min())
    p = max(null.gaussian_p, null.uniform_p)
    least = min(null.gaussian_p, null.uniform_p)
    if p <= SIGNIFICANT and weakest >= HOLDS:
        text = (
            f"These are {k} separate groups of {noun}s: far better divided than tables without groups, and "
            f"each comes back when the {noun}s are drawn again (weakest: {weakest:.0%} in common)."
        )
        return Verdict(code="separate_groups", text=text, p_value=p)
    if least > SIGNIFICANT and weakest < DISSOLVES:
        text = (
            f"There is nothing to see here: tables without any groups are divided into {k} just as well, and "
            f"at least one segment dissolves when the {noun}s are drawn again ({weakest:.0%} in common)."
        )
        return Verdict(code="nothing_to_see", text=text, p_value=p)
    reason = (
        "tables without groups can be divided as well"
        if p > SIGNIFICANT
        else f"one segment does not hold when the {noun}s are drawn again ({weakest:.0%} in common)"
    )
    text = (
        f"These {k} segments are useful slices of a continuum, not separate groups: {reason}. The borders "
        f"are a choice; use them to organise work, not as facts about {noun}s."
    )
    return Verdict(code="useful_slices", text=text, p_value=p)
