"""What the home page's form holds: a box and a slider a number, a list a category."""

from __future__ import annotations

from app.models.geometry import nice_range
from app.models.model_document import FeatureState
from app.schemas.page import Control
from app.services.explanation_story import plain_number


def text_of(text: str | None, feature: FeatureState) -> str:
    """Return what was typed, else the mean customer's value or the most frequent word."""
    if text is not None:
        return text.strip()[:40]
    if feature.levels:
        return feature.word_of(feature.mean) or ""
    start = round(feature.mean / feature.step) * feature.step
    start = min(max(start, feature.minimum), feature.maximum)
    return plain_number(start, feature.decimals)


def without_comma(text: str) -> str:
    """Read a decimal comma; three digits behind it may be thousands, and are left to be refused."""
    whole, comma, part = text.partition(",")
    return f"{whole}.{part}" if comma and part.isdigit() and len(part) != 3 else text


def control_of(feature: FeatureState, text: str, error: str | None) -> Control:
    """Describe the field of one feature that holds `text`."""
    low, high = nice_range(feature.training_min, feature.training_max)
    return Control(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        minimum=feature.minimum,
        maximum=feature.maximum,
        low=max(low, feature.minimum),
        high=min(high, feature.maximum),
        step=feature.step,
        value=text,
        error=error,
        choices=[*feature.levels, *([] if not feature.levels or text in feature.levels else [text])],
    )
