"""What the segments look like: sizes, means with intervals, effect sizes, a sample for the maps."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from app.models.customer_table import CustomerTable
from app.models.kmeans_fit import Floats, Labels
from app.models.model_document import (
    LEAST_TOLD,
    ColumnAnalysis,
    ColumnStatistics,
    ExceptionalAnalysis,
    Sample,
    SegmentAnalysis,
)
from app.models.recipe import Category, Recipe
from app.models.sampling import sample_rows

DRAWS = 1_000
MOST_RESAMPLED = 5_000
MOST_SAMPLED = 2_000


def known_columns(table: CustomerTable, recipe: Recipe) -> dict[str, Floats]:
    """Return features and profile columns by name, those that hold a value at all.

    A category is as many columns as it has words, each with the share of the customers who have it.
    """
    columns: dict[str, Floats] = {}
    for feature, values in zip(recipe.features, table.features.T, strict=True):
        if isinstance(feature, Category):
            unknown = np.isnan(values)
            for place, share in enumerate(feature.as_profile()):
                columns[share.name] = np.where(unknown, np.nan, values == place)
        else:
            columns[feature.name] = values
    columns |= table.profile
    return {name: values for name, values in columns.items() if not np.isnan(values).all()}


def describe_segments(
    columns: Mapping[str, Floats], labels: Labels, segment_ids: tuple[int, ...], stability: Floats, seed: int
) -> tuple[SegmentAnalysis, ...]:
    """Return each segment's numbers, without the columns that fewer than `LEAST_TOLD` of its customers have.

    Parameters
    ----------
    columns : mapping of name to array of shape (n,)
        Features and profile columns, NaN where missing.
    labels : array of shape (n,)
        Index into `segment_ids` of each row, -1 for the exceptional.
    stability : array of shape (k,)
        Mean Jaccard similarity over resamples.
    """
    rng = np.random.default_rng([seed, 4])
    found = []
    for place, segment_id in enumerate(segment_ids):
        members = np.flatnonzero(labels == place)
        own = {name: values[members] for name, values in columns.items()}
        told = {name: values for name, values in own.items() if _count(values) >= LEAST_TOLD}
        found.append(
            SegmentAnalysis(
                segment_id=segment_id,
                size=len(members),
                share=len(members) / len(labels),
                stability=float(stability[place]),
                columns={name: _statistics(values, rng) for name, values in told.items()},
            )
        )
    return tuple(found)


def describe_exceptional(
    columns: Mapping[str, Floats], labels: Labels, segment_id: int, seed: int
) -> ExceptionalAnalysis:
    """Return the numbers of the exceptional, those with the label -1."""
    found = describe_segments(columns, -1 - labels, (segment_id,), np.zeros(1), seed)[0]
    return ExceptionalAnalysis.model_validate(found.model_dump(exclude={"stability"}))


def describe_columns(
    columns: Mapping[str, Floats], recipe: Recipe, labels: Labels, seed: int
) -> tuple[ColumnAnalysis, ...]:
    """Return each column over all customers, with the share of its variance that lies between segments.

    For a feature that share is high by construction, since the segments were made to differ on it.
    """
    rng = np.random.default_rng([seed, 5])
    used = [part for f in recipe.features for part in (f.as_profile() if isinstance(f, Category) else (f,))]
    titled = [(part.name, part.label, part.unit, True) for part in used if part.name in columns]
    titled += [(p.name, p.label, p.unit, False) for p in recipe.profile if p.name in columns]
    return tuple(
        ColumnAnalysis(
            name=name,
            label=label,
            unit=unit,
            is_feature=is_feature,
            effect_size=effect_size(columns[name], labels),
            overall=_statistics(columns[name], rng),
        )
        for name, label, unit, is_feature in titled
    )


def effect_size(values: Floats, labels: Labels) -> float:
    """Return η², the share of the variance of values (n,) between groups.

    Missing values and the exceptional, whose label is -1, are left out.
    """
    known = ~np.isnan(values) & (labels >= 0)
    values, labels = values[known], labels[known]
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if total == 0.0:
        return 0.0
    between = sum(
        float((labels == g).sum()) * (float(values[labels == g].mean()) - float(values.mean())) ** 2
        for g in np.unique(labels)
    )
    # rounding may carry it past the whole
    return min(1.0, between / total)


def sample_customers(features: Floats, labels: Labels, segment_ids: tuple[int, ...], seed: int) -> Sample:
    """Return at most 2,000 customers, each segment its share: features and segment, no identifier."""
    chosen = sample_rows(labels, MOST_SAMPLED, seed)
    return Sample(
        features=tuple(map(tuple, features[chosen].tolist())),
        segment_ids=tuple(segment_ids[place] for place in labels[chosen].tolist()),
        is_all=len(labels) <= MOST_SAMPLED,
    )


def _count(values: Floats) -> int:
    return int((~np.isnan(values)).sum())


def _statistics(values: Floats, rng: np.random.Generator) -> ColumnStatistics:
    known = values[~np.isnan(values)]
    low, high = _interval(known, rng)
    return ColumnStatistics(
        n=len(known),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        median=float(np.median(known)),
        min=float(known.min()),
        max=float(known.max()),
        ci95=(low, high),
    )


def _interval(known: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Return the mean's 95 % interval: bootstrap percentiles, or the normal one where n makes them equal."""
    n = len(known)
    if n > MOST_RESAMPLED:
        half = 1.96 * float(known.std(ddof=1)) / math.sqrt(n)
        return float(known.mean()) - half, float(known.mean()) + half
    means = known[rng.integers(0, n, (DRAWS, n))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
