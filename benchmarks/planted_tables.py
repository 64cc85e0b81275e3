"""Tables whose truth is known: clouds of many shapes without groups, and groups at a set separation.

A family is a function of a random generator and the number of rows; it returns rows (n, d) in own units.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Family = Callable[[np.random.Generator, int], Floats]


def structureless_families() -> dict[str, Family]:
    """Return the families of tables without groups, by name."""
    return {
        "Gaussian, spherical": lambda rng, n: rng.standard_normal((n, _dimensions(rng, 2, 8))),
        "Gaussian, one long axis": _long_gaussian,
        "Gaussian, equal correlations": _equicorrelated_gaussian,
        "uniform square": lambda rng, n: rng.random((n, 2)),
        "uniform cube": lambda rng, n: rng.random((n, _dimensions(rng, 3, 6))),
        "uniform oblong, turned": _turned_oblong,
        "uniform, correlated columns": lambda rng, n: _mixed(rng, rng.random((n, _dimensions(rng, 2, 5)))),
        "disk": lambda rng, n: _ball(rng, n, 2),
        "ball": lambda rng, n: _ball(rng, n, _dimensions(rng, 3, 5)),
        "ellipse, turned": lambda rng, n: _mixed(rng, _ball(rng, n, 2)),
        "triangle": lambda rng, n: _mixed(rng, _simplex(rng, n, 2)),
        "simplex": lambda rng, n: _simplex(rng, n, _dimensions(rng, 3, 4)),
        "lognormal, raw": _lognormal,
        "lognormal, logged": lambda rng, n: np.log1p(50.0 * _lognormal(rng, n)),
        "exponential": lambda rng, n: rng.exponential(size=(n, _dimensions(rng, 2, 5))),
        "gamma": lambda rng, n: rng.gamma(rng.uniform(1.5, 4.0), size=(n, _dimensions(rng, 2, 5))),
        "Student's t, 3 to 6 degrees": _student,
        "skewed margins, Gaussian copula": _copula,
        "banana": _banana,
        "half ring": lambda rng, n: _arc(rng, n, np.pi),
        "ring": lambda rng, n: _arc(rng, n, 2 * np.pi),
        "scores 1 to 5": _scores,
        "scores 1 to 5, correlated": _correlated_scores,
        "counts": _counts,
    }


def planted_groups(rng: np.random.Generator, n: int, k: int, gap: tuple[float, float]) -> Floats:
    """Draw k Gaussian groups whose centres lie at least ``gap[0]`` standard deviations apart.

    The nearest two lie between ``gap[0]`` and ``gap[1]`` apart, in units of the larger of the two groups'
    spreads. Sizes differ by up to a factor of three and spreads by up to two, in half of the tables each.
    """
    d = _dimensions(rng, 2, 6)
    spreads = rng.uniform(0.5, 1.0, k) if rng.random() < 0.5 else np.ones(k)
    weights = rng.uniform(1.0, 3.0, k) if rng.random() < 0.5 else np.ones(k)
    while True:
        centres = rng.uniform(-1.0, 1.0, (k, d))
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        apart /= np.maximum(spreads[:, None], spreads[None])
        nearest = (apart + np.diag(np.full(k, np.inf))).min(axis=1)
        if nearest.max() < 2.0 * nearest.min():
            break
    centres *= rng.uniform(*gap) / nearest.min()
    group = np.repeat(np.arange(k), np.maximum(15, np.round(n * weights / weights.sum())).astype(int))
    rows: Floats = centres[group] + spreads[group, None] * rng.standard_normal((len(group), d))
    return rows


def _dimensions(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _turn(rng: np.random.Generator, d: int) -> Floats:
    turn: Floats = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return turn


def _mixed(rng: np.random.Generator, rows: Floats) -> Floats:
    """Stretch rows along random axes by up to four and turn them."""
    d = rows.shape[1]
    mixed: Floats = rows * rng.uniform(1.0, 4.0, d) @ _turn(rng, d)
    return mixed


def _long_gaussian(rng: np.random.Generator, n: int) -> Floats:
    d = _dimensions(rng, 2, 6)
    lengths = np.ones(d)
    lengths[0] = rng.uniform(2.0, 6.0)
    rows: Floats = rng.standard_normal((n, d)) * lengths @ _turn(rng, d)
    return rows


def _correlated_normals(rng: np.random.Generator, n: int, d: int, most: float) -> Floats:
    r = rng.uniform(0.2, most)
    rows: Floats = np.sqrt(1 - r) * rng.standard_normal((n, d)) + np.sqrt(r) * rng.standard_normal((n, 1))
    return rows


def _equicorrelated_gaussian(rng: np.random.Generator, n: int) -> Floats:
    return _correlated_normals(rng, n, _dimensions(rng, 2, 8), 0.9)


def _turned_oblong(rng: np.random.Generator, n: int) -> Floats:
    rows: Floats = rng.random((n, 2)) * [rng.uniform(1.5, 6.0), 1.0] @ _turn(rng, 2)
    return rows


def _ball(rng: np.random.Generator, n: int, d: int) -> Floats:
    directions = rng.standard_normal((n, d))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rows: Floats = directions * rng.random((n, 1)) ** (1.0 / d)
    return rows


def _simplex(rng: np.random.Generator, n: int, d: int) -> Floats:
    """Draw evenly from the regular simplex with d + 1 corners."""
    corners = np.linalg.svd(np.eye(d + 1) - 1.0 / (d + 1))[0][:, :d]
    rows: Floats = rng.dirichlet(np.ones(d + 1), n) @ corners
    return rows


def _lognormal(rng: np.random.Generator, n: int) -> Floats:
    normals = _correlated_normals(rng, n, _dimensions(rng, 2, 5), 0.7)
    rows: Floats = np.exp(rng.uniform(0.4, 1.2) * normals)
    return rows


def _student(rng: np.random.Generator, n: int) -> Floats:
    d = _dimensions(rng, 2, 5)
    freedom = rng.uniform(3.0, 6.0)
    rows: Floats = rng.standard_normal((n, d)) / np.sqrt(rng.chisquare(freedom, (n, 1)) / freedom)
    return rows


def _copula(rng: np.random.Generator, n: int) -> Floats:
    """Correlated normals, each column bent by its own monotone curve: skewed one way or the other."""
    normals = _correlated_normals(rng, n, _dimensions(rng, 2, 5), 0.8)
    for column in normals.T:
        bend = rng.uniform(0.3, 0.9) * rng.choice((-1.0, 1.0))
        column[:] = np.expm1(bend * column) / bend
    return normals


def _banana(rng: np.random.Generator, n: int) -> Floats:
    along = rng.standard_normal(n)
    across = rng.uniform(0.3, 1.0) * along**2 + rng.uniform(0.3, 0.8) * rng.standard_normal(n)
    return np.column_stack([along, across])


def _arc(rng: np.random.Generator, n: int, angle: float) -> Floats:
    turned = rng.uniform(0.0, angle, n)
    radius = 1.0 + rng.uniform(0.05, 0.2) * rng.standard_normal(n)
    return np.column_stack([radius * np.cos(turned), radius * np.sin(turned)])


def _scores(rng: np.random.Generator, n: int) -> Floats:
    d = _dimensions(rng, 2, 6)
    shares = rng.dirichlet(np.full(5, 8.0), d)
    return np.column_stack([rng.choice(5, n, p=share) + 1.0 for share in shares])


def _correlated_scores(rng: np.random.Generator, n: int) -> Floats:
    normals = _correlated_normals(rng, n, _dimensions(rng, 2, 6), 0.7)
    rows: Floats = np.clip(np.round(3.0 + rng.uniform(0.8, 1.2) * normals), 1.0, 5.0)
    return rows


def _counts(rng: np.random.Generator, n: int) -> Floats:
    return rng.poisson(rng.uniform(2.0, 8.0), (n, _dimensions(rng, 2, 4))).astype(float)
