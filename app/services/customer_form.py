"""What a customer may be told by: the recipe's fields as a request's schema and as a form's texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.core.errors import ModelUnavailable
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState
from app.models.recipe import Category, Feature, NumberProfile, Recipe
from app.schemas.base import Answer, Body
from app.schemas.explanation import ExplanationRead
from app.schemas.mixed import MixedExplanationRead, MixedPredictionRead
from app.schemas.prediction import PredictionRead, build_body, number_field, text_field
from app.utils.quantities import plain_number

Value = float | str | None
Given = Mapping[str, Value]


class CustomerForm:
    """The fields of one recipe's customers."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def body(self, name: str = "Customer") -> type[Body]:
        """Return the schema of a customer, called `name`.

        Features are required unless the recipe says what a missing one counts as; profile fields are
        optional, and what is derived is never asked for.
        """
        recipe = self._recipe
        asked = [feature for feature in recipe.features if not feature.derived]
        required = {f.name: _annotation(f) for f in asked if f.missing == "refuse"}
        optional = {f.name: _annotation(f) for f in asked if f.missing != "refuse"}
        for profile in recipe.profile:
            if profile.name not in recipe.derived:
                optional.setdefault(profile.field, _annotation(profile))
        return build_body(name, f"A {recipe.noun}; profile fields change nothing.", required, optional)

    def answers(self) -> tuple[type[Answer], type[Answer]]:
        """Return the schemas of a prediction and of an explanation."""
        if self._recipe.is_plain:
            return PredictionRead, ExplanationRead
        return MixedPredictionRead, MixedExplanationRead

    def older_body(self) -> type[Body] | None:
        """Return the schema of older integrations, all fields required; None if the recipe has none."""
        names = self._recipe.older_names
        columns = [*self._recipe.features, *self._recipe.profile]
        required = {names[column.name]: _annotation(column) for column in columns if column.name in names}
        if not required:
            return None
        return build_body("OlderCustomer", "A customer under the older names.", required, {})

    def read(self, texts: Mapping[str, str | None]) -> tuple[dict[str, Value], dict[str, str]]:
        """Read the features' texts; return the values, and a sentence for each faulty field.

        A field left blank is missing, where the recipe allows that.
        """
        values: dict[str, Value] = {}
        faults: dict[str, str] = {}
        for feature in self._recipe.features:
            if feature.derived:
                continue
            text = (texts.get(feature.name) or "").strip()
            if feature.missing != "refuse" and not text:
                values[feature.name] = None
                continue
            if isinstance(feature, Category):
                values[feature.name] = text
                if not text:
                    faults[feature.name] = f"Choose {feature.label.lower()}."
                continue
            value = _number(text)
            if value is None:
                faults[feature.name] = f"Enter {feature.label.lower()} as a number, such as 42 or 42.5."
            elif not feature.minimum <= value <= feature.maximum:
                faults[feature.name] = (
                    f"{feature.label} must be between {plain_number(feature.minimum, 6)} "
                    f"and {plain_number(feature.maximum, 6)}."
                )
            else:
                values[feature.name] = value
        return values, faults

    def row(self, model: MLModel, values: Given) -> list[float]:
        """Return a customer's features as the model takes them: NaN for none, a place for a word.

        Raises
        ------
        ModelUnavailable
            If the model takes numbers for words, or words for numbers: the recipe was changed since.
        """
        known = {name: x for name, x in values.items() if isinstance(x, int | float)}
        known |= self._recipe.derive(known)
        return [
            _in_row(feature, known.get(feature.name, values.get(feature.name)))
            for feature in model.document.features
        ]

    def unknown(self, values: Given) -> list[str]:
        """Return the names of the columns whose word is in none of their categories, used or not."""
        categories = [f for f in self._recipe.all_features if isinstance(f, Category)]
        given = [(f, str(values.get(f.name) or "")) for f in categories]
        return [f.name for f, word in given if f.code(word) == len(f.categories)]

    def derived(self, values: Given) -> dict[str, float | None]:
        """Return what is worked out from the values, None where one is missing."""
        known = {name: x for name, x in values.items() if isinstance(x, int | float)}
        found = self._recipe.derive(known)
        return {name: None if math.isnan(x) else x for name, x in found.items()}


def _in_row(feature: FeatureState, value: Value) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str) != bool(feature.levels):
        raise ModelUnavailable(
            f"{feature.name} is of another kind in the recipe than in training: train again"
        )
    return feature.place_of(value) if isinstance(value, str) else value


def _annotation(column: Any) -> Any:
    if isinstance(column, Feature | NumberProfile):
        unit = f" ({column.unit})" if column.unit else ""
        # an example inside the bounds that reads like a customer: half of the first hundred
        example = min(max(column.minimum, 50.0), column.maximum)
        return number_field(f"{column.label}{unit}", column.minimum, column.maximum, example)
    if isinstance(column, Category):
        return text_field(f"{column.label}: {', '.join(column.categories)}", column.categories[0])
    return text_field(f"{column.field.capitalize()} as text", column.counted[0])


def _number(text: str | None) -> float | None:
    """Read a plain number; None for anything else, hexadecimal, ``1_000``, inf and nan included."""
    stripped = (text or "").strip()
    if not stripped or len(stripped) > 40 or not set(stripped) <= set("0123456789.+-eE"):
        return None
    try:
        value = float(stripped)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
