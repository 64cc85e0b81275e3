"""Suggests a number's transform from its skewness, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.models.encoding.apart import find_apart
from app.models.encoding.fitting import fit_power, transform_rows
from app.models.encoding.transforms import TransformName
from app.models.kmeans_fit import Floats
from app.utils.quantities import counted

SKEWED = 1.0
"""From this skewness on, in either direction, a few customers pull the mean: an exponential has 2."""


@dataclass(frozen=True)
class Suggestion:
    """A transform that a person may take or leave.

    Attributes
    ----------
    transform : {"none", "log1p", "yeo_johnson"}
    skewness, skewness_after : float
        Third standardised moment of the column before and after it, without what lies far from all others.
    reason : str
        One sentence for people.
    """

    transform: TransformName
    skewness: float
    skewness_after: float
    reason: str


def suggest_transform(x: Floats) -> Suggestion:
    """Suggest a transform for the numbers x (n,), NaN where one is missing.

    The logarithm comes before Yeo-Johnson, since people can read it: equal steps are equal percentages. What
    lies far from all others, before or after, has no say: a transform that takes in a few whales presses
    everybody else together, and they can be kept apart.
    """
    known = x[~np.isnan(x)]
    before, far = _without_far(known)
    if abs(before) < SKEWED:
        reason = f"even enough to be left as it is (skewness {_short(before)}{_beside(far)})"
        return Suggestion("none", before, before, reason)
    if before > 0.0 and known.min() >= 0.0:
        after, far = _without_far(np.log1p(known))
        if abs(after) < SKEWED:
            named = "the logarithm of 1 + x"
            return Suggestion("log1p", before, after, _reason(before, after, named, far))
    power = fit_power(known)
    after, far = _without_far(transform_rows(known, "yeo_johnson", power))
    if abs(after) > abs(before) / 2.0:
        reason = f"left as it is: no transform would halve its skewness of {_short(before)}"
        return Suggestion("none", before, before, reason)
    named = f"a power transform (Yeo-Johnson, λ = {power:.2f})"
    return Suggestion("yeo_johnson", before, after, _reason(before, after, named, far))


def _without_far(x: Floats) -> tuple[float, int]:
    """Return the skewness of the numbers x (n,) without those far from all others, and how many these are."""
    far = list(find_apart([x.tolist()]).far)
    return skewness(np.delete(x, far)), len(far)


def skewness(x: Floats) -> float:
    """Return the third standardised moment of x (n,), 0 for a constant or nothing."""
    if x.size == 0:
        return 0.0
    centred = x - x.mean()
    spread = float(np.sqrt((centred**2).mean()))
    return float(((centred / spread) ** 3).mean()) if spread > 0.0 else 0.0


def _reason(before: float, after: float, named: str, far: int) -> str:
    side = "high" if before > 0.0 else "low"
    return (
        f"a few {side} values outweigh the rest (skewness {_short(before)}); {named} evens them out "
        f"({_short(after)}{_beside(far)})"
    )


def _beside(far: int) -> str:
    return f" without the {counted(far, 'value')} far from all others" if far else ""


def _short(value: float) -> str:
    # the sum turns -0.0 into 0.0
    return f"{round(value, 1) + 0.0:.1f}"
