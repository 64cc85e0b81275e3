"""What says that segments are real: two nulls, borders, stability under resampling, a verdict in words.

One null alone is fooled: the Gaussian by uniform squares and disks, the uniform box by elongated clouds; both
by bands, triangles and skewed clouds, which are divided well although nothing lies between their parts;
stability alone by any elongated cloud. So "separate groups" needs a silhouette and borders that neither null
reaches, and stability. The rates at which each verdict is given to structureless and to separated tables are
in ``docs/decisions/0003-verdict-calibration.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import NamedTuple

import numpy as np

from app.models.borders import least_borders
from app.models.choice_document import ChoiceDocument
from app.models.identity import best_order
from app.models.kmeans_fit import Floats, KMeansFit
from app.models.many_starts import fit_many_starts
from app.models.model_document import NullTest, Verdict
from app.models.sampling import count_distinct
from app.models.silhouettes import mean_silhouettes

NULLS = ("gaussian", "uniform")
# from the least to the most that is said
CODES = ("nothing_to_see", "useful_slices", "separate_groups")
NULL_DRAWS = 199
REFITS = 200
SIGNIFICANT = 0.01
HOLDS = 0.75
DISSOLVES = 0.6
REFIT_DECIMALS = 4

Progress = Callable[[float], None]
Refit = Callable[[Floats, int, int], Floats]


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


class Division(NamedTuple):
    """How well a table is divided: its mean silhouette, and the mean of its segments' least clear borders."""

    silhouette: float
    borders: float


def compare_with_nulls(
    z: Floats, fit: KMeansFit, seed: int, draws: int = NULL_DRAWS, progress: Progress = lambda _: None
) -> NullTest:
    """Compare how well a fit divides its table with tables of the same size without groups.

    A null's p-value is the larger of two, as both must be beaten: the silhouette's and the borders'.

    Parameters
    ----------
    z : array of shape (n, d)
        Standardised rows.
    draws : int
        Tables drawn from each null, B; the p-value ``(1 + #{null ≥ observed}) / (B + 1)`` is at least
        ``1 / (B + 1)``.
    """
    observed = divide(z, fit)
    found: dict[str, Floats] = {}
    for place, null in enumerate(NULLS):
        values = np.empty((draws, len(observed)))
        for b, division in enumerate(islice(null_divisions(z, len(fit.centroids), null, seed), draws)):
            values[b] = division
            progress((place * draws + b + 1) / (len(NULLS) * draws))
        found[null] = values
    p = {
        null: float((1 + (values >= observed).sum(axis=0).max()) / (draws + 1))
        for null, values in found.items()
    }
    return NullTest(
        draws=draws,
        rows=len(z),
        observed=observed.silhouette,
        gaussian_mean=float(found["gaussian"][:, 0].mean()),
        gaussian_max=float(found["gaussian"][:, 0].max()),
        gaussian_p=p["gaussian"],
        uniform_mean=float(found["uniform"][:, 0].mean()),
        uniform_max=float(found["uniform"][:, 0].max()),
        uniform_p=p["uniform"],
    )


def null_divisions(z: Floats, k: int, null: str, seed: int) -> Iterator[Division]:
    """Yield, without end, how well k clusters divide one table after another drawn from a null.

    Parameters
    ----------
    z : array of shape (n, d)
        Standardised rows; each table drawn has the same shape.
    null : str
        One of `NULLS`.
    """
    draw = NULL_TABLES[null](z)
    rng = np.random.default_rng([seed, NULLS.index(null)])
    for b in count():
        table = draw(rng)
        yield divide(table, fit_many_starts(table, k, seed=b))


def divide(z: Floats, fit: KMeansFit) -> Division:
    """Return how well a fit divides the rows z (n, d)."""
    return Division(float(mean_silhouettes(z, [fit.labels])[0]), float(least_borders(z, fit).mean()))


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


NULL_TABLES = {"gaussian": _gaussian_like, "uniform": _box_like}


def _many_starts(rows: Floats, k: int, seed: int) -> Floats:
    return fit_many_starts(rows, k, seed).centroids


def resample(
    z: Floats,
    fit: KMeansFit,
    seed: int,
    draws: int = REFITS,
    progress: Progress = lambda _: None,
    *,
    refit: Refit = _many_starts,
    distinct: int = 0,
) -> Stability:
    """Refit on `draws` resamples of the customers, from new starts, and match each refit by identity.

    Parameters
    ----------
    refit : callable
        Given rows, k and a seed, returns k centroids: the way in which `fit` itself was found.
    distinct : int
        `refit` needs more different rows than this, and than k.
    """
    rng = np.random.default_rng([seed, 2])
    k = len(fit.centroids)
    jaccard = np.empty((draws, k))
    refits = np.empty((draws, k, z.shape[1]))
    for b in range(draws):
        rows = _draw_again(z, max(k, distinct), rng)
        new = refit(rows, k, b)
        order, similarity = best_order(fit.centroids, new, rows)
        jaccard[b] = similarity.max(axis=0)
        refits[b] = new[order]
        progress((b + 1) / draws)
    return Stability(jaccard.mean(axis=0), np.round(refits, REFIT_DECIMALS))


def _draw_again(z: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Draw as many rows as there are, with replacement; a draw with too few different rows is drawn anew."""
    while True:
        rows = z[rng.integers(0, len(z), len(z))]
        if count_distinct(rows, k + 1) > k:
            return rows


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
        "tables without groups can be divided as well or as clearly"
        if p > SIGNIFICANT
        else f"one segment does not hold when the {noun}s are drawn again ({weakest:.0%} in common)"
    )
    return Verdict(code="useful_slices", text=_slices_text(k, noun, reason), p_value=p)


def judge_chosen(verdict: Verdict, choice: ChoiceDocument, noun: str, k: int) -> Verdict:
    """Return the verdict on k segments, a number looked for: no more than the whole scan bears out.

    Who may choose among numbers finds a good one by chance: a test made for one given number says too much.
    """
    p = max(verdict.p_value, choice.p_value or 0.0)
    if CODES.index(choice.code) >= CODES.index(verdict.code):
        return verdict.model_copy(update={"p_value": p})
    none = (
        f"of all the numbers of segments that were tried, none divides the {noun}s more clearly than tables "
        f"without groups are divided and comes back when the {noun}s are drawn again"
    )
    if choice.code == "nothing_to_see":
        return Verdict(code=choice.code, text=f"There is nothing to see here: {none}.", p_value=p)
    return Verdict(code=choice.code, text=_slices_text(k, noun, none), p_value=p)


def _slices_text(k: int, noun: str, reason: str) -> str:
    return (
        f"These {k} segments are useful slices of a continuum, not separate groups: {reason}. The borders "
        f"are a choice; use them to organise work, not as facts about {noun}s."
    )
