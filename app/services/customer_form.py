"""What a customer may be told by: the recipe's fields as a request's schema and as a form's texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.models.recipe import Feature, NumberProfile, Recipe
from app.schemas.base import Body
from app.schemas.prediction import build_body, number_field, text_field


class CustomerForm:
    """The fields of one recipe's customers."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def body(self) -> type[Body]:
        """Return the schema of a customer: features required, profile fields optional."""
        recipe = self._recipe
        required = {feature.name: _annotation(feature) for feature in recipe.features}
        optional = {profile.field: _annotation(profile) for profile in recipe.profile}
        return build_body("Customer", f"A {recipe.noun}; profile fields change nothing.", required, optional)

    def older_body(self) -> type[Body] | None:
        """Return the schema of older integrations, all fields required; None if the recipe has none."""
        names = self._recipe.older_names
        columns = [*self._recipe.features, *self._recipe.profile]
        required = {names[column.name]: _annotation(column) for column in columns if column.name in names}
        if not required:
            return None
        return build_body("OlderCustomer", "A customer under the older names.", required, {})

    def read(self, texts: Mapping[str, str | None]) -> tuple[dict[str, float], dict[str, str]]:
        """Read the features' texts; return the values, and a sentence for each faulty field."""
        values: dict[str, float] = {}
        faults: dict[str, str] = {}
        for feature in self._recipe.features:
            value = _number(texts.get(feature.name))
            if value is None:
                faults[feature.name] = f"Enter {feature.label.lower()} as a number, such as 42 or 42.5."
            elif not feature.minimum <= value <= feature.maximum:
                faults[feature.name] = (
                    f"{feature.label} must be between {feature.minimum:g} and {feature.maximum:g}."
                )
            else:
                values[feature.name] = value
        return values, faults


def _annotation(column: Any) -> Any:
    if isinstance(column, Feature | NumberProfile):
        unit = f" ({column.unit})" if column.unit else ""
        # an example inside the bounds that reads like a customer: half of the first hundred
        example = min(max(column.minimum, 50.0), column.maximum)
        return number_field(f"{column.label}{unit}", column.minimum, column.maximum, example)
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
