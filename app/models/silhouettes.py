"""Silhouettes of several partitions of one table, whose distances are taken once for all of them.

`mean_silhouettes` knows all rows; `estimate_silhouettes` has a stratified sample of them, and says how far it
may be off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

BLOCK_ROWS = 1_000
_NOTHING = 1e-12

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class Silhouette(NamedTuple):
    """A mean silhouette and two standard errors.

    Attributes
    ----------
    sampling_error : float
        Against the silhouette of all rows; 0 where they were all there.
    error : float
        Against that of the population which all rows came from: they too are only some.
    """

    value: float
    sampling_error: float
    error: float


class _Nearness(NamedTuple):
    """For each row its own group and the next, (n,), with the mean distances to both."""

    own: Labels
    following: Labels
    inside: Floats
    outside: Floats


def mean_silhouettes(z: Floats, partitions: Sequence[Labels]) -> Floats:
    """Return the mean silhouette of each partition of the rows z (n, d); 0 where it has one group.

    A segment of one row has the silhouette 0 (P. Rousseeuw, 1987). No more than `BLOCK_ROWS` × n distances
    are held at once.
    """
    if not partitions:
        return np.zeros(0)
    every = np.ones(len(z))
    found = [_members(labels) for labels in partitions]
    parts = _sum_distances(z, found)
    return np.array(
        [
            _widths(_nearness(part, member, every)).mean() if member.shape[1] > 1 else 0.0
            for part, member in zip(parts, found, strict=True)
        ]
    )


def silhouette_widths(z: Floats, labels: Labels) -> Floats:
    """Return the silhouette of each of the rows z (n, d), as `mean_silhouettes` averages them."""
    member = _members(labels)
    if member.shape[1] < 2:
        return np.zeros(len(z))
    return _widths(_nearness(_sum_distances(z, [member])[0], member, np.ones(len(z))))


def estimate_silhouettes(
    z: Floats, partitions: Sequence[Labels], strata: Labels, totals: Floats
) -> list[Silhouette]:
    """Estimate the mean silhouette of each partition of a table from a stratified sample of its rows.

    Each row counts as often as its stratum has rows for each one drawn, also in the distances to a group. The
    errors are those of the estimate made linear in these weights (J. Deville, 1999): a row changes it by its
    own silhouette, and as one to whom the distances of others are measured.

    Parameters
    ----------
    z : array of shape (m, d)
        The sample.
    partitions : sequence of arrays of shape (m,)
        Groups of the sample's rows, at least two in each, made of whole strata.
    strata : array of shape (m,)
        Index of each row's stratum.
    totals : array of shape (h,)
        How many rows of the table each stratum has.
    """
    if not partitions:
        return []
    drawn = np.bincount(strata, minlength=len(totals))
    weights = (totals / drawn)[strata]
    found = [_members(labels) for labels in partitions]
    sums = _sum_distances(z, [member * weights[:, None] for member in found])
    near = [_nearness(part, member, weights) for part, member in zip(sums, found, strict=True)]
    slopes = [_slopes(one, member, weights) for one, member in zip(near, found, strict=True)]
    pulls = _sum_distances(z, slopes)
    return [
        _estimate(one, pull - _levels(one, slope), weights, strata, totals)
        for one, pull, slope in zip(near, pulls, slopes, strict=True)
    ]


def _members(labels: Labels) -> Floats:
    groups = np.unique(labels)
    member: Floats = (labels[:, None] == groups).astype(float)
    return member


def _sum_distances(z: Floats, factors: Sequence[Floats]) -> list[Floats]:
    """Return for each of the factors (n, k) the sums over rows of distance times factor, (n, k)."""
    # one product for all of them reads the distances once
    every = np.hstack(factors)
    blocks = [cdist(z[i : i + BLOCK_ROWS], z) @ every for i in range(0, len(z), BLOCK_ROWS)]
    ends = np.cumsum([factor.shape[1] for factor in factors])
    return np.split(np.vstack(blocks), ends[:-1], axis=1)


def _nearness(sums: Floats, member: Floats, weights: Floats) -> _Nearness:
    """Return it from the sum of each row's distances to each group, and who is in it; both (n, k)."""
    size, rows, own = weights @ member, np.arange(len(member)), member.argmax(axis=1)
    inside = sums[rows, own] / np.maximum(size[own] - weights, 1.0)
    means = sums / size
    means[rows, own] = np.inf
    following = means.argmin(axis=1)
    return _Nearness(own, following, inside, means[rows, following])


def _widths(near: _Nearness) -> Floats:
    longer = np.maximum(np.maximum(near.inside, near.outside), _NOTHING)
    width = (near.outside - near.inside) / longer
    widths: Floats = np.where(np.bincount(near.own)[near.own] > 1, width, 0.0)
    return widths


def _slopes(near: _Nearness, member: Floats, weights: Floats) -> Floats:
    """Return how the sum of silhouettes changes with each row's distances to its own group and the next."""
    size, rows = weights @ member, np.arange(len(member))
    slopes: Floats = np.zeros(member.shape)
    longer = np.maximum(np.maximum(near.inside, near.outside), _NOTHING)
    is_alone = np.bincount(near.own)[near.own] == 1
    # (b - a) / max(a, b) changes by -b / max² with a, and by a / max² with b, whichever is the longer
    by_inside, by_outside = -near.outside / longer**2, near.inside / longer**2
    room = np.maximum(size[near.own] - weights, 1.0)
    slopes[rows, near.own] = np.where(is_alone, 0.0, weights * by_inside / room)
    slopes[rows, near.following] = np.where(is_alone, 0.0, weights * by_outside / size[near.following])
    return slopes


def _levels(near: _Nearness, slopes: Floats) -> Floats:
    """Return for each group (k,) what its rows pull if they lie just as far as its mean."""
    rows, k = np.arange(len(slopes)), slopes.shape[1]
    inside = np.bincount(near.own, slopes[rows, near.own] * near.inside, minlength=k)
    outside = np.bincount(near.following, slopes[rows, near.following] * near.outside, minlength=k)
    return (inside + outside).astype(np.float64)


def _estimate(near: _Nearness, pulls: Floats, weights: Floats, strata: Labels, totals: Floats) -> Silhouette:
    widths, customers, drawn = _widths(near), totals.sum(), np.bincount(strata)
    value = float(weights @ widths / customers)
    influence = widths - value + pulls[np.arange(len(widths)), near.own]
    means = np.bincount(strata, influence) / drawn
    spread = np.bincount(strata, (influence - means[strata]) ** 2) / np.maximum(drawn - 1, 1)
    # one row says nothing of its stratum's spread: no more is supposed than that of all
    spread[drawn == 1] = (influence**2).mean()
    sampling = float((totals * (totals - drawn) * spread / drawn).sum()) / float(customers) ** 2
    among_all = float(weights @ influence**2) / float(customers) ** 2
    return Silhouette(value, math.sqrt(sampling), math.sqrt(sampling + among_all))
