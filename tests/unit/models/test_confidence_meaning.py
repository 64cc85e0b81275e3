"""What a stated confidence means: how firmly a border stands when other customers are drawn.

Measured with ten tables of 200 customers from a population with the spreads of the Mall table, 60 models fitted
on fresh samples each: stated share and share of fresh models that agree differ by 0.008 on average, and by at
most 0.1 for 97.7 % of customers; the rest lie at borders, where one table cannot know on which side of
the population's border it put its own. Over all tables, customers who are told 0.7 to 0.97 are placed alike by
0.02 to 0.13 less often than told, as the fitted border errs as much as the fresh one does; doubling that
variance in the refits mends this at some cost in the single difference, and blurs what the number is: a share.
In a population whose groups run into each other (spreads 0.35 of the gaps) the mean difference is 0.08 and 78 %
lie within 0.1; there the label is mostly "leaning" or "borderline" anyway.
"""

from __future__ import annotations

import numpy as np
import pytest

from app.models.evidence import resample
from app.models.identity import best_order
from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling, nearest

CUSTOMERS, TEST_POINTS, FRESH_FITS = 200, 500, 80
CENTRES = np.array([[25.0, 80.0], [25.0, 20.0], [55.0, 50.0], [87.0, 82.0], [88.0, 17.0]])
SPREADS = np.array([[8.0, 10.0], [8.0, 13.0], [9.0, 6.5], [16.0, 9.0], [16.0, 10.0]])
SHARES = [0.11, 0.115, 0.405, 0.195, 0.175]


def customers(rng: np.random.Generator, n: int) -> Floats:
    group = rng.choice(len(SHARES), n, p=SHARES)
    rows: Floats = CENTRES[group] + SPREADS[group] * rng.standard_normal((n, 2))
    return rows


@pytest.fixture(scope="module")
def shares() -> tuple[Floats, Floats]:
    """Stated confidence and share of fresh models that agree, at test points of two tables."""
    stated, agreeing = zip(*(_measure(seed) for seed in (0, 1)), strict=True)
    return np.concatenate(stated), np.concatenate(agreeing)


def _measure(seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    rows = customers(rng, CUSTOMERS)
    scaling = fit_scaling(rows)
    z = scaling.apply(rows)
    fit = fit_kmeans(z, len(SHARES), seed)
    points = customers(rng, TEST_POINTS)
    own = nearest(scaling.apply(points), fit.centroids)
    refits = resample(z, fit, seed).refits
    stated = np.mean([nearest(scaling.apply(points), refit) == own for refit in refits], axis=0)
    agreeing = np.zeros(TEST_POINTS)
    for number in range(FRESH_FITS):
        fresh = customers(rng, CUSTOMERS)
        other = fit_scaling(fresh)
        new = fit_kmeans(other.apply(fresh), len(SHARES), number).centroids
        order, _ = best_order(fit.centroids, scaling.apply(other.undo(new)), scaling.apply(fresh))
        agreeing += nearest(other.apply(points), new[order]) == own
    return stated, agreeing / FRESH_FITS


class TestConfidence:
    def test_agrees_with_models_of_fresh_samples(self, shares: tuple[Floats, Floats]) -> None:
        difference = np.abs(shares[0] - shares[1])
        assert difference.mean() <= 0.05
        assert (difference <= 0.1).mean() >= 0.93

    def test_settled_customers_stay(self, shares: tuple[Floats, Floats]) -> None:
        stated, agreeing = shares
        assert agreeing[stated >= 0.9].mean() >= 0.97
        assert (stated >= 0.9).mean() >= 0.9

    def test_the_unsettled_are_those_that_move(self, shares: tuple[Floats, Floats]) -> None:
        stated, agreeing = shares
        assert agreeing[stated < 0.9].mean() < 0.85
        assert abs(stated[stated < 0.9].mean() - agreeing[stated < 0.9].mean()) <= 0.1
