"""Why a customer is here, and the cheapest way to any other segment: both exact.

The margin to the runner-up is ``D²_runner - D²_own = Σ_f [(z_f - c_runner,f)² - (z_f - c_own,f)²]``, a plain
sum over features, a category's coordinates added up. The exceptional lie beyond a threshold t from the
nearest centroid, and their margin is ``D² - t²``, to which each feature adds its share of D².
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.models.ml_model import MLModel
from app.models.paths import Path, find_paths


@dataclass(frozen=True)
class Reason:
    """What one feature adds to the margin; negative where it speaks for the runner-up.

    `raw` is in own units, NaN where it is missing; `standardised` is the coordinate, None for a category,
    which has several.
    """

    feature: str
    raw: float
    standardised: float | None
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """Reasons that add up to `margin`, and a path to every other segment; indices are the model's.

    An exceptional customer has the nearest segment for `own`, and a path into each.
    """

    own: int
    runner_up: int
    margin: float
    reasons: tuple[Reason, ...]
    paths: tuple[Path, ...]
    is_exceptional: bool = False


def explain(model: MLModel, values: Sequence[float], targets: Collection[int] | None = None) -> Explanation:
    """Explain the placement of one customer, given by d values in own units within their bounds.

    Paths are what costs: with `targets`, indices of segments, there are only those.
    """
    z = model.standardise(values)
    placement = model.place(values)
    own, runner = placement.order[:2]
    here, there = model.centroids.points[own], model.centroids.points[runner]
    wanted = range(len(model.segments)) if targets is None else targets
    if placement.exceptional:
        square = math.fsum((x - c) ** 2 for x, c in zip(z, here, strict=True))
        terms = [(x - c) ** 2 * (1.0 - model.threshold**2 / square) for x, c in zip(z, here, strict=True)]
    else:
        terms = [(x - b) ** 2 - (x - a) ** 2 for x, a, b in zip(z, here, there, strict=True)]
    reasons = tuple(
        Reason(feature.name, raw, z[span.start] if feature.kind == "number" else None, contribution)
        for feature, raw, span, contribution in zip(
            model.document.features, values, model.spans, model.by_feature(terms), strict=True
        )
    )
    return Explanation(
        own=own,
        runner_up=runner,
        margin=math.fsum(reason.contribution for reason in reasons),
        reasons=reasons,
        paths=find_paths(model, values, [i for i in wanted if i != own or placement.exceptional]),
        is_exceptional=placement.exceptional,
    )
