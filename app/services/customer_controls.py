"""What the home page's form holds: a box and a slider a number, a list a category."""

from __future__ import annotations

from app.models.encoding.document import NumberEncoding
from app.models.geometry import nice_range
from app.models.ml_model import MixedModel, MLModel
from app.models.model_document import FeatureState
from app.models.recipe import Recipe
from app.schemas.page import Control
from app.utils.quantities import number_text, plain_number

LONGEST_NUMBER, LONGEST_WORD = 40, 600
BLANKS = {
    "mean": "counts for no segment",
    "most_frequent": "counts as the most frequent",
    "own_level": "counts as a group of its own",
}


def text_of(text: str | None, feature: FeatureState) -> str:
    """Return what was typed, else the mean customer's value or the most frequent word."""
    if text is not None and feature.levels:
        word = text.strip()[:LONGEST_WORD]
        place = feature.place_of(word)
        return word if place == len(feature.levels) else feature.word_of(place) or ""
    if text is not None:
        return text.strip()[:LONGEST_NUMBER]
    if feature.levels:
        return feature.word_of(feature.mean) or ""
    start = round(feature.mean / feature.step) * feature.step
    start = min(max(start, feature.minimum), feature.maximum)
    return plain_number(start, feature.decimals)


def without_comma(text: str) -> str:
    """Read a decimal comma; three digits behind it may be thousands, and are left to be refused."""
    whole, comma, part = text.partition(",")
    return f"{whole}.{part}" if comma and part.isdigit() and len(part) != 3 else text


def blank_text(model: MLModel, recipe: Recipe, feature: FeatureState) -> str:
    """Say what a blank field counts as; an empty text where the recipe wants a value."""
    asked = next(one for one in recipe.features if one.name == feature.name)
    if asked.missing == "refuse" or not isinstance(model, MixedModel):
        return ""
    learned = next(one for one in model.encoding.document.features if one.name == feature.name)
    if isinstance(learned, NumberEncoding):
        return f"counts as the median, {number_text(learned.median, feature.decimals)}"
    return BLANKS[learned.missing_as]


def control_of(feature: FeatureState, text: str, error: str | None, blank: str = "") -> Control:
    """Describe the field of one feature that holds `text`; `blank` as in `Control`."""
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
        choices=_choices(feature, text),
        blank=blank,
    )


def _choices(feature: FeatureState, text: str) -> list[str]:
    is_other = bool(feature.levels) and bool(text) and text not in feature.levels
    return [*feature.levels, text] if is_other else list(feature.levels)
