"""What `/recipes` answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.schemas.base import Answer


class RecipeNumber(Answer):
    """One number that segments are made by, as a form or a slider needs it."""

    name: str
    label: str
    unit: str
    minimum: float
    maximum: float
    step: float
    decimals: int


class RecipeCategory(Answer):
    """One category that segments are made by, as a form needs it; any other word counts as "other"."""

    name: str
    label: str
    categories: list[str]


class RecipeSummary(Answer):
    """One way to segment customers."""

    name: str = Field(examples=["mall"])
    title: str = ""
    segments: int | None = Field(
        default=None, description="How many segments a training makes unless told otherwise."
    )
    features: list[str] = Field(default_factory=list)
    is_default: bool = Field(description="Whether the addresses without a recipe's name answer for it.")
    model_version: str | None = Field(
        default=None, description="The version that answers; null while none does."
    )
    fault: str | None = Field(default=None, description="Why the recipe cannot be used.")


class RecipeList(Answer):
    """Every recipe, by name."""

    recipes: list[RecipeSummary]


class RecipeRead(Answer):
    """One recipe, with what a customer is told by."""

    name: str
    title: str
    noun: str
    segments: int
    features: list[RecipeNumber | RecipeCategory] = Field(
        description="What a customer is asked for; what is worked out from others is left out."
    )
    is_default: bool
    model_version: str | None
    customer: dict[str, Any] = Field(description="JSON Schema of the body that predict and explain take.")
