"""Why a customer is placed here, and what would place it elsewhere, in the words of the home page.

The page's `reasons.js` and `what-if.js` say the same in the same words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from urllib.parse import urlencode

from app.models.cells import MOST_DECIMALS
from app.models.encoding.document import NumberEncoding
from app.models.explanation import Explanation
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState
from app.models.paths import Path
from app.schemas.page import MapSegment, Outlying, ReasonLine, WhatIf, Why
from app.utils.quantities import listing, number_text, plain_number, with_unit

FAR_APART = 10.0
MOST_SINGLES = 4
# in tenths of a percent: from here on a tenth tells something
FEW_FARTHER = 990


def tell_why(
    model: MLModel, found: Explanation, segments: Sequence[MapSegment], outlying: Outlying | None = None
) -> Why:
    """Say which feature speaks for which of the two nearest segments, and how strongly.

    Of an exceptional customer: which feature takes it how far from the nearest.
    """
    own, runner_up = segments[found.own], segments[found.runner_up]
    names = (own.name, runner_up.name)
    slots = (own.slot, runner_up.slot)
    if found.is_exceptional and outlying:
        names, slots = (outlying.name, own.name), (outlying.slot, own.slot)
    largest = max(abs(reason.contribution) for reason in found.reasons) or 1.0
    # rounded as running sums, so that the numbers shown add up to the total shown
    sums = [round(100 * s) for s in accumulate((r.contribution for r in found.reasons), initial=0.0)]
    lines = []
    for f, (reason, (before, after)) in enumerate(zip(found.reasons, pairwise(sums), strict=True)):
        length = round(100 * abs(reason.contribution) / largest, 1)
        lines.append(
            ReasonLine(
                feature=reason.feature,
                slot=slots[0] if reason.contribution >= 0 else slots[1],
                text=_reason(model, found, segments, f),
                shown=_signed(after - before),
                start=0.0 if reason.contribution >= 0 else -length,
                length=length,
            )
        )
    return Why(
        own=names[0],
        runner_up=names[1],
        meaning="beyond the reach" if found.is_exceptional else "its lead",
        reasons=lines,
        total=_signed(sums[-1]),
    )


def tell_reach(share: float, name: str) -> str:
    """Say how far out a customer lies who is farther from the centre than a share of the segment.

    Examples
    --------
    >>> tell_reach(0.9967, "Steady")
    'Farther from the centre of Steady than 99.6 % of its customers in training.'
    """
    if share >= 1.0:
        return f"Farther from the centre of {name} than any of its customers in training."
    tenths = math.floor(1000 * share)
    told = number_text(tenths / 10 if tenths >= FEW_FARTHER else tenths // 10)
    return f"Farther from the centre of {name} than {told} % of its customers in training."


def tell_what_if(
    model: MLModel, found: Explanation, values: Sequence[float], target: MapSegment, index: int
) -> WhatIf:
    """Say what would place a customer of these values into the segment `target`, the model's `index`."""
    path = next((path for path in found.paths if path.index == index), None)
    if path is None:
        return WhatIf(
            segment_id=target.segment_id, text=f"This customer is classified as {target.name}.", singles=[]
        )
    features = model.document.features
    return WhatIf(
        segment_id=target.segment_id,
        text=_way(features, values, path, target.name),
        singles=_singles(features, path),
        to=None if path.to is None else dict(zip((f.name for f in features), path.to, strict=True)),
        query=None if path.to is None else _query(features, path.to),
    )


def _reason(model: MLModel, found: Explanation, segments: Sequence[MapSegment], f: int) -> str:
    feature, reason = model.document.features[f], found.reasons[f]
    own_name, runner_name = segments[found.own].name, segments[found.runner_up].name
    value = _supposed(model, f) if math.isnan(reason.raw) else _value(feature, reason.raw)
    if feature.levels:
        return _level_reason(value, reason.contribution, own_name, runner_name, found)
    own, runner = model.centre(found.own)[f], model.centre(found.runner_up)[f]
    decimals = 0 if abs(own - runner) >= FAR_APART else feature.decimals
    here, there = number_text(own, decimals), number_text(runner, decimals)
    if found.is_exceptional:
        return f"adds its part of the distance: {value} against the {here} of {own_name}."
    if reason.contribution > 0:
        return f"speaks for {own_name}: {value} is nearer to its {here} than to the {there} of {runner_name}."
    if reason.contribution < 0:
        return (
            f"speaks for the runner-up, {runner_name}: "
            f"{value} is nearer to its {there} than to the {here} of {own_name}."
        )
    return "speaks for neither of the two."


def _supposed(model: MLModel, f: int) -> str:
    """Say what a missing value of the feature in place `f` counts as."""
    feature = model.document.features[f]
    learned = model.document.encoding.features[f] if model.document.encoding else None
    if isinstance(learned, NumberEncoding):
        return f"no value, taken as {_value(feature, learned.median)},"
    return "no value"


def _level_reason(value: str, contribution: float, own: str, runner_up: str, found: Explanation) -> str:
    if found.is_exceptional:
        return f"adds its part of the distance: {value} against the usual mix of {own}."
    if contribution > 0:
        return f"speaks for {own}: {value} is nearer to its mix than to that of {runner_up}."
    if contribution < 0:
        return f"speaks for the runner-up, {runner_up}: {value} is nearer to its mix than to that of {own}."
    return "speaks for neither of the two."


def _way(features: Sequence[FeatureState], values: Sequence[float], path: Path, name: str) -> str:
    if path.to is None:
        return f"No customer within the bounds would be classified as {name}."
    steps = [
        f"{f.label} from {_bare(f, a)} to {_value(f, b)}"
        for f, a, b in zip(features, values, path.to, strict=True)
        if a != b and not f.levels and not f.derived
    ]
    steps[1:] = [step[0].lower() + step[1:] for step in steps[1:]]
    return f"{listing(steps)} — then this customer would be classified as {name}."


def _singles(features: Sequence[FeatureState], path: Path) -> list[str]:
    """Tell what each feature alone would have to be; of many features, those that can do it."""
    if path.to is None or len(features) < 2:
        return []
    # what is derived is never typed, so it changes with its sources or not at all
    pairs = [(f, value) for f, value in zip(features, path.single, strict=True) if not f.derived]
    if len(pairs) <= MOST_SINGLES:
        return [_single(feature, value) for feature, value in pairs]
    able = [_single(feature, value) for feature, value in pairs if value is not None]
    if len(able) == len(pairs):
        return able
    return [*able, f"No {'other ' if able else ''}feature alone does it"]


def _single(feature: FeatureState, value: float | None) -> str:
    return f"{feature.label} alone: {'no value does it' if value is None else _value(feature, value)}"


def _value(feature: FeatureState, value: float) -> str:
    bare = _bare(feature, value)
    return bare if feature.levels or math.isnan(value) else with_unit(bare, feature.unit)


def _bare(feature: FeatureState, value: float) -> str:
    if math.isnan(value):
        return "no value"
    return (
        feature.word_of(value) or ""
        if feature.levels
        else number_text(value, feature.decimals + MOST_DECIMALS)
    )


def _query(features: Sequence[FeatureState], to: Sequence[float]) -> str:
    texts = {
        f.name: f.word_of(x) or "" if f.levels else plain_number(x, f.decimals + MOST_DECIMALS)
        for f, x in zip(features, to, strict=True)
        if not f.derived
    }
    return urlencode(texts)


def _signed(hundredths: int) -> str:
    sign = "+" if hundredths > 0 else "−" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) / 100:.2f}"
