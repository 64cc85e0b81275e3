"""Monotone transforms of one number and their inverses, in plain Python floats.

Yeo-Johnson is a power transform that takes negative numbers too (I.-K. Yeo and R. A. Johnson, *A new family
of power transformations to improve normality or symmetry*, Biometrika 87, 2000). It is written with `log1p`
and `expm1`, which stay exact near a power of 0 and 2, where the textbook's quotients cancel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

TransformName = Literal["none", "log1p", "yeo_johnson"]

# a power so near to 0 is taken for it: its products have no digits left
NO_POWER = 1e-290


def forward(x: float, transform: TransformName, power: float = 1.0) -> float:
    """Return the transformed number; `power` is Yeo-Johnson's λ and of no use to the others.

    Raises
    ------
    ValueError
        If `x` is -1 or less and the transform is ``log1p``.
    OverflowError
        If the result is beyond the largest float.

    Examples
    --------
    >>> forward(8.0, "none"), forward(0.0, "log1p"), forward(3.0, "yeo_johnson", 0.5)
    (8.0, 0.0, 2.0)
    """
    if transform == "none":
        return x
    if transform == "log1p":
        return math.log1p(x)
    if x >= 0.0:
        return _stretch(math.log1p(x), power)
    return -_stretch(math.log1p(-x), 2.0 - power)


def inverse(y: float, transform: TransformName, power: float = 1.0) -> float:
    """Return the number whose transform is `y`; ±inf where no finite number's is.

    With a λ below 0 (or above 2) large positive (negative) numbers crowd below a ceiling (above a floor),
    so a `y` beyond it has no original.

    Examples
    --------
    >>> inverse(2.0, "yeo_johnson", 0.5), inverse(1.0, "yeo_johnson", -1.0)
    (3.0, inf)
    """
    if transform == "none":
        return y
    if transform == "log1p":
        return _expm1(y)
    if y >= 0.0:
        return _expm1(_shrink(y, power))
    return -_expm1(_shrink(-y, 2.0 - power))


def product(factors: Iterable[float]) -> float:
    """Return what a derived column is, the product of its sources, NaN where one is missing.

    The one place where it is worked out, for training and for answers.
    """
    return math.prod(factors)


def _stretch(length: float, power: float) -> float:
    return length if abs(power) < NO_POWER else math.expm1(power * length) / power


def _shrink(stretched: float, power: float) -> float:
    if abs(power) < NO_POWER:
        return stretched
    inner = power * stretched
    return math.log1p(inner) / power if inner > -1.0 else math.inf


def _expm1(x: float) -> float:
    try:
        return math.expm1(x)
    except OverflowError:
        return math.inf
